"""The inbox: requests as a list, narrowed, the most urgent first, in pages by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from people import rules as people_rules
from people import scope as people_scope
from people.models import Retailer
from people.shops import narrowing, searching
from visits import scope
from visits.models import FIRST_NUMBER, Category, Message, Request
from visits.queries import keys, named
from visits.scope import Colleague

PAGE = 30
#: Counting stops here: a larger heap of open requests needs no exact number.
COUNTED = 1_000
#: A search in the closed ones looks through so many of the newest; then it looks up the shops, if no more are found.
WALKED, MOST_SHOPS = 1_000, 1_000
SOON = timedelta(hours=1)


class Shelf(StrEnum):
    """A part of the inbox."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    #: Due before midnight, and not yet overdue.
    TODAY = "today"
    #: Answered, and the ball is in the shop's court.
    WAITING = "waiting"
    SNOOZED = "snoozed"
    POOL = "pool"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows the list."""

    shelf: Shelf = Shelf.OPEN
    search: str = ""
    area_id: int | None = None
    owner_id: int | None = None
    category_id: int | None = None
    class_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the list."""

    id: int
    #: Empty where nobody knows whose shop it is.
    shop: str
    class_name: str
    area: str
    owner_id: int | None
    owner: str
    category: str
    kind: str
    words: str
    opened_at: datetime
    due_at: datetime | None
    unanswered_since: datetime | None
    first_answered_at: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_how: str | None

    @property
    def number(self) -> int:
        return self.id + FIRST_NUMBER

    def is_overdue(self, now: datetime) -> bool:
        return self.closed_at is None and self.due_at is not None and self.due_at < now

    @property
    def is_waiting(self) -> bool:
        """Whether the shop is to speak next."""
        return self.closed_at is None and self.unanswered_since is None


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the key behind which the next ones lie; None where there are none."""

    lines: tuple[Line, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the open requests stand where; none is counted beyond `COUNTED`."""

    open: int
    overdue: int
    today: int
    waiting: int
    pool: int
    snoozed: int
    #: Due within `SOON`.
    soon: int


def page(
    session: Session, who: Colleague, narrowed: Filter, *, now: datetime, after: str = "", limit: int = PAGE
) -> Page:
    """The requests behind a key: open ones by urgency, closed ones the newest first."""
    if narrowed.shelf is Shelf.CLOSED and narrowed.search:
        rows = _closed_and_sought(session, who, narrowed, now, after, limit)
    else:
        statement = _select(session, who, narrowed, now)
        if narrowed.search:
            statement = _among(statement, statement).where(_sought(people_rules.plain(narrowed.search)))
        behind = _behind_closed if narrowed.shelf is Shelf.CLOSED else _behind_open
        rows = session.execute(behind(statement, after).limit(limit + 1)).all()
    lines = tuple(Line(*row) for row in rows[:limit])
    last = lines[-1] if len(rows) > limit else None
    return Page(lines, keys.written(last.closed_at or last.due_at, last.id) if last else None)


def _closed_and_sought(
    session: Session, who: Colleague, narrowed: Filter, now: datetime, after: str, limit: int
) -> Sequence[Any]:
    """Closed requests of the shops somebody looks for: the common are met among the newest, the rare are looked up."""
    text = people_rules.plain(narrowed.search)
    whole = _behind_closed(_select(session, who, narrowed, now), after)
    named = whole.where(_sought(text)).limit(limit + 1)
    if who.sees.is_company_wide:
        far = session.scalar(whole.with_only_columns(Request.closed_at).offset(WALKED).limit(1))
        met = session.execute(_among(named, whole.limit(WALKED))).all()
        if far is None or len(met) > limit:
            return met
    shops = searching.rare(session, narrowed.search, MOST_SHOPS)
    if shops is not None:
        number = _number(text)
        found = Request.retailer_id.in_(shops)
        theirs = select(Request.id).where(found if number is None else or_(found, Request.id == number))
        named = _among(whole, theirs).limit(limit + 1)
    return session.execute(named).all()


def _among(statement: Select[Any], those: Select[Any]) -> Select[Any]:
    """What of it is among those. They are found first: a planner would rather look through all shops, or all closed."""
    hits = those.with_only_columns(Request.id).cte("hits").prefix_with("MATERIALIZED")
    return statement.join(hits, hits.c.id == Request.id)


def counts(session: Session, who: Colleague, *, now: datetime, mine_only: bool = False) -> Counts:
    """How many open requests somebody sees, by where they stand. One statement."""
    seen = [Request.owner_id == who.manager_id] if mine_only else _seen(session, who)
    conditions = [Request.closed_at.is_(None), *seen]
    open_ones = (
        select(Request.owner_id, Request.due_at, Request.snoozed_until, Request.unanswered_since)
        .where(*conditions)
        .limit(COUNTED)
        .subquery()
    )
    columns, midnight = open_ones.c, _midnight(who)
    is_snoozed = columns.snoozed_until > now
    row = session.execute(
        select(
            func.count(),
            func.count().filter(columns.due_at < now),
            func.count().filter(and_(columns.due_at >= now, columns.due_at < midnight)),
            func.count().filter(columns.unanswered_since.is_(None)),
            func.count().filter(columns.owner_id.is_(None)),
            func.count().filter(is_snoozed),
            func.count().filter(and_(columns.due_at >= now, columns.due_at < now + SOON)),
        ).select_from(open_ones)
    ).one()
    return Counts(*row)


