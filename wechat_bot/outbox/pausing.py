"""Back-pressure of the outbox: broadcasts that WeChat would refuse now are put off together, without a call for each.

Answers are never put off here: somebody waits for them, and if the limit is cleared they go out by themselves.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from foundation.clock import day_in
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox.states import BROADCAST, PENDING, Channel

#: WeChat's error for a used-up daily limit of calls, until midnight in China (wechat-platform.md §10).
DAY_SPENT, WECHATS = 45009, ZoneInfo("Asia/Shanghai")
#: Rows put off in one statement at most: it locks them, on SQLite the whole database, and a callback has five seconds.
#: The next delivery that is claimed puts off as many again.
BATCH = 10_000


def tomorrow(now: datetime) -> datetime:
    """The next midnight in China, when WeChat's daily limits start anew.

    >>> tomorrow(datetime(2026, 11, 24, 15, 59, tzinfo=UTC)).isoformat()
    '2026-11-24T16:00:00+00:00'
    """
    day = day_in(now, WECHATS) + timedelta(days=1)
    return datetime.combine(day, time(), WECHATS).astimezone(UTC)


def put_off(
    session: Session,
    until: datetime,
    *which: ColumnExpressionArgument[bool],
    error: str | None = None,
    code: int | None = None,
) -> int:
    """Put off the waiting broadcasts that fulfil `which` until a moment, in their order; returns how many, `BATCH` at
    most. `error` and `code` are the reason shown to staff."""
    return _set(session, _waiting().where(Delivery.due_at < until, *which), due_at=until, error=error, error_code=code)


def goes_by(channel: Channel, *, now: datetime) -> ColumnElement[bool]:
    """Condition that a delivery would be sent by a channel now, as `claiming` decides for one."""
    is_open = exists().where(
        Follower.openid == Delivery.openid,
        or_(
            and_(Follower.event_until > now, Follower.event_left > 0),
            and_(Follower.message_until > now, Follower.message_left > 0),
        ),
    )
    is_repeated = and_(Delivery.attempts > 0, Delivery.channel == Channel.TEMPLATE)
    if channel is Channel.TEMPLATE:
        return or_(is_repeated, and_(Delivery.template.is_not(None), ~is_open))
    return and_(or_(Delivery.attempts == 0, Delivery.channel.is_distinct_from(Channel.TEMPLATE)), is_open)


def uses(template: Mapping[str, Any]) -> ColumnElement[bool]:
    """Condition that a delivery has the same template as this one."""
    name = "notice" if "notice" in template else "template_id"
    is_same: ColumnElement[bool] = Delivery.template[name].as_string() == str(template[name])
    return is_same


def is_day_spent(session: Session, *, now: datetime) -> bool:
    """Whether broadcasts wait for the next day because WeChat's limit of the day is used up."""
    return session.scalar(_spent(now).limit(1)) is not None


def resume(session: Session, *, now: datetime) -> int:
    """Let broadcasts go that wait for the next day: WeChat's count was cleared. Returns how many, `BATCH` at most."""
    session.info["rings"] = True
    return _set(session, _spent(now), due_at=now, error=None, error_code=None)


def _spent(now: datetime) -> Select[int]:
    # By the moment first, which the index knows: nothing else is due at midnight sharp.
    at_midnight = _waiting().where(Delivery.due_at == tomorrow(now))
    return at_midnight.where(Delivery.error_code == DAY_SPENT)


def _waiting() -> Select[int]:
    return select(Delivery.id).where(Delivery.state == PENDING, Delivery.lane == BROADCAST)


def _set(session: Session, found: Select[int], **values: Any) -> int:
    # Skip rows being claimed: waiting for them could deadlock with their claimer.
    some = (
        found.order_by(Delivery.due_at, Delivery.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("some")
    )
    statement = update(Delivery).where(Delivery.id.in_(select(some.c.id))).values(values)
    # SQLite's driver counts no rows of a statement that begins with WITH.
    done = session.execute(statement.returning(Delivery.id))
    return len(done.all())
