"""Query of a follower's own request when they write: how it stands, or how lately it was closed."""

from datetime import datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models.requests import Request
from visits.rules import needs


class RequestStanding(Enum):
    """State of a follower's request when they write."""

    NONE = "none"
    OPEN = "open"
    #: Answered, and they wrote nothing since: their next message replies to us.
    ANSWERED = "answered"


def standing(session: Session, openid: str, last_heard_at: datetime | None) -> RequestStanding:
    """Return the state of a follower's own request. `last_heard_at` is their contact before this one."""
    row = session.execute(
        select(Request.answered_at, Request.unanswered_since).where(
            Request.openid == openid, Request.closed_at.is_(None)
        )
    ).first()
    if row is None:
        return RequestStanding.NONE
    if row.unanswered_since is not None or row.answered_at is None:
        return RequestStanding.OPEN
    return (
        RequestStanding.ANSWERED if last_heard_at is None or last_heard_at <= row.answered_at else RequestStanding.OPEN
    )


def was_closed_lately(session: Session, openid: str, *, now: datetime) -> bool:
    """Whether the follower's last request was closed so recently that what they write now may still be about it."""
    last = session.scalar(
        select(Request.closed_at).where(Request.openid == openid).order_by(Request.id.desc()).limit(1)
    )
    return last is not None and now - last <= needs.REOPENS_WITHIN
