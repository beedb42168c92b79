"""Rules of surveys: definitions, reading of files and forms, counting, statistics, disclosure; values in, values
out."""
