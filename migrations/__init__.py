"""Schema history for SQLite and PostgreSQL: one first schema, and what each release adds to it."""
