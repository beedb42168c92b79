"""Readers of what an author wrote: questions in YAML, in a workbook, in a form; and the workbook to write them in."""
