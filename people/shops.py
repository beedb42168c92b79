"""The list of shops as the console shows it: narrowed, in pages by key, streamed for an export, one shop alone."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    UnaryExpression,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from console.rules import Role, Visitor
from foundation.text import grams
from people import rules, upkeep
from people.identity import Shop, shop_by_licence
from people.models import IS_BOUND, IS_UNBOUND, Area, AreaCount, Binding, Manager, Retailer, RetailerTag, ShopClass, Tag
from people.scope import area_ids, looked_after, within
from wechat_bot.models import Follower

PAGE = 50
#: Counting stops here: who needs the exact number of a larger list exports it.
COUNTED = 10_000
#: A search looks through so many shops in their order; what it has not found by then is rare, and the index knows it.
WALKED = 5000
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

    @property
    def is_licence(self) -> bool:
        """Whether a licence is sought, or its beginning, and no name."""
        sought = rules.plain(self.search)
        return sought.isascii() and sought.isdigit() and len(sought) > 5

    @property
    def is_search(self) -> bool:
        """Whether names are sought."""
        return bool(rules.plain(self.search)) and not self.is_licence


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
    order = Retailer.licence.desc() if before else Retailer.licence
    beyond = [Retailer.licence < before if before else Retailer.licence > after]
    keys, met = _find(session, visitor, narrowed, today, beyond, order, limit + 1)
    statement = _select().where(Retailer.id.in_(keys)).order_by(order)
    found = [_line(row) for row in session.execute(statement)] if keys else []
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
    base = select(Retailer.id).where(*_narrowed(session, visitor, narrowed, today))
    found = base.limit(most + 1)
    number = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return Count(min(number, most), number <= most)


def _find(
    session: Session,
    visitor: Visitor,
    narrowed: Filter,
    today: date,
    beyond: list[ColumnElement[bool]],
    order: Any,
    limit: int,
) -> tuple[list[int], int]:
    """The ids of the next shops, and how many are known. What is common is soon met, what is rare is looked up."""
    base = select(Retailer.id).where(*_narrowed(session, visitor, narrowed, today), *beyond)
    if visitor.role is Role.MANAGER:
        # Somebody's own shops are few, but no index has them in order: found first, put in order then.
        mine = base.cte("mine").prefix_with("MATERIALIZED")
        base = select(Retailer.id).join(mine, mine.c.id == Retailer.id)
    if not narrowed.is_search:
        keys = list(session.scalars(base.order_by(order).limit(limit)))
        return keys, len(keys)
    columns = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper)
    walked = base.with_only_columns(*columns).order_by(order).limit(WALKED).subquery()
    way = walked.c.licence.desc() if _is_down(order) else walked.c.licence
    sought = _sought(narrowed.search, walked.c)
    rows = session.execute(select(walked.c.id, func.count().over()).where(sought).order_by(way).limit(limit)).all()
    met, number = [row[0] for row in rows], rows[0][1] if rows else 0
    # The first behind all that were walked: whether there is more, and from where.
    rest = session.scalar(base.with_only_columns(Retailer.licence).order_by(order).offset(WALKED).limit(1))
    if len(met) == limit or rest is None:
        return met, number
    behind = base.where(Retailer.licence <= rest if _is_down(order) else Retailer.licence >= rest)
    found = [
        (row.licence, row.id)
        for each in _looked_up(session, narrowed.search, behind)
        for row in session.execute(each.with_only_columns(Retailer.licence, Retailer.id).order_by(order).limit(limit))
    ]
    met += [key for _, key in sorted(set(found), reverse=_is_down(order))[: limit - len(met)]]
    return met, len(met)


def _looked_up(session: Session, search: str, base: Select[Any]) -> Iterator[Select[Any]]:
    """The same shops by way of an index: by the licence's beginning, and by the names."""
    sought = rules.plain(search)
    licences = _licences(sought, Retailer.licence)
    if licences is not None:
        yield base.where(licences)
    words = grams(sought)
    # A pair says more than its letters.
    words = [word for word in words if len(word) > 1] or words
    if words:
        known = _known(session, words).cte("known").prefix_with("MATERIALIZED")
        yield base.join(known, known.c.id == Retailer.id).where(_named(sought, Retailer))


