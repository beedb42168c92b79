"""Lists about shops: keyset pages of rows of any table, narrowed by conditions on the shop that each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from foundation import paging, search_index
from foundation.dialects import among
from foundation.paging import Cursor, Order
from people.models import Area, Manager, Retailer, ShopClass
from people.rules import plain
from people.shops import filtering, searching

#: Shops that a search looks up by index; of more, rows are compared as the list is read.
MOST_SHOPS = 5_000
_own, _head = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class ShopOfRow:
    """Shop that a row belongs to, as it is today."""

    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    class_name: str
    manager: str | None


#: What a `ShopOfRow` is read from.
OF_SHOP: tuple[Any, ...] = (
    Retailer.licence,
    Retailer.shop,
    Retailer.keeper,
    Retailer.phone,
    Area.name,
    ShopClass.name,
    func.coalesce(_own.name, _head.name),
)


def joined(statement: Select[Any], shop: Any) -> Select[Any]:
    """The statement joined with what `OF_SHOP` names; `shop` is the column of the shop's id."""
    return (
        statement.join(Retailer, Retailer.id == shop)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
    )


def keys(
    session: Session,
    rows: Select[Any],
    order: Order[Any],
    shop: Any,
    conditions: Sequence[ColumnElement[bool]],
    *,
    own: Sequence[ColumnElement[bool]] = (),
    search: str = "",
    begins: Select[Any] | None = None,
    cursor: Cursor,
    limit: int,
) -> list[Any]:
    """The next rows of a list, in its order, whose shops meet conditions on `Retailer` and hold a searched name.

    `rows` selects the columns of the order, whose last one tells rows apart; an index answers it in that order. `shop`
    is the column of the shop's id, `own` are conditions of the rows themselves that no such index has. `begins` gives
    the few shops to begin with where rows that meet them are far apart, in place of those of the conditions.
    """
    is_up = paging.goes_up(order, cursor)
    wanted = list(conditions)
    if search:
        # Common words are soon met by reading the list, and rare ones looked up behind that.
        wanted.append(filtering.sought(search, Retailer))
    if not wanted and not own:
        return list(session.execute(paging.begun(rows, order, cursor).limit(limit)))
    met = (rows.join(Retailer, Retailer.id == shop) if wanted else rows).where(*wanted, *own)

    def behind(row: Any) -> Cursor:
        return cursor if row is None else Cursor(paging.written(tuple(row)), is_back=is_up == order.is_down)

    def read(row: Any, far: int) -> Sequence[Any]:
        return session.execute(paging.begun(rows, order, behind(row)).limit(far)).all()

    def matching(read: Sequence[Any]) -> Sequence[Any]:
        if not read:
            return ()
        # With the part of the list they stand in: by the ids alone SQLite would read the whole list.
        those = met.where(*_from_to(order, read), among(session, order.columns[-1], [row[-1] for row in read]))
        return sorted(session.execute(those).all(), reverse=not is_up)

    def of_shops(ids: Sequence[int], row: Any, most: int) -> Sequence[Any]:
        found = session.execute(met.where(among(session, shop, ids))).all()
        return next_of(found, order, behind(row))[:most]

    def look_up(row: Any, most: int) -> Sequence[Any]:
        # The shops are found first, because in the order of the list they are far apart.
        if search:
            ids = searching.rare(session, plain(search), MOST_SHOPS)
            if ids is not None:
                return of_shops(ids, row, most)
        first = begins
        if first is None and conditions:
            meant = select(Retailer.id).where(*conditions)
            few = session.scalars(meant.limit(MOST_SHOPS + 1)).all()
            if len(few) <= MOST_SHOPS:
                return of_shops(few, row, most)
            # What is sought stands in many shops too, so they are met on the way.
            first = None if search else meant
        rest = met if first is None else met.where(shop.in_(first.correlate(None)))
        return session.execute(paging.begun(rest, order, behind(row)).limit(most)).all()

    return search_index.sift(read, matching, look_up, limit)


def next_of(rows: Sequence[Any], order: Order[Any], cursor: Cursor) -> list[Any]:
    """Rows in the order of a list, those behind a cursor. Sorted here: told the order, a database would read the list
    in that order, however few rows are asked for."""
    place, is_up = paging.read(order, cursor.place), paging.goes_up(order, cursor)
    behind = [row for row in rows if place is None or (tuple(row) > place if is_up else tuple(row) < place)]
    return sorted(behind, reverse=not is_up)


def _from_to(order: Order[Any], rows: Sequence[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition of the part of a list between its first and last row, in either direction."""
    first, last = sorted((tuple(rows[0]), tuple(rows[-1])))
    place = tuple_(*order.columns)
    return place >= tuple_(*first), place <= tuple_(*last)
