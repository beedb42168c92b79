"""Database migrations for SQLite and PostgreSQL: the first schema, and the changes of each release."""
