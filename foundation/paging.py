"""Keyset paging: one page of a long list, forwards or backwards, at the same cost wherever the page is.

OFFSET would read all rows before a page. Here the page is found by comparing the columns that the list is ordered by
with the values of the last row seen. These values are the cursor, and are part of the page's address.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, SmallInteger, or_, tuple_
from sqlalchemy.orm import Session

T = TypeVar("T")
S = TypeVar("S")
#: Values of a row in the columns of an order.
Values = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BETWEEN = "."
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """Sort order of a list: columns that are unique together, and a function that gives a line's values in them.

    All columns are ascending, or all descending. With `has_empty` (ascending orders only) the first column may be NULL;
    such rows come last. Only the last column may be a text, because elsewhere its end could not be found in a cursor.
    """

    columns: tuple[Any, ...]
    values: Callable[[T], Values]
    is_down: bool = False
    has_empty: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Keyset cursor over a list: its page begins after a place in the list, or, with `is_back`, ends before it.

    It is not signed, for its values are only compared. Without a place, or with an unreadable one, the page is the
    first one.
    """

    place: str = ""
    is_back: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Cursor":
        """The cursor of a page address, from its parameter `after` or `before`.

        >>> Cursor.of({"after": "7"}), Cursor.of({"before": "9"}), Cursor.of({})
        (Cursor(place='7', is_back=False), Cursor(place='9', is_back=True), Cursor(place='', is_back=False))
        """
        before = given.get("before", "")
        return cls(before, is_back=True) if before else cls(given.get("after", ""))


FIRST = Cursor()


@dataclass(frozen=True, slots=True)
class Count:
    """Length of a list: exact, or a lower bound."""

    number: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Page of a list, with the places at its two ends; None where the list does not go on at that end."""

    lines: tuple[T, ...]
    before: str | None = None
    after: str | None = None
    is_first: bool = True
    #: Length of the list, where it was counted.
    counted: Count | None = None

    def of(self, lines: Iterable[S]) -> "Page[S]":
        """The same page with its lines replaced by others."""
        return Page(tuple(lines), self.before, self.after, self.is_first, self.counted)


def _itself(line: Any, *others: Any) -> Any:
    return line


def page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    order: Order[T],
    cursor: Cursor = FIRST,
    *,
    limit: int,
    read: Callable[..., T] = _itself,
) -> Page[T]:
    """Find one page of a select. `read` makes a line from a row's columns; without it a line is the first column."""
    rows = session.execute(begun(statement, order, cursor).limit(limit + 1))
    return cut([read(*row) for row in rows], order, cursor, limit=limit)


def walk(find: Callable[[Cursor], Page[T]]) -> Iterator[T]:
    """An iterator over all lines of a list, read page by page."""
    cursor = FIRST
    while True:
        found = find(cursor)
        yield from found.lines
        if found.after is None:
            return
        cursor = Cursor(found.after)


def begun(statement: Select[*tuple[Any, ...]], order: Order[Any], cursor: Cursor) -> Select[*tuple[Any, ...]]:
    """A select in the list's order that begins at the cursor's page; in reverse order for a cursor that goes back.

    For statements too complex for `page`: pass the rows they find to `cut`.
    """
    return statement.where(*beyond(order, cursor)).order_by(*by(order, cursor))


def beyond(order: Order[Any], cursor: Cursor) -> list[ColumnElement[bool]]:
    """The conditions of the rows after the cursor, or before it; none on the first page."""
    values = read(order, cursor.place)
    return [] if values is None else [_beyond(order, values, cursor.is_back)]


def by(order: Order[Any], cursor: Cursor) -> list[ColumnElement[Any]]:
    """The ORDER BY columns in the direction of the cursor."""
    is_up = goes_up(order, cursor)
    found = [column if is_up else column.desc() for column in order.columns]
    if order.has_empty:
        is_empty = order.columns[0].is_(None)
        found.insert(0, is_empty if is_up else is_empty.desc())
    return found


