"""Report columns: what a request counts for in a report, computed from its moments or read from its filed row.

Both ways give the same columns, so that a report asks both with one statement. There is one definition: a filed row
holds what `living` gave when the request was closed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select

from foundation.dialects import milliseconds_between
from visits.models.answers import Rating
from visits.models.deadlines import Deadline, Promise
from visits.models.filed import Filed
from visits.models.requests import IS_UNFILED, Closed, Request
from visits.rules.figures import PROMISED

CONTENT, DISCONTENT = 1, 3
ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)
#: The request's columns that `living` computes from.
LIVING = (
    Request.id,
    Request.opened_at,
    Request.first_answered_at,
    Request.first_answered_by,
    Request.unanswered_since,
    Request.closed_at,
    Request.closed_how,
    Request.owner_id,
    Request.retailer_id,
    Request.area_id,
    Request.category_id,
    Request.class_id,
)
#: The columns that `living` computes for a closed request and `Filed` keeps.
KEPT = tuple(column.key for column in Filed.__table__.columns)


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """Columns a report reads of requests, and the condition for which requests. Flags and counts are numbers."""

    of: tuple[ColumnElement[bool], ...]
    opened_at: Any
    request_id: Any
    #: The manager it counts for: who gave the first answer, also as a deputy; the owner where nobody did.
    manager_id: Any
    owner_id: Any
    retailer_id: Any
    area_id: Any
    category_id: Any
    class_id: Any
    first_ms: Any
    next_ms: Any
    closing_ms: Any
    #: Whether the first answer's promise has ended, kept or missed, by the policy and hours in force when it was given.
    promised: Any
    kept: Any
    judged: Any
    overdue: Any
    lost: Any
    open: Any
    rated: Any
    content: Any
    discontent: Any

    @property
    def within(self) -> Any:
        """Whether it was answered in 24 hours by the wall clock."""
        return case((self.first_ms <= int(PROMISED.total_seconds() * 1000), 1), else_=0)


def filed() -> ReportColumns:
    """Return the columns of filed requests. A closed request changes with no clock."""
    return ReportColumns(
        of=(),
        judged=case((Filed.first_ms.is_not(None), 1), else_=0),
        open=literal(0),
        **{name: getattr(Filed, name) for name in KEPT},
    )


def unfiled(now: datetime) -> ReportColumns:
    """Return the columns of requests that are open, or were closed just now."""
    # There are few, and they are found first: SQLite would otherwise scan all visible requests, or a whole span.
    few = select(*LIVING).where(IS_UNFILED).cte("unfiled").prefix_with("MATERIALIZED")
    return living(now, request=few.c)


def living(now: datetime, *of: Any, request: Any = Request) -> ReportColumns:
    """Return the columns computed from the moments of requests as they are now, or of a row with the same columns.
    Requests closed as `void` count nowhere."""
    is_void = and_(request.closed_how.is_not(None), request.closed_how == Closed.VOID)
    waits_long = and_(request.unanswered_since.is_not(None), request.opened_at < now - PROMISED)
    waits = milliseconds_between(Deadline.met_at, Deadline.started_at)
    first = (Deadline.request_id == request.id, Deadline.promise == Promise.FIRST_ANSWER)
    is_late = missed(request, (Promise.FIRST_ANSWER,), now)
    is_met = exists().where(*first, Deadline.met_at.is_not(None))
    return ReportColumns(
        of=(*of, ~is_void),
        opened_at=request.opened_at,
        request_id=request.id,
        manager_id=func.coalesce(request.first_answered_by, request.owner_id),
        owner_id=request.owner_id,
        retailer_id=request.retailer_id,
        area_id=request.area_id,
        category_id=request.category_id,
        class_id=request.class_id,
        first_ms=milliseconds_between(request.first_answered_at, request.opened_at),
        next_ms=select(func.max(waits))
        .where(Deadline.request_id == request.id, Deadline.promise == Promise.NEXT_ANSWER)
        .scalar_subquery(),
        closing_ms=milliseconds_between(request.closed_at, request.opened_at),
        promised=case((or_(is_late, is_met), 1), else_=0),
        kept=case((and_(is_met, ~is_late), 1), else_=0),
        judged=case((or_(request.first_answered_at.is_not(None), waits_long), 1), else_=0),
        overdue=case((missed(request, ANSWERS, now), 1), else_=0),
        lost=case((missed(request, (Promise.REPLY_WINDOW,), now), 1), else_=0),
        open=case((request.closed_at.is_(None), 1), else_=0),
        rated=_ratings(request, Rating.score.is_not(None)),
        content=_ratings(request, Rating.score == CONTENT),
        discontent=_ratings(request, Rating.score == DISCONTENT),
    )


def missed(request: Any, promises: tuple[Promise, ...], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a promise was missed, as in `promises.outcome`: ended after its deadline, or still open
    past it."""
    end = func.coalesce(Deadline.met_at, Deadline.ended_at, now)
    return exists().where(Deadline.request_id == request.id, Deadline.promise.in_(promises), Deadline.due_at < end)


def _ratings(request: Any, condition: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(Rating).where(Rating.request_id == request.id, condition).scalar_subquery()
