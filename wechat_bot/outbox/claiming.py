"""Claim step of the outbox: this process takes the next due delivery, after checking once more whether it may go."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, literal_column, or_, select, tuple_, update
from sqlalchemy.orm import Session

from foundation.database import Moment
from foundation.dialects import table_of
from wechat_bot import alarms, ledger, notices, reply
from wechat_bot.models import Delivery, DeliveryState, Follower, Lane
from wechat_bot.outbox import pausing
from wechat_bot.outbox.states import ERASED, IS_WATCHED, OPEN, PENDING, TOO_LATE, UNFOLLOWED, Channel, waits
from wechat_bot.services import Services

LEASE = timedelta(seconds=60)
WAITS = "waits for the next contact"
#: One claim in so many takes a broadcast first, so that broadcasts go on however many answers wait.
SHARE = 4


@dataclass(frozen=True)
class Claim:
    """Claimed delivery, with all that the call to WeChat needs."""

    id: int
    fence: str
    openid: str
    channel: Channel
    body: dict[str, Any]
    at: datetime
    window: datetime | None = None  # the end of the reply window that a send was taken from
    is_first: bool = True  # whether WeChat cannot have it from an earlier attempt


def claim(services: Services, session: Session, turn: int, *, now: datetime) -> tuple[Claim | None, bool]:
    """Claim the next due delivery, None if it may not go; also returns whether there was any to look at.

    `turn` counts the claims of one sender.
    """
    for lane in lanes(turn):
        row = session.execute(_NEXT[lane], {"now": now}).first()
        if row is not None:
            return _check_again(services, session, row, lane, now), True
    return None, session.execute(_NOBODYS, {"now": now}).first() is not None


def lanes(turn: int) -> tuple[Lane, ...]:
    """The lanes in the order in which the next delivery is looked for.

    >>> [lanes(turn)[0].name for turn in range(5)]
    ['AWAITED', 'AWAITED', 'AWAITED', 'BROADCAST', 'AWAITED']
    """
    return (Lane.BROADCAST, Lane.AWAITED) if turn % SHARE == SHARE - 1 else (Lane.AWAITED, Lane.BROADCAST)


def _check_again(services: Services, session: Session, row: Row[Any], lane: Lane, now: datetime) -> Claim | None:
    """Check a delivery again just before sending, for the situation may have changed since it was queued."""
    quiet_until = services.quiet.over_at(now) if services.quiet and row.heeds_quiet else None
    if quiet_until and lane is Lane.BROADCAST:
        pausing.put_off(session, quiet_until, Delivery.heeds_quiet)
        return None
    follower = Follower(**{name: getattr(row, name) for name in _LEDGER})
    template, unfit = _template(services, row)
    if unfit is not None:
        alarms.raise_alarm(session, f"template:{row.template['notice']}", str(unfit), now=now)
    channel, window, values = _choose(row, follower, template, quiet_until, now)
    if unfit is not None and values.get("state") == DeliveryState.HELD:
        values["error"] = f"{WAITS}: {unfit}"
    session.execute(_PUT, {"row": row.id, **values})
    if window is not None or follower.has_held != row.has_held:
        spent = {name: getattr(follower, name) for name in ("event_left", "message_left", "has_held")}
        session.execute(_SPEND, {"whose": row.openid, **spent})
    if channel is None:
        return None
    is_first = row.first_attempt_at is None
    return Claim(
        row.id, values["fence"], row.openid, channel, _body(services, row, channel, template), now, window, is_first
    )


def _choose(
    row: Row[Any], follower: Follower, template: dict[str, Any] | None, quiet_until: datetime | None, now: datetime
) -> tuple[Channel | None, datetime | None, dict[str, Any]]:
    """Choose a delivery's channel, None if it may not go; also returns the window a send was taken from, and its new
    column values."""
    is_watched = row.watch is not None
    ended = {"error_code": None, "has_news": is_watched}
    over = {**ended, "state": DeliveryState.FAILED, "settled_at": now, "lease_until": None}
    if row.not_after and now > row.not_after:
        return None, None, {**over, "error": TOO_LATE}
    if not follower.is_following:
        return None, None, {**over, "error": UNFOLLOWED}
    if not row.message:  # erased while it was in the call, or unsure
        return None, None, {**over, "error": ERASED}
    if quiet_until:
        return None, None, {"due_at": quiet_until}
    claimed = {
        "state": DeliveryState.SENDING,
        "fence": secrets.token_hex(8),
        "lease_until": now + LEASE,
        "attempts": row.attempts + 1,
        "first_attempt_at": row.first_attempt_at or now,
    }
    if row.attempts and row.channel == Channel.TEMPLATE:
        # By the same channel again, under the same id: by another it would be a second message.
        return Channel.TEMPLATE, None, {**claimed, "channel": Channel.TEMPLATE}
    if window := ledger.spend(follower, now=now, spares=row.spares):
        return Channel.CUSTOM, window, {**claimed, "channel": Channel.CUSTOM}
    if template:
        return Channel.TEMPLATE, None, {**claimed, "channel": Channel.TEMPLATE}
    follower.has_held = True
    return None, None, {**ended, "state": DeliveryState.HELD, "error": WAITS}


def _body(services: Services, row: Row[Any], channel: Channel, template: dict[str, Any] | None) -> dict[str, Any]:
    if channel is Channel.CUSTOM:
        return {"touser": row.openid, **reply.absolute(row.message, services.public_url)}
    return {"touser": row.openid, **(template or {}), "client_msg_id": f"wuwei-{row.id}"}


def _template(services: Services, row: Row[Any]) -> tuple[dict[str, Any] | None, notices.Unfit | None]:
    """The template message for a closed reply window, None if there is none; and the error if a value does not fit."""
    if not row.template or not services.is_service_account:
        return None, None
    try:
        return notices.body(row.template, services.templates, services.public_url, services.zone), None
    except notices.Unfit as unfit:
        return None, unfit


# Built once, for they are executed for every message.

_delivery, _follower = table_of(Delivery), table_of(Follower)
_MOMENT = bindparam("now", type_=Moment())
_LEDGER = ("openid", "unfollowed_at", "event_until", "event_left", "message_until", "message_left", "has_held")
_READ = (
    "id",
    "message",
    "template",
    "channel",
    "not_after",
    "heeds_quiet",
    "watch",
    "spares",
    "attempts",
    "first_attempt_at",
)


def _next(lane: Lane) -> Select[Any]:
    earlier = _delivery.alias("earlier")
    # In order for each follower: a later part of an answer never overtakes an earlier one, and a broadcast never takes
    # the last send of a window from an answer. A delivery put off to a later hour does not hold up the others.
    is_before = tuple_(earlier.c.lane, earlier.c.id) < tuple_(_delivery.c.lane, _delivery.c.id)
    holds_up = or_(earlier.c.due_at <= _MOMENT, earlier.c.attempts > 0)
    first = exists().where(
        earlier.c.openid == _delivery.c.openid, is_before, waits("earlier"), earlier.c.state.in_(OPEN), holds_up
    )
    return (
        select(*(_delivery.c[name] for name in _READ), *(_follower.c[name] for name in _LEDGER))
        .join_from(_delivery, _follower, _follower.c.openid == _delivery.c.openid)
        # A literal, like the state, so that the partial index applies and its first row is the answer.
        .where(_delivery.c.state == PENDING, _delivery.c.lane == literal_column(str(lane.value)))
        .where(_delivery.c.due_at <= _MOMENT, ~first)
        .order_by(_delivery.c.due_at, _delivery.c.id)
        .limit(1)
        # A follower whose message is being answered right now is locked, and is skipped: that message may withdraw this
        # delivery, so waiting for it while holding the delivery could deadlock.
        .with_for_update(skip_locked=True, key_share=True)
    )


_NEXT = {lane: _next(lane) for lane in Lane}
_PUT = update(_delivery).where(_delivery.c.id == bindparam("row"))
_SPEND = update(_follower).where(_follower.c.openid == bindparam("whose"))
#: Fails deliveries whose follower was erased while they were being sent, and that would be tried again.
_NOBODYS = (
    update(_delivery)
    .where(_delivery.c.state == PENDING, _delivery.c.lane.in_([literal_column(str(lane.value)) for lane in Lane]))
    .where(_delivery.c.due_at <= _MOMENT, ~exists().where(_follower.c.openid == _delivery.c.openid))
    .values(state=DeliveryState.FAILED, error=UNFOLLOWED, settled_at=_MOMENT, has_news=IS_WATCHED)
    .returning(_delivery.c.id)
)
