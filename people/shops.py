"""The list of shops as the console shows it: narrowed, in pages by key, streamed for an export, one shop alone."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from console.rules import Visitor
from people import rules
from people.identity import Shop, shop_by_licence
from people.models import Area, Binding, Manager, Retailer, RetailerTag, ShopClass, Tag
from people.scope import within
from wechat_bot.models import Follower

PAGE = 50
#: Counting stops here: who needs the exact number of a larger list exports it.
COUNTED = 10_000
CHUNK = 1000
_own, _head = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows the list."""

    search: str = ""
    area_id: int | None = None
    class_id: int | None = None
    is_bound: bool | None = None
    manager_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


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


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the keys between which they lie; None where there is nothing further."""

    lines: tuple[Line, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Bound:
    """A time during which a shop was bound, and how it came to be."""

    how: str
    bound_at: datetime
    unbound_at: datetime | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A shop alone."""

    shop: Shop
    address: str
    bound_at: datetime | None
    updated_at: datetime
    tags: tuple[tuple[int, str], ...]
    history: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many of the shops can be reached."""

    shops: int
    bound: int
    gone: int

    @property
    def share(self) -> float | None:
        return self.bound / self.shops if self.shops else None


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
    statement = _select(session, visitor, narrowed, today).limit(limit + 1)
    if before:
        statement = statement.where(Retailer.licence < before).order_by(Retailer.licence.desc())
    else:
        statement = statement.where(Retailer.licence > after).order_by(Retailer.licence)
    found = [_line(row) for row in session.execute(statement)]
    is_more, lines = len(found) > limit, found[:limit]
    if before:
        lines.reverse()
    if not lines:
        return Page((), None, None)
    has_before, has_after = (is_more, True) if before else (bool(after), is_more)
    return Page(tuple(lines), lines[0].licence if has_before else None, lines[-1].licence if has_after else None)


def count(session: Session, visitor: Visitor, narrowed: Filter, *, today: date, most: int = COUNTED) -> int:
    """How many there are, counted no further than `most` and one."""
    found = (
        select(Retailer.id)
        .join(Area, Area.id == Retailer.area_id)
        .where(*conditions(session, visitor, narrowed, today))
        .limit(most + 1)
    )
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def stream(session: Session, visitor: Visitor, narrowed: Filter, *, today: date) -> Iterator[Line]:
    """All of them by licence, never more than a chunk in memory."""
    statement = _select(session, visitor, narrowed, today).order_by(Retailer.licence)
    with session.execute(statement, execution_options={"yield_per": CHUNK}) as result:
        for row in result:
            yield _line(row)


def detail(session: Session, visitor: Visitor, licence: str, *, today: date) -> Detail | None:
    """One shop; None where there is none, or it is not this visitor's to see."""
    condition = within(session, visitor, today=today)
    row = session.execute(
        select(Retailer.id, Retailer.address, Retailer.bound_at, Retailer.updated_at)
        .join(Area, Area.id == Retailer.area_id)
        .where(Retailer.licence == licence, *([] if condition is None else [condition]))
    ).first()
    shop = shop_by_licence(session, licence) if row else None
    if row is None or shop is None:
        return None
    tags = session.execute(
        select(Tag.id, Tag.name).join(RetailerTag).where(RetailerTag.retailer_id == row.id).order_by(Tag.name)
    )
    history = session.execute(
        select(Binding.how, Binding.bound_at, Binding.unbound_at)
        .where(Binding.retailer_id == row.id)
        .order_by(Binding.id.desc())
        .limit(20)
    )
    return Detail(
        shop,
        row.address,
        row.bound_at,
        row.updated_at,
        tuple((each.id, each.name) for each in tags),
        tuple(Bound(*each) for each in history),
    )


def reach(session: Session, visitor: Visitor, *, today: date) -> Reach:
    """How many shops a visitor looks after, how many are bound, and of whom the keeper has left the account."""
    mine = within(session, visitor, today=today)
    row = session.execute(
        select(func.count(), func.count(Retailer.openid), func.count(Follower.unfollowed_at))
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(*([] if mine is None else [mine]))
    ).one()
    return Reach(*row)


def _select(session: Session, visitor: Visitor, narrowed: Filter, today: date) -> Select[Any]:
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
    )
    return (
        select(*columns)
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .where(*conditions(session, visitor, narrowed, today))
    )


def conditions(session: Session, visitor: Visitor, narrowed: Filter, today: date) -> list[ColumnElement[bool]]:
    """What a filter and the visitor's part of the shops mean, for a statement that joins `Retailer` and `Area`."""
    mine = within(session, visitor, today=today)
    found = [] if mine is None else [mine]
    if narrowed.area_id is not None:
        parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
        found.append(Retailer.area_id.in_(sorted(rules.with_sub_areas(parents, [narrowed.area_id]))))
    if narrowed.class_id is not None:
        found.append(Retailer.class_id == narrowed.class_id)
    if narrowed.manager_id is not None:
        found.append(func.coalesce(Retailer.manager_id, Area.manager_id) == narrowed.manager_id)
    if narrowed.is_bound is not None:
        found.append(Retailer.openid.is_not(None) if narrowed.is_bound else Retailer.openid.is_(None))
    if narrowed.search:
        found.append(_sought(rules.plain(narrowed.search)))
    return found


def _sought(text: str) -> ColumnElement[bool]:
    """A licence from its beginning, or a part of the names. Not the phone: who may not see it must not try it out."""
    names = or_(*(column.contains(text, autoescape=True) for column in (Retailer.shop, Retailer.keeper)))
    start = text.upper()
    if not (start.isascii() and start.isalnum()):
        return names
    # A range, because LIKE takes no index; Z sorts behind whatever a licence may hold.
    licences = and_(Retailer.licence >= start, Retailer.licence <= start.ljust(33, "Z"))
    return licences if start.isdigit() and len(start) > 5 else or_(licences, names)


def _line(row: Any) -> Line:
    return Line(*row)
