"""The schema's history: the same steps for SQLite and PostgreSQL."""
