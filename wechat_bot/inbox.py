"""Idempotent inbox: each message takes effect once, and a redelivery gets the answer of the first delivery."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.exc import StaleDataError

from foundation.database import upsert
from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.prepared import Prepared
from wechat_bot import ledger, messages, reply, reported
from wechat_bot.conversation import Reply, Turn
from wechat_bot.models import Delivery, DeliveryState, Follower, Heard, Talk
from wechat_bot.outbox import queueing
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

#: WeChat hangs up after five seconds; a later answer than this is treated as not received.
TOO_LATE = timedelta(seconds=4.5)
#: How long a late answer waits in the outbox for a redelivery to fetch it: WeChat posts four times, five seconds apart.
REDELIVERIES_OVER = timedelta(seconds=12)
#: The time of the last contact is saved only if it changed by more than this.
MOVED = timedelta(minutes=1)
#: How long a redelivery is recognised, and how long its answer is kept: an answer may reveal what somebody said in an
#: anonymous survey, and WeChat posts again within seconds.
KEPT = timedelta(days=3)
ANSWER_KEPT = timedelta(minutes=15)
#: How long messages of unknown kinds are kept whole, for a developer.
RAW_KEPT = timedelta(days=30)


@dataclass(slots=True)
class Known:
    """A follower's row as the callback reads it and writes it back."""

    openid: str
    followed_at: datetime | None = None
    unfollowed_at: datetime | None = None
    heard_at: datetime | None = None
    message_until: datetime | None = None
    message_left: int = 0
    event_until: datetime | None = None
    event_left: int = 0
    has_held: bool = False


def answer_once(services: Services, message: messages.Incoming, *, now: datetime, began: float) -> Reply:
    """Answer a message the first time, and give a redelivery the same answer.

    The mark that we heard it and all that came of it are one transaction: a crash keeps neither, so WeChat's
    redelivery starts afresh. The mark is a unique key: of two deliveries at work at once one is rolled back whole,
    and takes the other's answer.
    """
    try:
        return _hear(services, message, now, began)
    except Refused as refusal:
        # The transaction is rolled back, so nothing of the refused action is kept. Hear it again to keep the refusal.
        return _hear(services, message, now, began, refusal=Reply(refusal.sentence))
    except StaleDataError:
        # Their talk was ended by another message at this moment: PostgreSQL waits for the follower's row and gives the
        # talk as it was before. Heard again, this one finds it as it is.
        return answer_once(services, message, now=now, began=began)
    except IntegrityError:
        stored = _stored_answer(services, message)
        if stored is None:
            raise
        return stored


def _hear(
    services: Services, message: messages.Incoming, now: datetime, began: float, refusal: Reply | None = None
) -> Reply:
    with services.transaction() as session:
        stored, follower, talk = _look_up(session, message)
        if stored is not None:
            return _again(session, stored)
        listener = services.switchboard.listeners.get(type(message))
        if listener:
            listener.run(session, message, now)
        else:
            reported.keep(session, message, now)
        answer = Reply()
        if isinstance(message, _FROM_A_PERSON):
            follower = follower or _new_follower(session, message, now)
            last_heard_at = follower.heard_at
            if is_late := _is_late(follower, message):
                log.info("heard out of order", kind=type(message).__name__)
            else:
                _note(session, follower, message, now)
            turn = Turn(
                session=session,
                now=now,
                zone=services.zone,
                openid=message.openid,
                message=message,
                account=services.account,
                board=services.switchboard,
                talk=talk,
                last_heard_at=last_heard_at,
                windows=follower,
            )
            # A late message is answered all the same, but not a late follow: that person has left again.
            if not (is_late and isinstance(message, messages.Follow)):
                answer = refusal or services.switchboard.answer(turn)
        return _keep(services, session, message, answer, now, began)


