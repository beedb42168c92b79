"""Settle step of the outbox: the result of a call is noted, or the next attempt is planned."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from foundation.database import Moment, changed
from foundation.dialects import table_of
from wechat_bot import alarms, ledger, uploads
from wechat_bot.client.codes import Act, SendError, act_on
from wechat_bot.models import Delivery, DeliveryState, Follower, Lane, Receipt
from wechat_bot.outbox import pausing
from wechat_bot.outbox.claiming import Claim
from wechat_bot.outbox.resolving import apply
from wechat_bot.outbox.states import HELD, IS_WATCHED, PENDING, SENDING, TOO_LATE, Channel
from wechat_bot.services import Services

ATTEMPTS = 8
#: How long a template message is tried again under one client_msg_id, which WeChat recognises for ten minutes (§5).
TEMPLATE_KEY = timedelta(minutes=8)
#: Delay after an error only a person can mend: long enough to save the quota, short enough to go on by itself.
STOPPED = timedelta(minutes=5)
#: States in which a claim may settle its delivery; `unsure` too, for a process stopped past its lease has WeChat's
#: answer when it wakes up.
MINE = (DeliveryState.SENDING, DeliveryState.UNSURE)
#: The longest delay of an attempt.
SOON = timedelta(minutes=10)
#: A lease that ends later than this was given before the clock was set back.
LONGEST_LEASE = timedelta(minutes=2)
#: 45015 outside the window, 45047 count used up.
WINDOW_SHUT = {45015, 45047}
#: 43004, 50005: does not follow.
GONE = {43004, 50005}
#: 43116 banned, 43117 sent too often: errors of one template, not of the account.
OF_A_TEMPLATE = {43116, 43117}


def note(session: Session, claim: Claim, msgid: str | None, error: SendError | None, *, now: datetime) -> None:
    """Note the result of a call: sent, or the error."""
    if error is None:
        _note_sent(session, claim, msgid, now)
    else:
        _note_error(session, claim, error, now)


def next_attempt_at(attempts: int, now: datetime, *, least: timedelta = timedelta()) -> datetime:
    """The moment of the next attempt: after 5 s, then twice as long each time, ten minutes at most; `least` at least.

    >>> (next_attempt_at(3, datetime(2026, 1, 1)) - datetime(2026, 1, 1)).total_seconds()
    20.0
    """
    return now + max(min(timedelta(seconds=5 * 2 ** min(attempts - 1, ATTEMPTS)), timedelta(minutes=10)), least)


def reap(services: Services) -> int:
    """Settle deliveries whose worker died during the call; gives their number."""
    now = services.clock()
    with services.transaction() as session:
        lapsed = session.scalars(
            select(Delivery)
            .where(
                Delivery.state == SENDING, or_(Delivery.lease_until < now, Delivery.lease_until > now + LONGEST_LEASE)
            )
            .limit(1000)
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in lapsed:
            started = delivery.first_attempt_at or now
            if delivery.channel == Channel.TEMPLATE and now - started < TEMPLATE_KEY:
                again(delivery, now)
            else:
                settle(delivery, DeliveryState.UNSURE, now, "the process that sent it ended in the call")
        return len(lapsed)


def set_back(session: Session, before: datetime, *, now: datetime) -> int:
    """Make deliveries due that a wrong clock put off, after it was set back from the moment `before`; returns how many.

    Only those queued or tried again by that clock, and due soon by it; others keep the moment they were planned for.
    """
    by_it = or_(Delivery.created_at > now, Delivery.attempts > 0)
    statement = (
        update(Delivery)
        .where(Delivery.state == PENDING, Delivery.due_at > now, Delivery.due_at <= before + SOON, by_it)
        .values(due_at=now)
    )
    return changed(session, statement)


def give_up(services: Services) -> int:
    """Fail held deliveries that are too late to be useful; gives their number, at most a thousand."""
    now = services.clock()
    with services.transaction() as session:
        late = session.scalars(
            select(Delivery.id)
            .where(Delivery.state == HELD, Delivery.not_after < now)
            .limit(1000)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        over = {"state": DeliveryState.FAILED, "error": TOO_LATE, "settled_at": now, "has_news": IS_WATCHED}
        given_up = update(Delivery).where(Delivery.id.in_(late)).values(over)
        session.execute(given_up)
        return len(late)


def again(delivery: Delivery, at: datetime) -> None:
    """Put off a delivery until another attempt."""
    delivery.state, delivery.due_at, delivery.fence, delivery.lease_until = DeliveryState.PENDING, at, None, None


def settle(delivery: Delivery, state: DeliveryState, now: datetime, why: str) -> None:
    """Settle a delivery in a final state, and make it news for its watcher."""
    delivery.state, delivery.settled_at, delivery.error, delivery.lease_until = state, now, why, None
    delivery.has_news = delivery.watch is not None


def _note_sent(session: Session, claim: Claim, msgid: str | None, now: datetime) -> None:
    session.execute(_SENT, {"claimed": claim.id, "under": claim.fence, "given": msgid, "moment": now})
    receipt = session.get(Receipt, msgid) if msgid else None
    if receipt:
        apply(session, receipt)


def _note_error(session: Session, claim: Claim, error: SendError, now: datetime) -> None:
    # Lock in the same order as a callback, to avoid a deadlock.
    follower = session.get(Follower, claim.openid, with_for_update={"key_share": True})
    delivery = session.get(Delivery, claim.id, with_for_update={"key_share": True})
    if delivery is None or delivery.fence != claim.fence or delivery.state not in MINE:
        return
    if error.act is not Act.STOP and delivery.error_code is not None and act_on(delivery.error_code) is Act.STOP:
        # The attempts until a person had mended the fault do not count.
        delivery.attempts = 1
    delivery.error, delivery.error_code = str(error)[:300], error.code
    alarms.note(session, error, now=now)
    if not error.uncertain:
        if follower:
            # WeChat counts only what it takes.
            ledger.refund(follower, claim.window)
        if claim.is_first:
            delivery.first_attempt_at = None
    if error.uncertain and (claim.channel is Channel.CUSTOM or error.act is Act.NO):
        settle(delivery, DeliveryState.UNSURE, now, str(error)[:300])
    elif error.code in WINDOW_SHUT and claim.channel is Channel.CUSTOM and follower:
        ledger.shut(follower)
        delivery.state = DeliveryState.PENDING  # its channel is chosen anew: a template message, or it is held
    elif error.act is Act.STOP:
        # An answer is tried every few minutes, in case the limit is cleared; a broadcast is not worth these calls.
        until = pausing.tomorrow(now) if error.code == pausing.DAY_SPENT else now + STOPPED
        _again(delivery, claim, until if delivery.lane == Lane.BROADCAST else now + STOPPED, now)
        if error.code in OF_A_TEMPLATE and claim.is_first:
            # Without attempts it does not hold up the follower's other messages: it may wait for days.
            delivery.attempts = 0
        if not isinstance(error, uploads.NotUploaded):
            _put_off(session, delivery, claim, error, until, now)
    elif error.act in (Act.RETRY, Act.REFRESH) and delivery.attempts < ATTEMPTS:
        at = next_attempt_at(delivery.attempts, now, least=error.wait)
        _again(delivery, claim, at, now)
        if error.code in OF_A_TEMPLATE:
            _put_off(session, delivery, claim, error, at, now)
    else:
        settle(delivery, DeliveryState.FAILED, now, str(error)[:300])
        # Unless they followed again during the call.
        if error.code in GONE and follower and not (follower.followed_at and follower.followed_at > claim.at):
            follower.unfollowed_at = follower.unfollowed_at or claim.at


def _again(delivery: Delivery, claim: Claim, at: datetime, now: datetime) -> None:
    """Plan another attempt; a template message that WeChat may have becomes unsure once its id may be forgotten."""
    since = delivery.first_attempt_at
    if claim.channel is Channel.TEMPLATE and since is not None and at - since > TEMPLATE_KEY:
        settle(delivery, DeliveryState.UNSURE, now, delivery.error or "")
    else:
        again(delivery, at)


def _put_off(
    session: Session, delivery: Delivery, claim: Claim, error: SendError, until: datetime, now: datetime
) -> None:
    """Put off the broadcasts that would get the same error."""
    others = [pausing.goes_by(claim.channel, now=now)]
    if error.code in OF_A_TEMPLATE and delivery.template:
        others.append(pausing.uses(delivery.template))
    pausing.put_off(session, until, *others, error=delivery.error, code=error.code)


_delivery = table_of(Delivery)
# Built once, because it is executed for every message.
_SENT = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("claimed"), _delivery.c.fence == bindparam("under"), _delivery.c.state.in_(MINE))
    .values(
        state=DeliveryState.SENT,
        msgid=bindparam("given"),
        settled_at=bindparam("moment", type_=Moment()),
        error=None,
        error_code=None,
        has_news=IS_WATCHED,
    )
)
