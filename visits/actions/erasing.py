"""What visits know of a follower who is erased."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from visits.actions import clocks
from visits.models import Closed, GroupMember, Message, Request
from wechat_bot import media
from wechat_bot.models import Delivery, DeliveryState


def forget(session: Session, openid: str, pseudonym: str, now: datetime) -> None:
    """Erase a follower's conversations and close what is open; moments, owners and ratings stay for the figures.

    What was said is gone, with pictures and voices, and with what managers were told of it.
    """
    ids = session.scalars(select(Request.id).where(Request.openid == openid)).all()
    if ids:
        said = session.scalars(
            select(Message.media_key).where(Message.request_id.in_(ids), Message.media_key.is_not(None))
        ).all()
        media.discard(session, [key for key in said if key], now=now)
        session.execute(
            update(Message)
            .where(Message.request_id.in_(ids))
            .values(content="", media_key=None, more=null())
            .execution_options(synchronize_session=False)
        )
        _quoted(session, ids, now)
        for request in session.scalars(
            select(Request).where(Request.id.in_(ids), Request.closed_at.is_(None)).with_for_update()
        ):
            request.closed_how = Closed.VOID
            clocks.closed(session, request, now=now)
        session.flush()
    session.execute(
        update(Request)
        .where(Request.openid == openid)
        .values(openid=pseudonym)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(GroupMember)
        .where(GroupMember.openid == openid)
        .values(openid=pseudonym)
        .execution_options(synchronize_session=False)
    )


def _quoted(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Take the follower's words out of notices to managers; those not sent yet are not sent."""
    mine = Delivery.about.in_([f"visit:{key}" for key in ids])
    waiting = (DeliveryState.PENDING, DeliveryState.HELD)
    session.execute(
        update(Delivery)
        .where(mine, Delivery.state.in_(waiting))
        .values(state=DeliveryState.CANCELLED, error="erased", settled_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Delivery)
        .where(mine, Delivery.state != DeliveryState.SENDING)
        .values(message={}, template=null())
        .execution_options(synchronize_session=False)
    )
