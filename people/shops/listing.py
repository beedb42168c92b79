"""The list of shops: in pages by key, counted, streamed for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Visitor
from people.models import Area, AreaCount, Manager, Retailer, ShopClass
from people.shops.narrowing import Filter, conditions, without_names
from people.shops.searching import find

PAGE = 50
#: Counting stops here: who needs the exact number of a larger list exports it.
COUNTED = 10_000
BATCH = 1000
_own, _head = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class Line:
    """A shop in the list."""

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
    #: Whether the manager is the area's, and the shop names none of its own.
    inherits: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are: exactly, or at least."""

    number: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the keys between which they lie; None where there is nothing further."""

    lines: tuple[Line, ...]
    before: str | None
    after: str | None
    #: How many a search finds, on its first page: what was met while finding that page.
    met: Count | None = None


def page(
    session: Session,
    visitor: Visitor,
    narrowed: Filter,
    *,
    today: date,
    after: str = "",
    before: str = "",
    limit: int = PAGE,
) -> Page:
    """The shops behind one licence, or before another, in their order."""
    order = Retailer.licence.desc() if before else Retailer.licence
    beyond = [Retailer.licence < before if before else Retailer.licence > after]
    keys, met = find(session, visitor, narrowed, today, beyond, order, limit + 1)
    statement = _select().where(Retailer.id.in_(keys)).order_by(order)
    found = [Line(*row) for row in session.execute(statement)] if keys else []
    is_more, lines = len(found) > limit, found[:limit]
    if before:
        lines.reverse()
    counted = None if before or after or not narrowed.is_search else Count(met, is_exact=not is_more)
    if not lines:
        return Page((), None, None, counted)
    has_before, has_after = (is_more, True) if before else (bool(after), is_more)
    first, last = lines[0].licence, lines[-1].licence
    return Page(tuple(lines), first if has_before else None, last if has_after else None, counted)


def count(session: Session, visitor: Visitor, narrowed: Filter, *, today: date, most: int = COUNTED) -> Count:
    """How many there are, counted no further than `most`. Of a search its first page says it (`Page.met`)."""
    if narrowed == Filter() and visitor.is_company_wide:
        return Count(session.scalar(select(func.coalesce(func.sum(AreaCount.shops), 0))) or 0, is_exact=True)
    base = select(Retailer.id).where(*without_names(session, visitor, narrowed, today))
    found = base.limit(most + 1)
    number = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return Count(min(number, most), number <= most)


def stream(session: Session, visitor: Visitor, narrowed: Filter, *, today: date) -> Iterator[Line]:
    """All of them by licence, never more than a chunk in memory."""
    statement = _select().where(*conditions(session, visitor, narrowed, today)).order_by(Retailer.licence)
    with session.execute(statement, execution_options={"yield_per": BATCH}) as result:
        for row in result:
            yield Line(*row)


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
