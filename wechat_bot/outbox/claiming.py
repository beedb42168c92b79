"""Claiming: the next due delivery becomes this process's, after one more look at what may have changed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from wechat_bot import ledger, notices, reply
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox.settling import settle
from wechat_bot.outbox.states import OPEN, PENDING, TOO_LATE, UNFOLLOWED, Channel, waits

if TYPE_CHECKING:
    from wechat_bot.services import Services

LEASE = timedelta(seconds=60)
#: Whoever is being heard at this very moment is tried again so much later (see `_choose`).
BUSY = timedelta(seconds=1)
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


def claim(services: "Services") -> tuple[Claim | None, bool]:
    """The next delivery that is due, claimed, or None; and whether any was looked at."""
    now = services.clock()
    earlier = aliased(Delivery, name="earlier")
    with services.transaction() as session:
        # In order for each person: a later part of an answer never overtakes an earlier one. What was put off to a
        # later hour holds nobody up.
        delivery = session.scalar(
            select(Delivery)
            .where(Delivery.state == PENDING, Delivery.due_at <= now)
            .where(
                ~select(earlier.id)
                .where(earlier.openid == Delivery.openid, earlier.id < Delivery.id)
                .where(waits("earlier"), earlier.state.in_(OPEN))
                .where(or_(earlier.due_at <= now, earlier.attempts > 0))
                .exists()
            )
            .order_by(Delivery.due_at, Delivery.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        if delivery is None:
            return None, False
        channel, window = _choose(services, session, delivery, now)
        if channel is None:
            return None, True
        delivery.state, delivery.channel, delivery.fence = DeliveryState.SENDING, channel, secrets.token_hex(8)
        delivery.lease_until, delivery.attempts = now + LEASE, delivery.attempts + 1
        delivery.first_attempt_at = delivery.first_attempt_at or now
        body = _body(services, delivery, channel)
        return Claim(delivery.id, delivery.fence, delivery.openid, channel, body, window), True


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