def _known(session: Session, words: list[str]) -> Select[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return select(Retailer.id).where(cast(Retailer.grams, ARRAY(Text)).contains(words))
    phrase = " ".join(f'"{word}"' for word in words)
    return (
        select(literal_column("rowid", Integer).label("id"))
        .select_from(text(upkeep.SEARCH))
        .where(literal_column(upkeep.SEARCH).op("MATCH")(phrase))
    )


def _is_down(order: Any) -> bool:
    return isinstance(order, UnaryExpression)


def stream(session: Session, visitor: Visitor, narrowed: Filter, *, today: date) -> Iterator[Line]:
    """All of them by licence, never more than a chunk in memory."""
    statement = _select().where(*conditions(session, visitor, narrowed, today)).order_by(Retailer.licence)
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
    if visitor.role is Role.MANAGER:
        return _own_reach(session, within(session, visitor, today=today))
    owned = area_ids(session, visitor)
    shops, bound = session.execute(
        select(func.coalesce(func.sum(AreaCount.shops), 0), func.coalesce(func.sum(AreaCount.bound), 0)).where(
            *([] if owned is None else [AreaCount.area_id.in_(sorted(owned))])
        )
    ).one()
    # From those who left, who are few: after some weeks they are erased, and their shops are free.
    left = (
        select(Retailer.id)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(Follower.unfollowed_at.is_not(None))
        .where(*([] if owned is None else [Retailer.area_id.in_(sorted(owned))]))
    )
    gone = session.scalar(select(func.count()).select_from(left.subquery())) or 0
    return Reach(shops, bound, gone)


def _own_reach(session: Session, mine: ColumnElement[bool] | None) -> Reach:
    own = select(Retailer.openid).where(*([] if mine is None else [mine])).cte("mine").prefix_with("MATERIALIZED")
    row = session.execute(
        select(func.count(), func.count(own.c.openid), func.count(Follower.unfollowed_at))
        .select_from(own)
        .outerjoin(Follower, Follower.openid == own.c.openid)
    ).one()
    return Reach(*row)


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
    )
    return (
        select(*columns)
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
    )


def conditions(session: Session, visitor: Visitor, narrowed: Filter, today: date) -> list[ColumnElement[bool]]:
    """What a filter and the visitor's part of the shops mean, as conditions on `Retailer`."""
    found = _narrowed(session, visitor, narrowed, today)
    return [*found, _sought(narrowed.search, Retailer)] if narrowed.is_search else found


def _narrowed(session: Session, visitor: Visitor, narrowed: Filter, today: date) -> list[ColumnElement[bool]]:
    """The same without the search for names."""
    mine = within(session, visitor, today=today)
    found = [] if mine is None else [mine]
    if narrowed.area_id is not None:
        parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
        found.append(Retailer.area_id.in_(sorted(rules.with_sub_areas(parents, [narrowed.area_id]))))
    if narrowed.class_id is not None:
        found.append(Retailer.class_id == narrowed.class_id)
    if narrowed.manager_id is not None:
        found.append(looked_after(session, narrowed.manager_id))
    if narrowed.is_bound is not None:
        words = IS_BOUND if narrowed.is_bound else IS_UNBOUND
        found.append(literal_column(words.replace("openid", "retailer.openid")))
    if narrowed.is_licence:
        licences = _licences(rules.plain(narrowed.search), Retailer.licence)
        found += [] if licences is None else [licences]
    return found


def _sought(search: str, shop: Any) -> ColumnElement[bool]:
    """A licence from its beginning, or a part of the names. Not the phone: who may not see it must not try it out."""
    sought = rules.plain(search)
    licences = _licences(sought, shop.licence)
    return _named(sought, shop) if licences is None else or_(licences, _named(sought, shop))


def _named(sought: str, shop: Any) -> ColumnElement[bool]:
    return or_(shop.shop.contains(sought, autoescape=True), shop.keeper.contains(sought, autoescape=True))


def _licences(sought: str, licence: Any) -> ColumnElement[bool] | None:
    start = sought.upper()
    if not (start.isascii() and start.isalnum()):
        return None
    # A range, because LIKE takes no index; Z sorts behind whatever a licence may hold.
    return and_(licence >= start, licence <= start.ljust(33, "Z"))


def _line(row: Any) -> Line:
    return Line(*row)