def _look_up(session: Session, message: messages.Incoming) -> tuple[Heard | None, Known | None, Talk | None]:
    # One statement for all three. The follower's row is locked, so one person's messages are answered in turn.
    row = _LOOK_UP.first(session, {"openid": message.openid, "key": message.key})
    if row is None:
        return session.get(Heard, message.key), None, None
    heard_key, *values = row
    follower = Known(message.openid, *values[: len(_KEPT_OF_FOLLOWER)])
    talk_id, *kept = values[len(_KEPT_OF_FOLLOWER) :]
    talk = None
    if talk_id is not None:
        # As if the session had loaded it, in half the time; changes to it are saved as usual.
        named = dict(zip(_KEPT_OF_TALK, kept, strict=True))
        talk = Talk(id=talk_id, openid=message.openid, paused_at=None, **named)
        make_transient_to_detached(talk)
        session.add(talk)
    return session.get(Heard, heard_key) if heard_key else None, follower, talk


def _new_follower(session: Session, message: messages.Incoming, now: datetime) -> Known:
    # ON CONFLICT: the person's very first message may arrive twice at once.
    first = {
        "openid": message.openid,
        "followed_at": message.sent_at,
        "message_left": 0,
        "event_left": 0,
        "has_held": False,
    }
    session.execute(upsert(session, Follower).values(first).on_conflict_do_nothing())
    kept = [_FOLLOWER[name] for name in _KEPT_OF_FOLLOWER]
    row = session.execute(select(*kept).where(_FOLLOWER.openid == message.openid).with_for_update()).one()
    return Known(message.openid, *row)


def _is_late(follower: Known, message: messages.Incoming) -> bool:
    """Whether a newer follow or unfollow was handled already: redelivered callbacks can be overtaken by others.

    Compared by WeChat's CreateTime, in seconds. Within one second the last to arrive counts. A wrong result does no
    harm: the next send corrects it, and before an erasure WeChat is asked.
    """
    if isinstance(message, messages.Unfollow):
        return follower.followed_at is not None and message.sent_at < _second(follower.followed_at)
    return follower.unfollowed_at is not None and message.sent_at < _second(follower.unfollowed_at)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _note(session: Session, follower: Known, message: messages.Incoming, now: datetime) -> None:
    noted = _as_row(follower)
    if isinstance(message, messages.Unfollow):
        # The later time stays: they may have followed and left again since.
        follower.unfollowed_at = max(follower.unfollowed_at or message.sent_at, message.sent_at)
    elif isinstance(message, messages.Follow) or follower.unfollowed_at is not None:
        follower.followed_at = max(follower.followed_at or message.sent_at, message.sent_at)
        follower.unfollowed_at = None
    ledger.note(follower, message, now=now)
    if isinstance(message, _CONTACT):
        follower.heard_at = now
        if follower.has_held:
            queueing.release(session, follower.openid, now=now)
            follower.has_held = False
    if _is_worth_writing(noted, _as_row(follower)):
        values = {f"new_{name}": value for name, value in _as_row(follower).items()}
        _SAVE.run(session, {"of": follower.openid, **values})
    else:
        # The saved values count, as for whoever reads the row next.
        follower.heard_at, follower.message_until = noted["heard_at"], noted["message_until"]


def _as_row(follower: Known) -> dict[str, Any]:
    return {name: getattr(follower, name) for name in _KEPT_OF_FOLLOWER}


