"""Search index: rows found by the words kept with them (`text.grams`), by GIN on PostgreSQL and by FTS5 on SQLite.

A table keeps a column of `Grams`. On PostgreSQL its model declares a GIN index on that column; on SQLite `install`
makes a table beside it, and triggers that keep it up with every write. Whoever searches takes the `text.keys` of what
is sought, asks `holding` for the rows that have them all, and looks at the texts of those: a row may have all pairs of
letters of a word, and not the word.

A list in pages asks `find`, which looks through its next rows first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    cast,
    column,
    func,
    inspect,
    literal_column,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

#: Rows of a list that a search looks through before it asks the index: some at first, and with what is met so often
#: among them further, so far.
WALKED, COMMON, FOLLOWED = 1_000, 5, 10_000


class Grams(TypeDecorator[list[str]]):
    """Column of short words: an array on PostgreSQL, on SQLite a text that its full-text index takes apart."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> list[str] | None:
        return value.split() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Index of a column of `Grams`. A feature declares it, and everybody who searches asks it."""

    #: What SQLite's own tables for it are called, and begin with.
    name: str
    #: The column's table, the column, and the table's whole number that a search gives.
    table: str
    words: str
    key: str = "id"

    def install(self, connection: Connection) -> None:
        """Make what is missing. Safe to call again, and to be called after every migration: SQLite drops triggers with
        a table that is built anew."""
        if connection.dialect.name != "sqlite":
            return
        is_new = self.name not in inspect(connection).get_table_names()
        for statement in self._statements():
            connection.exec_driver_sql(statement)
        if is_new:
            self._command(connection.exec_driver_sql, "rebuild")

    def holding(self, session: Session, words: Sequence[str]) -> Select[int]:
        """The keys of the rows that have all of these words, as `id`."""
        if session.get_bind().dialect.name == "postgresql":
            held = cast(column(self.words), ARRAY(Text)).contains(list(words))
            return select(literal_column(self.key, Integer).label("id")).select_from(sql(self.table)).where(held)
        phrase = " ".join(f'"{word}"' for word in words)
        match = literal_column(self.name).op("MATCH")(phrase)
        return select(literal_column("rowid", Integer).label("id")).select_from(sql(self.name)).where(match)

    def forget_deleted(self, session: Session) -> None:
        """Write SQLite's index anew: what is deleted from it stays in its file, only marked."""
        if session.get_bind().dialect.name == "sqlite":
            self._command(lambda statement: session.execute(sql(statement)), "optimize")

    def _command(self, execute: Callable[[str], Any], command: str) -> None:
        execute(f"INSERT INTO {self.name} ({self.name}) VALUES ('{command}')")  # noqa: S608 - our own names

    def _statements(self) -> tuple[str, ...]:
        put = f"INSERT INTO {self.name} (rowid, {self.words}) VALUES (new.{self.key}, new.{self.words});"  # noqa: S608
        take = (
            f"INSERT INTO {self.name} ({self.name}, rowid, {self.words}) "  # noqa: S608
            f"VALUES ('delete', old.{self.key}, old.{self.words});"
        )
        trigger = f"CREATE TRIGGER IF NOT EXISTS {self.name}"
        return (
            # Only which row a word stands in, and not where: who finds a row looks at its texts. A word is what stands
            # between blanks (`Grams`), in whatever script.
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {self.name} USING fts5({self.words}, content='{self.table}', "
            f"content_rowid='{self.key}', detail='none', columnsize=0, tokenize='ascii')",
            f"{trigger}_made AFTER INSERT ON {self.table} BEGIN {put} END",
            f"{trigger}_gone AFTER DELETE ON {self.table} BEGIN {take} END",
            f"{trigger}_changed AFTER UPDATE OF {self.words} ON {self.table} "
            f"WHEN old.{self.words} <> new.{self.words} BEGIN {take} {put} END",
        )


def find(
    session: Session,
    rows: Any,
    order: Sequence[str],
    sought: Callable[[Any], ColumnElement[bool]],
    look_up: Callable[[Any, int], Sequence[Any]],
    limit: int,
) -> tuple[list[Any], int]:
    """The first rows of a list that hold what is sought, and how many are known of.

    What is common is soon met on the way, and looked up it would be a long list to put in order; what is rare the index
    knows. So the next rows are looked through first, and further as long as something is met; `look_up` finds what is
    left from the first row that was not looked at, so many at most.

    `rows` are in their order, and `order` names it once more for what is left of them: columns, with a minus sign in
    front where it goes down. `sought` makes the condition of their columns.
    """
    met: list[Any] = []
    known, begin, far = 0, 0, WALKED
    while True:
        window = rows.offset(begin).limit(far).subquery().c
        way = [window[name[1:]].desc() if name.startswith("-") else window[name] for name in order]
        found = select(*window, func.count().over()).where(sought(window)).order_by(*way).limit(limit - len(met))
        some = session.execute(found).all()
        met += some
        known += some[0][-1] if some else 0
        begin += far
        if len(met) == limit:
            return met, known
        rest = session.execute(rows.offset(begin).limit(1)).first()
        if rest is None:
            return met, known
        if len(met) < COMMON or begin >= FOLLOWED:
            met += look_up(rest, limit - len(met))
            return met, max(known, len(met))
        # As far as it takes if it goes on being met as often, and a little more.
        far = min(FOLLOWED - begin, begin * (limit - len(met)) * 5 // (4 * len(met)) + WALKED // 2)
