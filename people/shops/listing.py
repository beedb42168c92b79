"""Shop list queries: keyset pages and count."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Visitor
from foundation import paging
from foundation.paging import FIRST, Count, Cursor, Order, Page
from people.models import Area, AreaCount, Manager, Retailer, ShopClass
from people.shops.filtering import ShopFilter, without_names
from people.shops.searching import find

PAGE = 50
#: The most shops that are counted; the exact number of a longer list can be had by exporting it.
COUNTED = 10_000
_own, _head = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class ListedShop:
    """Shop as a line of the list."""

    licence: str
    shop: str
    keeper: str
    phone: str
    address: str
    area: str
    class_name: str
    manager: str
    manager_phone: str
    is_bound: bool
    #: Whether the manager is the area's, because the shop has none of its own.
    inherits: bool


ORDER: Order[ListedShop] = Order((Retailer.licence,), lambda line: (line.licence,))


def page(
    session: Session,
    visitor: Visitor,
    narrowed: ShopFilter,
    *,
    today: date,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[ListedShop]:
    """A page of the shops by licence. The first page of a search also gives the number of matches known."""
    beyond, [way] = paging.beyond(ORDER, cursor), paging.by(ORDER, cursor)
    keys, met = find(session, visitor, narrowed, today, beyond, way, limit + 1)
    statement = _select().where(Retailer.id.in_(keys)).order_by(way)
    found = [ListedShop(*row) for row in session.execute(statement)] if keys else []
    some = paging.cut(found, ORDER, cursor, limit=limit)
    if beyond or not narrowed.is_search:
        return some
    return replace(some, counted=Count(met, is_whole=len(found) <= limit))


def count(session: Session, visitor: Visitor, narrowed: ShopFilter, *, today: date, most: int = COUNTED) -> Count:
    """The number of shops, counted up to `most`. Not for a search, whose first page gives it."""
    if narrowed == ShopFilter() and visitor.is_company_wide:
        return Count(session.scalar(select(func.coalesce(func.sum(AreaCount.shops), 0))) or 0)
    base = select(Retailer.id).where(*without_names(session, visitor, narrowed, today))
    found = base.limit(most + 1)
    number = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return Count(min(number, most), number <= most)


def _select() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Retailer.licence,
        Retailer.shop,
        Retailer.keeper,
        Retailer.phone,
        Retailer.address,
        Area.name,
        ShopClass.name,
        func.coalesce(_own.name, _head.name, ""),
        func.coalesce(_own.phone, _head.phone, ""),
        Retailer.openid.is_not(None),
        Retailer.manager_id.is_(None),
    )
    return (
        select(*columns)
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
    )
