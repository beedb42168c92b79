"""Ratings: the shop is asked once for each closing, answers by a tap or a number, and nothing is reopened by it."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from foundation.database import changed, upsert
from foundation.text import visible
from visits.actions import filing
from visits.models.answers import RATING_KEY, Rating
from visits.models.requests import Closed, Request
from visits.texts import intake as texts
from wechat_bot import ledger
from wechat_bot.last_said import Said
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing, states

#: The topic of the links behind the choices.
TOPIC = "rate"
#: A rating given later than this is thanked for and not counted.
COUNTS_FOR = timedelta(days=7)
#: A bare number counts as a rating only this long after the question.
TYPED_WITHIN = timedelta(days=1)
#: The next text within this time after a bad rating counts as its comment.
COMMENTED_WITHIN = timedelta(minutes=30)
LONGEST_COMMENT = 300
#: The precision with which a follower's last contact is stored.
_HEARD_TO = timedelta(minutes=1)


def ask_rating(session: Session, request: Request, *, now: datetime) -> bool:
    """Ask the shop for a rating, once for this closing, while its reply window is open; gives whether it was asked.

    Only a request closed as done is asked about. The question is never sent as a template message, nor held for the
    next contact.
    """
    follower = session.get(Follower, request.openid)
    if request.closed_at is None or request.closed_how != Closed.DONE or follower is None or not follower.is_following:
        return False
    waiting = session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.openid == request.openid, Delivery.state.in_((*states.OPEN, states.HELD)))
    )
    if ledger.sends_left(follower, now=now) <= (waiting or 0):
        return False
    session.flush()
    values = {
        "request_id": request.id,
        "closing": request.closings,
        "asked_at": now,
        "manager_id": request.owner_id,
    }
    if not changed(session, upsert(session, Rating).values(values).on_conflict_do_nothing()):
        return False
    options = [(f"{TOPIC}:{request.id}.{request.closings}.{score}", score) for score in texts.SCORES]
    queueing.queue(
        session,
        request.openid,
        texts.rating_menu(options),
        now=now,
        about=f"visit:{request.id}",
        key=_key(request.id, request.closings),
        not_after=min(follower.message_until or now, now + timedelta(hours=2)),
    )
    return True


def rate(
    session: Session,
    openid: str,
    request_id: int,
    closing: int,
    score: int,
    *,
    comment: str = "",
    asks_why: bool = False,
    now: datetime,
) -> bool:
    """Note a rating; False where it does not count: given before, too late, or by another follower.

    With `asks_why` the next text in the chat is taken as the reason (`awaiting_comment`).
    """
    was_asked = (
        update(Rating)
        .where(
            Rating.request_id == request_id,
            Rating.closing == closing,
            Rating.score.is_(None),
            Rating.asked_at >= now - COUNTS_FOR,
            Rating.request_id.in_(select(Request.id).where(Request.id == request_id, Request.openid == openid)),
        )
        .values(
            score=score,
            rated_at=now,
            openid=openid,
            comment=visible(comment),
            comment_until=now + COMMENTED_WITHIN if asks_why else None,
        )
    )
    if not changed(session, was_asked):
        return False
    filing.take_back(session, request_id)
    return True


def open_question(session: Session, request_id: int, *, now: datetime) -> int | None:
    """Return the closing of a request whose rating was asked for, is not given, and still counts."""
    return session.scalar(
        select(Rating.closing)
        .join(Request, and_(Request.id == Rating.request_id, Request.closings == Rating.closing))
        .where(
            Rating.request_id == request_id,
            Request.closed_at.is_not(None),
            Rating.score.is_(None),
            Rating.asked_at >= now - COUNTS_FOR,
        )
    )


def asked_last(
    session: Session, openid: str, said: Said | None, last_heard_at: datetime | None, *, now: datetime
) -> tuple[int, int] | None:
    """Return the request and closing whose rating is the last thing this follower was sent, if they wrote nothing
    since."""
    if said is None or not said.key.startswith(RATING_KEY):
        return None
    found = session.execute(
        select(Rating.request_id, Rating.closing, Rating.asked_at)
        .join(Request, Request.id == Rating.request_id)
        .where(Request.openid == openid, Rating.score.is_(None), Rating.asked_at >= now - TYPED_WITHIN)
        .order_by(Rating.asked_at.desc())
        .limit(1)
    ).first()
    if found is None or said.key != _key(found.request_id, found.closing):
        return None
    # Thanks sent meanwhile moved `asked_at` (`keep_asking`).
    if not said.stands(last_heard_at) and last_heard_at is not None and last_heard_at > found.asked_at:
        return None
    return found.request_id, found.closing


def keep_asking(
    session: Session, openid: str, said: Said | None, last_heard_at: datetime | None, *, now: datetime
) -> None:
    """Keep the rating question the last one although the follower wrote thanks: a number typed next still is a
    rating."""
    asked = asked_last(session, openid, said, last_heard_at, now=now)
    if asked is not None:
        request_id, closing = asked
        session.execute(
            update(Rating).where(Rating.request_id == request_id, Rating.closing == closing).values(asked_at=now)
        )


def awaiting_comment(
    session: Session, openid: str, last_heard_at: datetime | None, *, now: datetime
) -> tuple[int, int] | None:
    """Return the request and closing for which this follower was last asked the reason of a bad rating, if they wrote
    nothing since."""
    # The rating itself was a contact: after so long a silence nothing is asked.
    if last_heard_at is None or now - last_heard_at > COMMENTED_WITHIN + _HEARD_TO:
        return None
    found = session.execute(
        select(Rating.request_id, Rating.closing)
        .join(Request, Request.id == Rating.request_id)
        .where(Request.openid == openid, Rating.openid == openid)
        .where(Rating.comment_until >= now, Rating.rated_at >= last_heard_at)
        .order_by(Rating.rated_at.desc())
        .limit(1)
    ).first()
    return (found.request_id, found.closing) if found else None


def comment(session: Session, request_id: int, closing: int, words: str) -> bool:
    """Save a shop's comment on its rating, once; nothing is reopened by it."""
    is_awaited = (
        update(Rating)
        .where(Rating.request_id == request_id, Rating.closing == closing, Rating.comment_until.is_not(None))
        .values(comment=visible(words), comment_until=None)
    )
    return bool(changed(session, is_awaited))


def _key(request_id: int, closing: int) -> str:
    return f"{RATING_KEY}{request_id}.{closing}"
