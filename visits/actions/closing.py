"""Actions of staff that take a request out of the inbox and bring it back: close, reopen, snooze, wake."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people.models import ERASED
from visits.actions import answering, clocks, rating
from visits.actions.open_request import OpenRequest
from visits.models.requests import FIRST_NUMBER, Closed, Request
from visits.queries.visibility import Colleague
from visits.texts import answering as texts

LONGEST_SNOOZE = timedelta(days=30)


def close(session: Session, request_id: int, who: Colleague, *, seen: int | None = None) -> None:
    """Close a request as done, once, and ask the shop for a rating. Raises `Refused` where nobody has answered yet."""
    current = answering.hold(session, request_id, who)
    request = current.row
    if request.closed_at is None and request.unanswered_since is not None and request.first_answered_at is None:
        raise Refused(texts.ANSWER_FIRST.format(request.number))
    if _close(current, who, Closed.DONE, seen):
        rating.ask_rating(session, request, now=who.now)


def no_reply_needed(session: Session, request_id: int, who: Colleague, *, seen: int | None = None) -> None:
    """Close a request whose last message needs no answer, without asking the shop for a rating."""
    current = answering.hold(session, request_id, who)
    _close(current, who, Closed.NO_REPLY_NEEDED, seen)


def reopen(session: Session, request_id: int, who: Colleague, *, was: str = "") -> None:
    """Reopen a closed request. `was` is the moment of the closing that is meant. Raises `Refused` where it was closed
    anew since, or the shop has another open one by now."""
    current = answering.hold(session, request_id, who)
    request = current.row
    if request.closed_at is None:
        raise Refused(texts.NOT_CLOSED.format(request.number))
    _check_unchanged(request.closed_at, was)
    if request.closed_how == Closed.ERASED or request.openid.startswith(ERASED):
        raise Refused(texts.ERASED)
    if request.closed_how == Closed.VOID:
        raise Refused(texts.NO_SUCH)
    same = (Request.openid == request.openid) | (
        Request.retailer_id.is_not(None) & (Request.retailer_id == request.retailer_id)
    )
    other = session.scalar(select(Request.id).where(Request.closed_at.is_(None), same).limit(1))
    if other is not None:
        raise Refused(texts.OTHER_IS_OPEN.format(other + FIRST_NUMBER))
    clocks.reopened_by_hand(current)


def snooze(session: Session, request_id: int, who: Colleague, until: datetime) -> None:
    """Hide a request from the inbox until a moment, or until the shop writes. Its deadlines keep running."""
    request = answering.hold(session, request_id, who).row
    answering.check_open(request)
    if not who.now < until <= who.now + LONGEST_SNOOZE:
        raise Refused(texts.NO_SUCH_MOMENT)
    request.snoozed_until = until


def wake(session: Session, request_id: int, who: Colleague, *, was: str = "") -> None:
    """Bring a snoozed request back to the inbox at once. `was` is until when it was meant to be snoozed: raises
    `Refused` where it is snoozed otherwise by now."""
    request = answering.hold(session, request_id, who).row
    _check_unchanged(request.snoozed_until, was)
    request.snoozed_until = None


def _close(current: OpenRequest, who: Colleague, how: Closed, seen: int | None) -> bool:
    request = current.row
    if request.closed_at is not None:
        return False
    answering.overtake(current.session, request, who, seen)
    request.closed_how, request.closings = how, request.closings + 1
    clocks.closed(current)
    return True


def _check_unchanged(is_now: datetime | None, was: str) -> None:
    if was and (is_now is None or is_now.isoformat() != was):
        raise Refused(texts.CHANGED_SINCE)
