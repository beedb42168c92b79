"""Inbox: filtered lists of requests, the most urgent first, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people import rules as people_rules
from people import visibility as people_scope
from visits.models.requests import FIRST_NUMBER, Category, Message, Request
from visits.queries import escalations, named, searching, visibility
from visits.queries.visibility import Colleague

PAGE = 30
#: Counting stops here: a larger number of open requests need not be exact.
COUNTED = 1_000
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
    #: The newest message that says what was searched for.
    hit: str = ""

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
    #: Overdue, due before midnight, or without an owner; each counts once.
    pressing: int
    #: The greatest id; 0 where there is none.
    newest: int


OPEN: Order[InboxLine] = Order((Request.due_at, Request.id), lambda line: (line.due_at, line.id), has_empty=True)


CLOSED: Order[InboxLine] = Order((Request.closed_at, Request.id), lambda line: (line.closed_at, line.id), is_down=True)


def page(
    session: Session, who: Colleague, narrowed: InboxFilter, *, now: datetime, cursor: Cursor = FIRST, limit: int = PAGE
) -> Page[InboxLine]:
    """Return a page of a part of the inbox: open requests by urgency, closed ones the newest first."""

    def conditions(of: Any) -> list[ColumnElement[bool]]:
        return [*_seen(session, who, narrowed, of), *_conditions(session, who, narrowed, now, of)]

    if narrowed.shelf is Shelf.CLOSED and narrowed.search:
        keys = searching.among_closed(session, who, narrowed.search, conditions, CLOSED, cursor, limit + 1)
        those = _lines().where(Request.id.in_(keys)).order_by(*paging.by(CLOSED, cursor))
        found = [InboxLine(*row) for row in session.execute(those)] if keys else []
        return _with_hits(session, who, narrowed, paging.cut(found, CLOSED, cursor, limit=limit))
    statement = _select(session, who, narrowed, now)
    if narrowed.search:
        # The visible requests are found first: a planner would otherwise scan all shops.
        seen = statement.with_only_columns(Request.id).cte().prefix_with("MATERIALIZED")
        statement = statement.join(seen, seen.c.id == Request.id)
        statement = statement.where(searching.among_open(who, narrowed.search))
    found_page = paging.page(session, statement, order_of(narrowed.shelf), cursor, limit=limit, read=InboxLine)
    return _with_hits(session, who, narrowed, found_page)


def _with_hits(session: Session, who: Colleague, narrowed: InboxFilter, found: Page[InboxLine]) -> Page[InboxLine]:
    """Add the newest message of each line that says what is searched for."""
    text = people_rules.plain(narrowed.search)
    if not text or not found.lines:
        return found
    hits = select(func.max(Message.id)).where(Message.request_id.in_([line.id for line in found.lines]))
    hits = hits.where(searching.says(who, text)).group_by(Message.request_id)
    said = select(Message.request_id, Message.content).where(Message.id.in_(hits))
    words = {row.request_id: row.content for row in session.execute(said)}
    return found.of(replace(line, hit=words.get(line.id, "")) for line in found.lines)


def by_number(session: Session, who: Colleague, text: str) -> InboxLine | None:
    """Return the visible request of a number, open or closed, as it is written: #2208 or 2208."""
    number = searching.number_of(people_rules.plain(text))
    if number is None:
        return None
    row = session.execute(_lines().where(Request.id == number, visibility.within(session, who))).first()
    return InboxLine(*row) if row else None


def counts(session: Session, who: Colleague, *, now: datetime, mine_only: bool = False) -> Counts:
    """Count the open requests somebody sees, by part, in one statement."""
    seen = [Request.owner_id == who.manager_id] if mine_only else _seen(session, who)
    conditions = [Request.closed_at.is_(None), *seen]
    open_ones = (
        select(Request.id, Request.owner_id, Request.due_at, Request.snoozed_until, Request.unanswered_since)
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
            func.count().filter(or_(columns.due_at < midnight, columns.owner_id.is_(None))),
            func.coalesce(func.max(columns.id), 0),
        ).select_from(open_ones)
    ).one()
    return Counts(*row)


def newest(session: Session, lines: Sequence[InboxLine]) -> dict[int, int]:
    """The newest message of each line, notes among them."""
    ids = [line.id for line in lines]
    rows = session.execute(
        select(Message.request_id, func.max(Message.id)).where(Message.request_id.in_(ids)).group_by(Message.request_id)
    )
    return {row[0]: row[1] for row in rows}


def order_of(shelf: Shelf) -> Order[Any]:
    """The order of a part of the inbox."""
    return CLOSED if shelf is Shelf.CLOSED else OPEN


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