def goes_up(order: Order[Any], cursor: Cursor) -> bool:
    """Whether the columns ascend in the direction of the cursor."""
    is_back = cursor.is_back and read(order, cursor.place) is not None
    return order.is_down == is_back


def cut(found: Sequence[T], order: Order[T], cursor: Cursor, *, limit: int) -> Page[T]:
    """A page from the lines found: in the order they were read, with one more than `limit` where the list goes on."""
    is_first = read(order, cursor.place) is None
    is_back, is_more, lines = cursor.is_back and not is_first, len(found) > limit, tuple(found[:limit])
    if is_back:
        lines = lines[::-1]
    if not lines:
        return Page((), is_first=is_first)
    has_before, has_after = (is_more, True) if is_back else (not is_first, is_more)
    before, after = (written(order.values(line)) for line in (lines[0], lines[-1]))
    return Page(lines, before if has_before else None, after if has_after else None, is_first=not has_before)


def written(values: Values) -> str:
    """Values encoded as a cursor's place: numbers and texts unchanged, days in ISO format, moments in microseconds.

    >>> written((7,)), written((date(2026, 11, 23), 7)), written((None, 7)), written(("350802100001",))
    ('7', '2026-11-23.7', '.7', '350802100001')
    >>> written((datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 5))
    '1000000.5'
    """
    return _BETWEEN.join(_written(value) for value in values)


def read(order: Order[Any], place: str) -> Values | None:
    """The values decoded from a place; None where it is empty, or not a place of this order.

    >>> from sqlalchemy import Date, Integer, column
    >>> order = Order((column("day", Date), column("id", Integer)), values=tuple)
    >>> read(order, "2026-11-23.7"), read(order, "2026-11-23"), read(order, f"2026-11-23.{2**31}"), read(order, "x.y")
    ((datetime.date(2026, 11, 23), 7), None, None, None)
    """
    parts = place.split(_BETWEEN, len(order.columns) - 1)
    if not place or len(place) > _LONGEST or len(parts) != len(order.columns):
        return None
    may_be_empty = [order.has_empty] + [False] * (len(parts) - 1)
    try:
        return tuple(
            None if is_empty and not part else _read(part, column.type)
            for part, column, is_empty in zip(parts, order.columns, may_be_empty, strict=True)
        )
    except (ValueError, OverflowError):
        return None


def _beyond(order: Order[Any], values: Values, is_back: bool) -> ColumnElement[bool]:
    first, rest = order.columns[0], order.columns[1:]
    goes_down = order.is_down != is_back
    if values[0] is None:
        among_empty = _compared(rest, values[1:], goes_down)
        return or_(first.is_not(None), among_empty) if is_back else first.is_(None) & among_empty
    found = _compared(order.columns, values, goes_down)
    return or_(found, first.is_(None)) if order.has_empty and not is_back else found


def _compared(columns: Sequence[Any], values: Values, goes_down: bool) -> ColumnElement[bool]:
    # A row-value comparison: both databases find it by an index over these columns.
    left, right = (tuple_(*columns), values) if len(columns) > 1 else (columns[0], values[0])
    found: ColumnElement[bool] = left < right if goes_down else left > right
    return found


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return str((value - _EPOCH) // _MICROSECOND)
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(text: str, kind: Any) -> Any:
    """A value from an address, converted to a column's type. Raises ValueError, OverflowError.

    PostgreSQL would fail on a number that the column cannot hold, and on characters it cannot store.
    """
    python = getattr(kind, "impl_instance", kind).python_type
    if python is str:
        text.encode()  # raises for a character that no text can hold
        if "\0" in text:
            raise ValueError(text)
        return text
    if python is date:
        return date.fromisoformat(text)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    if python is datetime:
        return _EPOCH + int(text) * _MICROSECOND
    number = int(text)
    if number >= 1 << (63 if isinstance(kind, BigInteger) else 15 if isinstance(kind, SmallInteger) else 31):
        raise OverflowError(text)
    return number
