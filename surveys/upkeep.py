"""What the database keeps up by itself: SQLite's index of what people wrote.

PostgreSQL has an index of its own kind on the column. Made again after every migration, as `people/upkeep.py`.
"""

from sqlalchemy import Connection, inspect

SEARCH = "word_search"

_SQLITE = (
    # Only in which sheet a key stands: who finds a sheet looks at its words afterwards.
    "CREATE VIRTUAL TABLE IF NOT EXISTS word_search USING fts5(keys, content='word_keys', "
    "content_rowid='submission_id', detail='none', columnsize=0, tokenize='ascii')",
    """CREATE TRIGGER IF NOT EXISTS word_keys_made AFTER INSERT ON word_keys BEGIN
    INSERT INTO word_search (rowid, keys) VALUES (new.submission_id, new.keys);
    END""",
    """CREATE TRIGGER IF NOT EXISTS word_keys_gone AFTER DELETE ON word_keys BEGIN
    INSERT INTO word_search (word_search, rowid, keys) VALUES ('delete', old.submission_id, old.keys);
    END""",
)


def install(connection: Connection) -> None:
    """Make what is missing. Safe to call again."""
    if connection.dialect.name != "sqlite":
        return
    is_new = SEARCH not in inspect(connection).get_table_names()
    for statement in _SQLITE:
        connection.exec_driver_sql(statement)
    if is_new:
        connection.exec_driver_sql("INSERT INTO word_search (word_search) VALUES ('rebuild')")
