"""The authoring page's form as values: its fields, the mapping they write, and every move on it."""
