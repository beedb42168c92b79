"""Inbox: filtered lists of requests, the most urgent first, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from foundation import paging, search_index
from foundation.dialects import among
from foundation.paging import FIRST, Cursor, Order, Page
from people import rules as people_rules
from people import visibility as people_scope
from people.models import Retailer
from people.shops import filtering, searching
from visits.models import FIRST_NUMBER, Category, Message, Request
from visits.queries import escalations, named, visibility
from visits.queries.visibility import Colleague

PAGE = 30
#: Counting stops here: a larger number of open requests need not be exact.
COUNTED = 1_000
#: With up to so many shops of that name, requests are found by the shops' ids; with more, by scanning requests.
MOST_SHOPS = 5_000
#: The columns by which a closed request is filtered and sorted.
WHOSE = (
    Request.id,
    Request.closed_at,
    Request.owner_id,
    Request.retailer_id,
    Request.area_id,
    Request.class_id,
    Request.category_id,
)
SOON = timedelta(hours=1)


class Shelf(StrEnum):
    """Part of the inbox."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    #: Due before midnight, and not yet overdue.
    TODAY = "today"
    #: Answered: it is the shop's turn.
    WAITING = "waiting"
    SNOOZED = "snoozed"
    POOL = "pool"
    #: Overdue, and nobody above the owner could be notified.
    UNHEARD = "unheard"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Filter of the inbox."""

    shelf: Shelf = Shelf.OPEN
    search: str = ""
    area_id: int | None = None
    owner_id: int | None = None
    category_id: int | None = None
    class_id: int | None = None


@dataclass(frozen=True, slots=True)
class InboxLine:
    """Request in the inbox."""

    id: int
    #: Empty where the shop is unknown.
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
        """Whether it is the shop's turn."""
        return self.closed_at is None and self.unanswered_since is None


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of open requests by part of the inbox; none counts beyond `COUNTED`."""

    open: int
    overdue: int
    today: int
    waiting: int
    pool: int
    snoozed: int
    #: Due within `SOON`.
    soon: int


OPEN: Order[InboxLine] = Order((Request.due_at, Request.id), lambda line: (line.due_at, line.id), has_empty=True)


def _closed(of: Any = Request) -> Order[InboxLine]:
    return Order((of.closed_at, of.id), lambda line: (line.closed_at, line.id), is_down=True)


def page(
    session: Session, who: Colleague, narrowed: InboxFilter, *, now: datetime, cursor: Cursor = FIRST, limit: int = PAGE
) -> Page[InboxLine]:
    """Return a page of a part of the inbox: open requests by urgency, closed ones the newest first."""
    if narrowed.shelf is Shelf.CLOSED and narrowed.search:
        keys = _closed_and_sought(session, who, narrowed, now, cursor, limit + 1)
        those = _lines().where(Request.id.in_(keys)).order_by(*paging.by(_closed(), cursor))
        found = [InboxLine(*row) for row in session.execute(those)] if keys else []
        return paging.cut(found, _closed(), cursor, limit=limit)
    statement = _select(session, who, narrowed, now)
    if narrowed.search:
        # The visible requests are found first: a planner would otherwise scan all shops.
        seen = statement.with_only_columns(Request.id).cte().prefix_with("MATERIALIZED")
        statement = statement.join(seen, seen.c.id == Request.id)
        statement = statement.where(_sought(people_rules.plain(narrowed.search)))
    order = _closed() if narrowed.shelf is Shelf.CLOSED else OPEN
    return paging.page(session, statement, order, cursor, limit=limit, read=InboxLine)


def _closed_and_sought(
    session: Session, who: Colleague, narrowed: InboxFilter, now: datetime, cursor: Cursor, limit: int
) -> Sequence[int]:
    """Return ids of closed requests of the sought shops, the newest first, or backwards."""
    text = people_rules.plain(narrowed.search)
    conditions = [*_seen(session, who, narrowed), *_conditions(session, who, narrowed, now)]
    columns = (Request.id, Request.closed_at, Retailer.licence, Retailer.names)
    newest: Any = select(*columns).outerjoin(Retailer, Retailer.id == Request.retailer_id).where(*conditions)
    newest = paging.begun(newest, _closed(), cursor)
    is_up = paging.goes_up(_closed(), cursor)

    def look_up(rest: Any, most: int) -> Sequence[Any]:
        shops = _shops(session, text)
        if shops is None:  # many shops: requests are filtered while scanning
            return session.execute(newest.where(_sought(text)).limit(most)).all()
        number = _number(text)
        ids = [among(session, Request.retailer_id, shops)] if shops else []
        ids += [] if number is None else [Request.id == number]
        if not ids:
            return []
        only = _only_one(session, shops) if number is None else None
        if only is None:
            # Visibility is checked on what was found: a planner would otherwise begin with all visible requests.
            theirs: Any = select(*WHOSE).where(or_(*ids)).cte().prefix_with("MATERIALIZED").c
            found = []
        else:
            theirs, found = Request, [Request.retailer_id == only]
        found += [*_seen(session, who, narrowed, theirs), *_conditions(session, who, narrowed, now, theirs)]
        if rest is not None:
            place, first = tuple_(theirs.closed_at, theirs.id), (rest.closed_at, rest.id)
            found.append(place >= first if is_up else place <= first)
        those = paging.begun(select(theirs.id).where(*found), _closed(theirs), cursor)
        return session.execute(those.limit(most)).all()

    if who.sees.is_company_wide and not _digits(text):
        order = ["closed_at", "id"] if is_up else ["-closed_at", "-id"]
        named_so = partial(filtering.named, text)
        found, _ = search_index.find(session, newest, order, named_so, look_up, limit, counts=False)
    else:
        found = list(look_up(None, limit))
    return [row[0] for row in found]


def _shops(session: Session, text: str) -> Sequence[int] | None:
    """Return the ids of the sought shops, visible or not; None where there are many."""
    digits = _digits(text)
    if not digits:
        return searching.rare(session, text, MOST_SHOPS)
    licensed = select(Retailer.id).where(_is_licence(digits)).limit(MOST_SHOPS + 1)
    found = session.scalars(licensed).all()
    return found if len(found) <= MOST_SHOPS else None


def _only_one(session: Session, shops: Sequence[int]) -> int | None:
    """Return the one of these shops that has closed requests: an index has those in order. None where several have."""
    closed = select(Request.id).where(Request.retailer_id == Retailer.id, Request.closed_at.is_not(None)).limit(1)
    # A value instead of EXISTS, which PostgreSQL would turn into a join with all requests.
    has_closed = closed.correlate(Retailer).scalar_subquery().is_not(None)
    found = session.scalars(select(Retailer.id).where(among(session, Retailer.id, shops), has_closed).limit(2)).all()
    return found[0] if len(found) == 1 else None


def by_number(session: Session, who: Colleague, text: str) -> InboxLine | None:
    """Return the visible request of a number, open or closed, as it is written: #2208 or 2208."""
    number = _number(people_rules.plain(text))
    if number is None:
        return None
    row = session.execute(_lines().where(Request.id == number, visibility.within(session, who))).first()
    return InboxLine(*row) if row else None


