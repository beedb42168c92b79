"""Claiming: the next due delivery becomes this process's, after one more look at what may have changed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from foundation.database import Moment
from wechat_bot import ledger, notices, reply
from wechat_bot.models import Delivery, DeliveryState, Follower, Lane
from wechat_bot.outbox.settling import settle
from wechat_bot.outbox.states import OPEN, PENDING, TOO_LATE, UNFOLLOWED, Channel, waits

if TYPE_CHECKING:
    from wechat_bot.services import Services

LEASE = timedelta(seconds=60)
#: Whoever is being heard at this very moment is tried again so much later (see `_choose`).
BUSY = timedelta(seconds=1)
#: One claim in so many looks at the broadcasts first, so that they go on however much there is to answer.
SHARE = 4
_Chosen = tuple[Channel | None, datetime | None]


@dataclass(frozen=True)
class Claim:
    """A delivery this process may make, with all that the call needs."""

    id: int
    fence: str
    openid: str
    channel: Channel
    body: dict[str, Any]
    window: datetime | None = None  # that it was spent from


def claim(services: "Services", session: Session, turn: int, *, now: datetime) -> tuple[Claim | None, bool]:
    """The next delivery that is due, claimed, or None; and whether any was looked at.

    `turn` counts the claims of one sender.
    """
    for lane in lanes(turn):
        delivery = session.scalar(_NEXT[lane], {"now": now})
        if delivery is not None:
            return _claimed(services, session, delivery, now), True
    return None, False


def lanes(turn: int) -> tuple[Lane, ...]:
    """Where to look for the next delivery, and in which order.

    >>> [lanes(turn)[0].name for turn in range(5)]
    ['AWAITED', 'AWAITED', 'AWAITED', 'BROADCAST', 'AWAITED']
    """
    return (Lane.BROADCAST, Lane.AWAITED) if turn % SHARE == SHARE - 1 else (Lane.AWAITED, Lane.BROADCAST)


def _next(lane: Lane) -> Select[Any]:
    earlier = aliased(Delivery, name="earlier")
    is_due: Any = Delivery.due_at <= bindparam("now", type_=Moment())
    # In order for each person: a later part of an answer never overtakes an earlier one, and a broadcast never takes
    # the last send of a window from an answer. What was put off to a later hour holds nobody up.
    before = tuple_(earlier.lane, earlier.id) < tuple_(Delivery.lane, Delivery.id)
    holds_up = or_(earlier.due_at <= bindparam("now", type_=Moment()), earlier.attempts > 0)
    theirs = select(earlier.id).where(earlier.openid == Delivery.openid, before, waits("earlier"))
    return (
        select(Delivery)
        # The lane is a word of the statement like the state, and the index gives its first row.
        .where(Delivery.state == PENDING, Delivery.lane == literal_column(str(lane.value)), is_due)
        .where(~theirs.where(earlier.state.in_(OPEN), holds_up).exists())
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True, of=Delivery)
    )


_NEXT = {lane: _next(lane) for lane in Lane}


def _claimed(services: "Services", session: Session, delivery: Delivery, now: datetime) -> Claim | None:
    channel, window = _choose(services, session, delivery, now)
    if channel is None:
        return None
    delivery.state, delivery.channel, delivery.fence = DeliveryState.SENDING, channel, secrets.token_hex(8)
    delivery.lease_until, delivery.attempts = now + LEASE, delivery.attempts + 1
    delivery.first_attempt_at = delivery.first_attempt_at or now
    body = _body(services, delivery, channel)
    return Claim(delivery.id, delivery.fence, delivery.openid, channel, body, window)


def _choose(services: "Services", session: Session, delivery: Delivery, now: datetime) -> _Chosen:
    """Look again just before sending: what was right when queued may not be now. With the window that is spent from."""
    theirs = Follower.openid == delivery.openid
    follower = session.scalar(select(Follower).where(theirs).with_for_update(skip_locked=True))
    is_busy = follower is None and session.scalar(select(Follower.openid).where(theirs)) is not None
    quiet_until = services.quiet.over_at(now) if services.quiet and delivery.heeds_quiet else None
    if delivery.not_after and now > delivery.not_after:
        settle(delivery, DeliveryState.FAILED, now, TOO_LATE)
    elif is_busy:
        # They are being heard. What they say may withdraw this row, so we must not wait for them with it in our hand.
        delivery.due_at = now + BUSY
    elif follower is None or not follower.is_following:
        settle(delivery, DeliveryState.FAILED, now, UNFOLLOWED)
    elif quiet_until:
        delivery.due_at = quiet_until
    elif delivery.attempts and delivery.channel == Channel.TEMPLATE:
        return Channel.TEMPLATE, None  # the same id again: another channel would be a second message
    elif window := ledger.spend(follower, now=now):
        return Channel.CUSTOM, window
    elif services.is_service_account and _template(services, delivery):
        return Channel.TEMPLATE, None
    else:
        delivery.state, delivery.error, follower.has_held = DeliveryState.HELD, "waits for the next contact", True
        delivery.has_news = delivery.watch is not None
    return None, None


def _body(services: "Services", delivery: Delivery, channel: Channel) -> dict[str, Any]:
    if channel is Channel.CUSTOM:
        return {"touser": delivery.openid, **reply.absolute(delivery.message, services.public_url)}
    template = _template(services, delivery) or {}
    return {"touser": delivery.openid, **template, "client_msg_id": f"wuwei-{delivery.id}"}


def _template(services: "Services", delivery: Delivery) -> dict[str, Any] | None:
    if not delivery.template:
        return None
    return notices.body(delivery.template, services.templates, services.public_url, services.zone)
