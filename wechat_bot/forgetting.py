"""Erasure in the chat: what was heard of and said to a follower goes last, for the features look there before."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, Text, cast, delete, func, null, select, update
from sqlalchemy.orm import Session

from wechat_bot import media, reported
from wechat_bot.erasure import Forgetting
from wechat_bot.mass.models import MassUse
from wechat_bot.models import Delivery, DeliveryState, Follower, Heard, Media, Receipt, Talk
from wechat_bot.outbox import states

#: A redelivery asks for an answer within the first of these; the second is longer than answers are kept
#: (`inbox.ANSWER_KEPT`).
ASKED_FOR, KEPT = timedelta(minutes=1), timedelta(hours=1)


def forget(session: Session, whom: Forgetting) -> None:
    """Erase what was heard from and said to a follower; the pseudonym takes the openid's place."""
    theirs = [Media.openid == whom.openid, *([Media.kind.in_(sorted(whom.kinds))] if whom.kinds else [])]
    if whom.openid:
        media.discard(session, session.scalars(select(Media.key).where(*theirs)).all(), now=whom.now)
    if whom.kinds:
        return
    # Recent answers to others may quote them.
    lately = Heard.heard_at.between(whom.now - KEPT, whom.now - ASKED_FOR)
    session.execute(update(Heard).where(lately, Heard.answer.is_not(None)).values(answer=null()))
    if whom.openid:
        _forget_follower(session, whom)


def blank(session: Session, *which: ColumnElement[bool]) -> None:
    """Empty the texts of deliveries."""
    session.execute(update(Delivery).where(*which).values(message={}, template=null()))


def blank_named(session: Session, names: Collection[str], *which: ColumnElement[bool]) -> None:
    """Empty the texts of those of some deliveries that hold one of these names."""
    words = select(Delivery.id, Delivery.message, Delivery.template).where(*which)
    named = [key for key, *said in session.execute(words) if any(name in f"{said[0]}{said[1]}" for name in names)]
    blank(session, Delivery.id.in_(named))


def _forget_follower(session: Session, whom: Forgetting) -> None:
    openid, pseudonym = whom.openid, whom.pseudonym
    session.execute(delete(Talk).where(Talk.openid == openid))
    session.execute(delete(MassUse).where(MassUse.openid == openid))
    reported.forget(session, openid)
    session.execute(update(Heard).where(Heard.openid == openid).values(openid=pseudonym, answer=null(), raw=null()))
    # An event of an unknown kind may have WeChat as its sender, and name the person inside.
    names_them = cast(Heard.raw, Text).contains(openid, autoescape=True)
    session.execute(update(Heard).where(Heard.raw.is_not(None), names_them).values(raw=null()))
    session.execute(update(Receipt).where(Receipt.openid == openid).values(openid=pseudonym))
    waiting = (DeliveryState.PENDING, DeliveryState.HELD)
    session.execute(
        update(Delivery)
        .where(Delivery.openid == openid, Delivery.state.in_(waiting))
        .values(
            state=DeliveryState.CANCELLED,
            error=states.ERASED,
            settled_at=whom.now,
            has_news=Delivery.watch.is_not(None),
        )
    )
    # A delivery that is being sent keeps its openid, so that the result can be noted. It has no follower then, and is
    # erased by the next run of the job.
    session.execute(
        update(Delivery)
        .where(Delivery.openid == openid, Delivery.state != DeliveryState.SENDING)
        .values(openid=pseudonym, message={}, template=null())
    )
    session.execute(
        update(Follower)
        .where(Follower.openid == openid)
        .values(
            openid=pseudonym,
            unfollowed_at=func.coalesce(Follower.unfollowed_at, whom.now),
            heard_at=None,
            message_until=None,
            message_left=0,
            event_until=None,
            event_left=0,
            has_held=False,
        )
    )