def _is_worth_writing(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a follower's row must be saved: something else than the last contact changed, or that by a minute.

    This saves a statement in most callbacks of a running talk. The reply window saved is then up to a minute shorter
    than WeChat's, never longer.
    """
    if any(before[name] != after[name] for name in _KEPT_OF_FOLLOWER if name not in _MOVING):
        return True
    last = before["heard_at"], before["message_until"]
    # In both directions: the time that a wrong clock saved must not stay until it has come.
    return None in last or any(abs(after[name] - before[name]) >= MOVED for name in _MOVING)


def _keep(
    services: Services, session: Session, message: messages.Incoming, answer: Reply, now: datetime, began: float
) -> Reply:
    first, rest = reply.split(answer)
    late = services.stopwatch() - began > TOO_LATE.total_seconds()
    delivery_id = due = None
    if late:
        # A redelivery may still fetch it; if none does, the outbox sends it.
        due = services.clock() + REDELIVERIES_OVER
        ids = [queueing.queue(session, message.openid, each, now=now, due_at=due) for each in reply.as_messages(first)]
        delivery_id = ids[0] if ids else None
    for part in rest:
        queueing.queue(session, message.openid, reply.text_message(part), now=now, due_at=due)
    session.flush()
    mark = {
        "key": message.key,
        "openid": message.openid,
        "heard_at": now,
        "answer": reply.to_json(first) or None,
        "late_delivery_id": delivery_id,
        "raw": dict(message.raw) if isinstance(message, messages.Unknown) else None,
    }
    _MARK.run(session, mark)
    return Reply() if late else first


def _again(session: Session, heard: Heard) -> Reply:
    """The stored answer. If it waits in the outbox, it is cancelled there, so that it is not sent twice."""
    if heard.late_delivery_id is not None:
        # Skip a locked row: the worker that holds it waits for this follower's row, and is about to send it.
        waiting = session.scalar(
            select(Delivery)
            .where(Delivery.id == heard.late_delivery_id, Delivery.state == DeliveryState.PENDING)
            .with_for_update(skip_locked=True)
        )
        if waiting is None:
            return Reply()
        waiting.state, waiting.error = DeliveryState.CANCELLED, "answered on redelivery"
    return reply.from_json(heard.answer or {})


def _stored_answer(services: Services, message: messages.Incoming) -> Reply | None:
    with services.transaction() as session:
        heard = session.get(Heard, message.key)
        return None if heard is None else _again(session, heard)


def forget(session: Session, *, now: datetime) -> None:
    """Delete answers and marks that no redelivery can ask for any more."""
    session.execute(
        update(Heard).where(Heard.heard_at < now - ANSWER_KEPT, Heard.answer.is_not(None)).values(answer=None)
    )
    session.execute(delete(Heard).where(Heard.heard_at < now - KEPT, Heard.raw.is_(None)))
    session.execute(delete(Heard).where(Heard.heard_at < now - RAW_KEPT))


# The callback's own statements are built once: building one costs as much as executing it. They carry plain rows, for
# the unit of work costs more than all of them.
_FOLLOWER = table_of(Follower).c
_TALK = table_of(Talk).c
_HEARD = table_of(Heard).c
# Known columns are not read: each one costs the driver time.
_KEPT_OF_FOLLOWER = tuple(field.name for field in fields(Known) if field.name != "openid")
_KEPT_OF_TALK = tuple(column.name for column in _TALK if column.name not in ("id", "openid", "paused_at"))
_MOVING = ("heard_at", "message_until")
_LOOK_UP = Prepared(
    select(
        _HEARD.key,
        *(_FOLLOWER[name] for name in _KEPT_OF_FOLLOWER),
        _TALK.id,
        *(_TALK[name] for name in _KEPT_OF_TALK),
    )
    .select_from(table_of(Follower))
    .outerjoin(table_of(Talk), (_TALK.openid == _FOLLOWER.openid) & _TALK.paused_at.is_(None))
    .outerjoin(table_of(Heard), _HEARD.key == bindparam("key"))
    .where(_FOLLOWER.openid == bindparam("openid"))
    .with_for_update(of=table_of(Follower))
)
_SAVE = Prepared(
    update(table_of(Follower))
    .where(_FOLLOWER.openid == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in _KEPT_OF_FOLLOWER})
)
_MARK = Prepared(insert(table_of(Heard)))

_CONTACT = (*ledger.SAID, *ledger.TRIGGERS, messages.LinkOpened, messages.PicturesPicked, messages.LocationPicked)
_FROM_A_PERSON = (*_CONTACT, messages.Unfollow, messages.LocationReport)
