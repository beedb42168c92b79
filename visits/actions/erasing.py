"""What visits know of a follower who is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, null, or_, select, update
from sqlalchemy.orm import Session

from visits.actions import clocks
from visits.models import Closed, GroupMember, Message, Request
from visits.rated import Rating
from wechat_bot import media
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import queueing, states

_STILL_TO_GO = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.HELD)


def forget(session: Session, openid: str, pseudonym: str, now: datetime) -> None:
    """Erase a follower's conversations and close what is open; moments, owners and ratings stay for the figures.

    What was said is gone, with pictures, voices and what was said of a rating, and with what managers were told of it.
    """
    mine = select(Request).where(Request.openid == openid).order_by(Request.id)
    # Locked before anything is blanked: an answer that is just being written is waited for, and goes too.
    requests = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()
    ids = [request.id for request in requests]
    # As the last keeper of a shop they may have spoken in a request that is another's by now.
    theirs = or_(and_(Message.request_id.in_(ids), Message.openid.is_(None)), Message.openid == openid)
    said = session.execute(select(Message.request_id, Message.media_key).where(theirs)).all()
    media.discard(session, [row.media_key for row in said if row.media_key], now=now)
    values: dict[str, Any] = {"content": "", "media_key": None, "more": null()}
    values["openid"] = case((Message.openid == openid, pseudonym), else_=Message.openid)
    session.execute(update(Message).where(theirs).values(values).execution_options(synchronize_session=False))
    about = sorted({*ids, *(row.request_id for row in said)})
    rated = update(Rating).where(Rating.request_id.in_(about), Rating.openid == openid)
    wrote = {"openid": pseudonym, "comment": "", "comment_until": None}
    session.execute(rated.values(wrote).execution_options(synchronize_session=False))
    _quoted(session, ids, now)
    _quoted(session, [key for key in about if key not in ids], None)
    for request in requests:
        if request.closed_at is None:
            request.closed_how = Closed.VOID
            clocks.closed(session, request, now=now)
        request.openid = pseudonym
    session.flush()
    session.execute(
        update(GroupMember)
        .where(GroupMember.openid == openid)
        .values(openid=pseudonym)
        .execution_options(synchronize_session=False)
    )


def _quoted(session: Session, ids: Sequence[int], now: datetime | None) -> None:
    """Take the follower's words out of notices to managers. What was not sent yet is not sent any more; without `now`
    it is, for it is another keeper's."""
    mine = Delivery.about.in_([f"visit:{key}" for key in ids])
    if now is not None:
        queueing.withdraw(session, mine, why=states.ERASED, now=now)
    gone = update(Delivery).where(mine, Delivery.state.not_in(_STILL_TO_GO))
    session.execute(gone.values(message={}, template=null()).execution_options(synchronize_session=False))
