"""Workbooks: .xlsx and .csv files, read as streams and written atomically; text stays text."""
