"""List of an import's changes: a file beside the uploaded one, written while the roster is compared, read by pages.

It is a small database of its own and no table: a hundred thousand lines of it come and go with the task they belong
to, and nobody else waits while they are written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, create_engine, insert, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from foundation import paging
from foundation.paging import Cursor, Order, Page
from foundation.text import folded
from people.roster import comparing
from people.roster.comparing import CHANGED, NEW, UNCHANGED, KnownShop, ShopChange
from people.roster.row_reader import RosterRow

#: Kind of a line that tells a mistake; and the filter for shops that move to another area.
WRONG, MOVED = "wrong", "moved"
KINDS = {NEW: "新增", CHANGED: "更新", MOVED: "换片区", UNCHANGED: "不变", WRONG: "有错"}
_AT_ONCE = 5000
_LINES = Table(
    "line",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("kind", String),
    Column("is_moved", Boolean),
    Column("licence", String),
    Column("shop", String),
    #: The shop's name as it is searched.
    Column("sought", String),
    Column("fields", JSON),
)
_ORDER: Order["ChangeLine"] = Order((_LINES.c.number,), lambda line: (line.number,))


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Line of the list: what becomes of a shop, or a mistake, with its number in the list."""

    number: int
    kind: str
    is_moved: bool
    licence: str
    shop: str
    #: Field, what it was, what it will be. Of a mistake the cell, nothing, and what is wrong.
    fields: Sequence[tuple[str, str, str]]


class ChangeDigest:
    """Digest of an import's changes: another one as soon as one of them is."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, kind: str, row: RosterRow, shop: KnownShop | None) -> None:
        """Add a row; what stays as it was is not part of the digest."""
        if kind != UNCHANGED:
            before = (shop.facts, sorted(shop.tags)) if shop else None
            self._hash.update(repr((*row, before)).encode("utf-8", "backslashreplace"))


class ChangeList(ChangeDigest):
    """Writer of the list, as a context."""

    def __init__(self, path: Path, managers: Mapping[str, str]) -> None:
        """`managers` are the names by phone."""
        super().__init__()
        self._waiting: list[dict[str, Any]] = []
        self._managers = managers
        self._engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        _LINES.create(self._engine)

    def __enter__(self) -> "ChangeList":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waiting:
            self._write()

    def add(self, kind: str, row: RosterRow, shop: KnownShop | None) -> None:
        """Add a row to the list and the digest."""
        super().add(kind, row, shop)
        self._add(comparing.change(kind, row, shop, self._managers))

    def add_wrong(self, cell: str, what: str) -> None:
        """Add a mistake."""
        self._add(ShopChange(WRONG, "", "", False, [(cell, "", what)]))

    def _add(self, change: ShopChange) -> None:
        self._waiting.append({**change._asdict(), "sought": folded(change.shop)})
        if len(self._waiting) == _AT_ONCE:
            self._write()

    def _write(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(_LINES), self._waiting)
        self._waiting.clear()


def page(path: Path, kind: str, search: str, cursor: Cursor, limit: int) -> Page[ChangeLine]:
    """A page of the list, of one kind or, with none, of all changes; empty where the file is gone."""
    if not path.is_file():
        return Page(())
    columns = _LINES.c
    which = {"": columns.kind != UNCHANGED, MOVED: columns.is_moved}.get(kind, columns.kind == kind)
    statement = select(
        columns.number, columns.kind, columns.is_moved, columns.licence, columns.shop, columns.fields
    ).where(which)
    if search:
        named = columns.sought.contains(folded(search), autoescape=True)
        statement = statement.where(or_(columns.licence.startswith(search, autoescape=True), named))
    with Session(create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true", poolclass=NullPool)) as session:
        return paging.page(session, statement, _ORDER, cursor, limit=limit, read=ChangeLine)
