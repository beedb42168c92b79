"""Word documents: .docx files read as a stream, with the numbers that Word itself puts before paragraphs."""
