"""Export of a survey's answers as a file for Excel and for statistics programs."""
