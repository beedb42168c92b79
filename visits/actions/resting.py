"""Resting requests: a snoozed one comes back to its owner in time; an answered one without further messages is
closed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from visits.actions import clocks, notices
from visits.actions.notices import ManagerNotice
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Closed, Message, Request
from visits.texts import notices as texts

#: A day longer than WeChat's window, so that the shop could have written back at no cost. What it writes in the next
#: three days reopens the same request (`needs.REOPENS_WITHIN`).
QUIET_AFTER = timedelta(days=3)
#: Requests handled in one transaction.
BATCH = 200


def wake(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Bring back requests snoozed until now, and notify their owners once; gives how many."""
    due = (
        select(Request.id)
        .where(Request.closed_at.is_(None), Request.snoozed_until <= now)
        .order_by(Request.snoozed_until, Request.id)
        .limit(BATCH)
    )
    requests = [each for each in clocks.locked(session, session.scalars(due).all()) if each.snoozed_until]
    for row in requests:
        until, row.snoozed_until = row.snoozed_until, None
        if row.owner_id is None or until is None:
            continue
        request = OpenRequest(session, row, now, zone)
        who, due_at = notices.writer(request).short, request.answer_due
        text = texts.awake(row.number, who, is_waiting=row.unanswered_since is None)
        one = ManagerNotice(text, heeds_quiet=True, when=due_at)
        notices.tell_of(request, row.owner_id, f"awake:{until.isoformat()}", one)
    return len(requests)


def close_quiet(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Close requests that were answered and where nobody wrote anything for three days; gives how many.

    One reopened by hand rests as long first. The shop is not asked for a rating: its reply window is closed.
    """
    long_ago = now - QUIET_AFTER
    said_lately = select(Message.id).where(Message.request_id == Request.id, Message.said_at > long_ago)
    begun_lately = select(Deadline.id).where(
        Deadline.request_id == Request.id, Deadline.promise == Promise.CLOSING, Deadline.started_at > long_ago
    )
    due = (
        select(Request.id)
        .where(
            Request.closed_at.is_(None),
            Request.unanswered_since.is_(None),
            Request.shop_wrote_at <= long_ago,
            or_(Request.snoozed_until.is_(None), Request.snoozed_until <= now),
            ~said_lately.exists(),
            ~begun_lately.exists(),
        )
        .order_by(Request.id)
        .limit(BATCH)
    )
    requests = clocks.locked(session, session.scalars(due).all())
    # Something came in after we looked.
    quiet = [each for each in requests if each.closed_at is None and each.unanswered_since is None]
    for request in quiet:
        request.closed_how, request.closings = Closed.QUIET, request.closings + 1
        clocks.closed(OpenRequest(session, request, now, zone))
    return len(quiet)