def choices(session: Session) -> Sequence[tuple[int, str]]:
    """Categories to narrow by."""
    rows = session.execute(select(Category.id, Category.name).order_by(Category.position, Category.id))
    return [(key, name) for key, name in rows]


def _select(session: Session, who: Colleague, narrowed: Filter, now: datetime) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Request.id,
        named.SHOP,
        named.CLASS,
        named.AREA,
        Request.owner_id,
        named.OWNER,
        named.CATEGORY,
        func.coalesce(Message.kind, ""),
        func.coalesce(func.substr(Message.content, 1, 120), ""),
        Request.opened_at,
        Request.due_at,
        Request.unanswered_since,
        Request.first_answered_at,
        Request.snoozed_until,
        Request.closed_at,
        Request.closed_how,
    )
    return (
        named.select_requests(*columns)
        .outerjoin(Message, Message.id == Request.last_message_id)
        .where(*_seen(session, who, narrowed), *_conditions(session, who, narrowed, now))
    )


def _seen(session: Session, who: Colleague, narrowed: Filter | None = None) -> list[ColumnElement[bool]]:
    # What one owns one sees: one index gives it in its order, where SQLite would gather and sort all that one sees. A
    # customer manager's closed ones are their own; a colleague's are found by number or shop.
    if narrowed is not None and who.manager_id is not None:
        is_own = narrowed.shelf is Shelf.CLOSED and not narrowed.search and narrowed.owner_id is None
        if is_own or narrowed.shelf is Shelf.MINE:
            return [Request.owner_id == who.manager_id]
    mine = scope.within(session, who)
    return [] if mine is None else [mine]


def _conditions(session: Session, who: Colleague, narrowed: Filter, now: datetime) -> list[ColumnElement[bool]]:
    found = _on(narrowed.shelf, who, now, is_sought=bool(narrowed.search))
    if narrowed.area_id is not None:
        found.append(Request.area_id.in_(sorted(people_scope.with_sub_areas(session, [narrowed.area_id]))))
    for column, value in (
        (Request.owner_id, narrowed.owner_id),
        (Request.category_id, narrowed.category_id),
        (Request.class_id, narrowed.class_id),
    ):
        if value is not None:
            found.append(column == value)
    return found


def _on(shelf: Shelf, who: Colleague, now: datetime, *, is_sought: bool) -> list[ColumnElement[bool]]:
    if shelf is Shelf.CLOSED:
        return [Request.closed_at.is_not(None)]
    is_awake = or_(Request.snoozed_until.is_(None), Request.snoozed_until <= now)
    more: dict[Shelf, list[ColumnElement[bool]]] = {
        # Who looks for a request by its number or shop wants it wherever it lies.
        Shelf.OPEN: [] if is_sought else [is_awake],
        Shelf.MINE: [Request.owner_id == who.manager_id, *([] if is_sought else [is_awake])],
        Shelf.OVERDUE: [Request.due_at < now],
        Shelf.TODAY: [Request.due_at >= now, Request.due_at < _midnight(who)],
        Shelf.WAITING: [Request.unanswered_since.is_(None)],
        Shelf.SNOOZED: [Request.snoozed_until > now],
        Shelf.POOL: [Request.owner_id.is_(None)],
    }
    return [Request.closed_at.is_(None), *more[shelf]]


def _midnight(who: Colleague) -> datetime:
    return datetime.combine(who.today + timedelta(days=1), time(), who.zone)


def _sought(text: str) -> ColumnElement[bool]:
    """A request's number, a licence from its beginning, or a part of the names. Not the phone, as in people/shops."""
    names = narrowing.named(text, Retailer)
    digits = text.lstrip("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 32):
        return names
    is_licence = and_(Retailer.licence >= digits, Retailer.licence <= digits.ljust(33, "Z"))
    number = _number(text)
    return is_licence if number is None else or_(Request.id == number, is_licence)


def _number(text: str) -> int | None:
    """The id of the request whose number somebody wrote."""
    digits = text.lstrip("#")
    return int(digits) - FIRST_NUMBER if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _behind_open(statement: Select[Any], after: str) -> Select[Any]:
    if after:
        due_at, key = keys.read(after)
        if due_at is None:
            statement = statement.where(Request.due_at.is_(None), Request.id > key)
        else:
            is_later = or_(Request.due_at > due_at, and_(Request.due_at == due_at, Request.id > key))
            statement = statement.where(or_(is_later, Request.due_at.is_(None)))
    return statement.order_by(Request.due_at.is_(None), Request.due_at, Request.id)


def _behind_closed(statement: Select[Any], after: str) -> Select[Any]:
    if after:
        closed_at, key = keys.read(after)
        if closed_at is not None:
            statement = statement.where(
                Request.closed_at <= closed_at,
                or_(Request.closed_at < closed_at, Request.id < key),
            )
    return statement.order_by(Request.closed_at.desc(), Request.id.desc())
