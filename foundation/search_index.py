"""Search index: finds rows by their n-grams (`text.grams`), with GIN on PostgreSQL and FTS5 on SQLite.

A table has a column of `Grams`. On PostgreSQL its model declares a GIN index on that column; on SQLite `install`
makes an FTS5 table, and triggers that update it with every write. To search, take the `text.keys` of what is sought,
ask `holding` for the rows that have them all, and compare the texts of those rows: a row may have all letter pairs of
a word without the word itself.

A paged list uses `find`, which reads through its next rows before it asks the index.
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
    tuple_,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

#: Rows of a list that a search reads before it asks the index; matches among them that make it read on; and the most
#: rows it reads then.
WALKED, COMMON, FOLLOWED = 1_000, 5, 10_000


class Grams(TypeDecorator[list[str]]):
    """Column of n-grams: an array on PostgreSQL, on SQLite a text that the full-text index splits."""

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
    """Search index over a column of `Grams`, declared by a feature."""

    #: Name of SQLite's table for it, and prefix of the tables FTS5 makes beside it.
    name: str
    #: The indexed table, its column of grams, and its integer key, which a search gives.
    table: str
    words: str
    key: str = "id"

    def install(self, connection: Connection) -> None:
        """Create the missing tables and triggers. Safe to repeat, and called after every migration: SQLite drops the
        triggers of a table that is rebuilt."""
        if connection.dialect.name != "sqlite":
            return
        is_new = self.name not in inspect(connection).get_table_names()
        for statement in self._statements():
            connection.exec_driver_sql(statement)
        if is_new:
            self._command(connection.exec_driver_sql, "rebuild")

    def holding(self, session: Session, words: Sequence[str], *either: Sequence[str]) -> Select[int]:
        """A select of the keys (as `id`) of the rows that have all of these words, and of each further list at least
        one."""
        if session.get_bind().dialect.name == "postgresql":
            indexed = cast(column(self.words), ARRAY(Text))
            held = [indexed.contains(list(words))] * bool(words) + [indexed.overlap(list(some)) for some in either]
            return select(literal_column(self.key, Integer).label("id")).select_from(sql(self.table)).where(*held)
        every = [f'"{word}"' for word in words]
        every += ["(" + " OR ".join(f'"{word}"' for word in some) + ")" for some in either]
        match = literal_column(self.name).op("MATCH")(" AND ".join(every))
        return select(literal_column("rowid", Integer).label("id")).select_from(sql(self.name)).where(match)

    def forget_deleted(self, session: Session) -> None:
        """Rewrite SQLite's index without deleted entries, which would otherwise stay in the file, only marked."""
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
            # The index keeps which rows hold a word, not the positions: the texts of found rows are compared anyway. A
            # word is whatever stands between blanks (`Grams`), in any script.
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
    *,
    counts: bool = True,
) -> tuple[list[Any], int]:
    """The first rows of a list that hold what is sought, and the number of matches known.

    A common word is soon met by reading the list, and its index entries would be a long list to sort; a rare word is
    found by the index. So the next rows are read first, and more of them while matches turn up; `look_up` then finds
    the rest by the index, from the first unread row on, at most so many.

    `rows` is a sorted select, and `order` names that order again: its columns, with a minus sign for descending.
    `sought` makes the search condition from its columns. Without `counts` no more rows are read than are wanted, and
    only those are known.
    """
    columns, is_down = rows.selected_columns, order[0].startswith("-")
    keys = [columns[name.removeprefix("-")] for name in order]
    place, places = tuple_(*keys), rows.with_only_columns(*keys)
    met: list[Any] = []
    known, begin, far = 0, 0, WALKED
    while True:
        end = session.execute(places.offset(far).limit(1)).first()
        wanted = limit - len(met)
        if counts:
            window = rows.limit(far).subquery().c
            way = [window[name[1:]].desc() if name.startswith("-") else window[name] for name in order]
            matching = select(*window, func.count().over()).where(sought(window)).order_by(*way).limit(wanted)
        else:
            before = [] if end is None else [place > tuple_(*end) if is_down else place < tuple_(*end)]
            matching = rows.where(sought(columns), *before).limit(wanted)
        some = session.execute(matching).all()
        met += some
        known += some[0][-1] if some and counts else len(some)
        begin += far
        if len(met) == limit or end is None:
            return met, known
        if len(met) < COMMON or begin >= FOLLOWED:
            met += look_up(end, limit - len(met))
            return met, max(known, len(met))
        # Read as many rows as are needed if matches stay as frequent, and a few more.
        far = min(FOLLOWED - begin, begin * (limit - len(met)) * 5 // (4 * len(met)) + WALKED // 2)
        on_from_there = place <= tuple_(*end) if is_down else place >= tuple_(*end)
        rows, places = rows.where(on_from_there), places.where(on_from_there)


def sift(
    read: Callable[[Any, int], Sequence[Any]],
    matching: Callable[[Sequence[Any]], Sequence[Any]],
    look_up: Callable[[Any, int], Sequence[Any]],
    limit: int,
) -> list[Any]:
    """The first rows of a list that meet conditions, as `find` finds those that hold a text: for conditions that a
    planner would rather begin with, reading all that meet them and sorting those.

    `read` gives the keys of the next rows behind a row (None for the beginning), whatever they hold; `matching` those
    among them that meet the conditions, in order; `look_up` the first behind a row by an index.
    """
    met: list[Any] = []
    last, begin, far = None, 0, 4 * limit
    while True:
        rows = read(last, far)
        found = matching(rows)
        met += found[: limit - len(met)]
        begin += far
        if len(met) == limit or len(rows) < far:
            return met
        last = rows[-1]
        # Those that meet the conditions may all stand at the beginning: the last rows say whether more will turn up.
        if begin >= FOLLOWED or (begin >= WALKED and len(found) < COMMON):
            return met + list(look_up(last, limit - len(met)))
        far = 2 * far
        if len(met) >= COMMON:  # as many rows as are needed if they stay as frequent, and a few more
            far = begin * (limit - len(met)) * 5 // (4 * len(met)) + limit
        far = min(far, max(FOLLOWED - begin, limit))