def counts(session: Session, who: Colleague, *, now: datetime, mine_only: bool = False) -> Counts:
    """Count the open requests somebody sees, by part, in one statement."""
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
    """Return the categories to filter by."""
    rows = session.execute(select(Category.id, Category.name).order_by(Category.position, Category.id))
    return [(key, name) for key, name in rows]


def _select(session: Session, who: Colleague, narrowed: InboxFilter, now: datetime) -> Select[Any]:
    return _lines().where(*_seen(session, who, narrowed), *_conditions(session, who, narrowed, now))


def _lines() -> Select[Any]:
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
    return named.select_requests(*columns).outerjoin(Message, Message.id == Request.last_message_id)


def _seen(
    session: Session, who: Colleague, narrowed: InboxFilter | None = None, of: Any = Request
) -> list[ColumnElement[bool]]:
    # Everybody sees what they own: one index returns those in order, where SQLite would collect and sort all visible
    # ones. A customer manager's list of closed requests has only their own; a colleague's are found by number or shop.
    if narrowed is not None and who.manager_id is not None:
        is_own = narrowed.shelf is Shelf.CLOSED and not narrowed.search and narrowed.owner_id is None
        if is_own or narrowed.shelf is Shelf.MINE:
            return [of.owner_id == who.manager_id]
    return [visibility.within(session, who, of)]


def _conditions(
    session: Session, who: Colleague, narrowed: InboxFilter, now: datetime, of: Any = Request
) -> list[ColumnElement[bool]]:
    found = _on(narrowed.shelf, who, now, of, is_sought=bool(narrowed.search))
    if narrowed.area_id is not None:
        found.append(of.area_id.in_(sorted(people_scope.with_sub_areas(session, [narrowed.area_id]))))
    for column, value in (
        (of.owner_id, narrowed.owner_id),
        (of.category_id, narrowed.category_id),
        (of.class_id, narrowed.class_id),
    ):
        if value is not None:
            found.append(column == value)
    return found


def _on(shelf: Shelf, who: Colleague, now: datetime, of: Any, *, is_sought: bool) -> list[ColumnElement[bool]]:
    if shelf is Shelf.CLOSED:
        return [of.closed_at.is_not(None)]
    if shelf is Shelf.UNHEARD:
        return [of.closed_at.is_(None), escalations.is_unheard()]
    is_awake = or_(of.snoozed_until.is_(None), of.snoozed_until <= now)
    more: dict[Shelf, list[ColumnElement[bool]]] = {
        # Somebody who searches by number or shop finds the request in any part.
        Shelf.OPEN: [] if is_sought else [is_awake],
        Shelf.MINE: [of.owner_id == who.manager_id, *([] if is_sought else [is_awake])],
        Shelf.OVERDUE: [of.due_at < now],
        Shelf.TODAY: [of.due_at >= now, of.due_at < _midnight(who)],
        Shelf.WAITING: [of.unanswered_since.is_(None)],
        Shelf.SNOOZED: [of.snoozed_until > now],
        Shelf.POOL: [of.owner_id.is_(None)],
    }
    return [of.closed_at.is_(None), *more[shelf]]


def _midnight(who: Colleague) -> datetime:
    return datetime.combine(who.today + timedelta(days=1), time(), who.zone)


def _sought(text: str) -> ColumnElement[bool]:
    """Return the condition for a search: a request's number, the beginning of a licence, or part of a name. Not the
    phone, unlike people/shops."""
    names = filtering.named(text, Retailer)
    digits = _digits(text)
    if not digits:
        return names
    number = _number(text)
    return _is_licence(digits) if number is None else or_(Request.id == number, _is_licence(digits))


def _is_licence(digits: str) -> ColumnElement[bool]:
    return and_(Retailer.licence >= digits, Retailer.licence <= digits.ljust(33, "Z"))


def _number(text: str) -> int | None:
    """Return the id of the request whose number was entered."""
    digits = _digits(text)
    return int(digits) - FIRST_NUMBER if digits and len(digits) < 10 else None


def _digits(text: str) -> str:
    """Return the entered number or beginning of a licence; empty where it is something else."""
    digits = text.lstrip("#")
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= 32 else ""
