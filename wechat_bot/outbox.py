"""The outbox: whatever must be sent besides the passive reply is a row here, queued with the work that wants it.

Claim, send, note. Before the call a row goes from pending to sending, with a lease; no transaction is open during the
call; after it the row says what became of it. A worker that dies in a call leaves a row whose lease runs out: a
template message is tried again under the same id while WeChat recognises it, a customer-service message has no id and
becomes `unsure`, for people to look at. Nothing is lost, nothing is sent twice, and what is not known is said.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    Boolean,
    Select,
    String,
    Table,
    TextClause,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from foundation.database import Json, Moment, changed, upsert
from wechat_bot import alarms, ledger, notices, reply, uploads
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Delivery, DeliveryState, Follower, Receipt

if TYPE_CHECKING:
    from wechat_bot.messages import TemplateFinished
    from wechat_bot.services import Services

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
#: WeChat recognises a client_msg_id for ten minutes; past eight we no longer trust it (wechat-platform.md §5).
TEMPLATE_KEY = timedelta(minutes=8)
#: After an error only a person can mend: long enough not to burn quota, short enough to go on by itself.
STOPPED = timedelta(minutes=5)
#: A claim may settle its row in these. `unsure` too: whoever was stopped past its lease and wakes up with WeChat's
#: answer knows the truth.
MINE = (DeliveryState.SENDING, DeliveryState.UNSURE)
#: Written into the statement and not bound to it: PostgreSQL cannot prove that a bound state fits a partial index, and
#: once it keeps a generic plan it reads the whole table at every claim.
PENDING, SENDING = (literal_column(f"'{state}'", String) for state in (DeliveryState.PENDING, DeliveryState.SENDING))
HELD = literal_column(f"'{DeliveryState.HELD}'", String)
UNSURE, FAILED = (literal_column(f"'{state}'", String) for state in (DeliveryState.UNSURE, DeliveryState.FAILED))
OPEN = (PENDING, SENDING)
#: Not sent yet, and still to be changed or taken back.
WAITING = (PENDING, HELD)
#: Whoever is being heard at this very moment is tried again so much later (see `_choose`).
BUSY = timedelta(seconds=1)
#: What a settled delivery says of itself, for whoever watches it.
TOO_LATE, UNFOLLOWED, ERASED, WITHDRAWN = "too late to be useful", "no longer follows", "erased", "withdrawn"
_Chosen = tuple["Channel | None", datetime | None]


class Channel(StrEnum):
    CUSTOM = "custom"
    TEMPLATE = "template"


def queue(
    session: Session,
    openid: str,
    message: dict[str, Any],
    *,
    now: datetime,
    template: dict[str, Any] | None = None,
    about: str | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    heeds_quiet: bool = False,
    watch: str | None = None,
) -> int | None:
    """Queue a message to one follower in the caller's transaction; gives its id.

    `message` is a customer-service message without `touser`, a picture being one of `uploads.picture`; `template` is a
    `notices.notice`, sent in its place when the reply window is closed. With a `key` that was queued before, nothing
    happens and None comes back. After `not_after` it is too late to be useful and fails. One that `heeds_quiet` waits
    for the end of the quiet hours. What becomes of it is news for the feature named in `watch`.
    """
    values = {
        "openid": openid,
        "message": message,
        "template": template,
        "about": about,
        "key": key,
        "state": DeliveryState.PENDING,
        "due_at": due_at or now,
        "not_after": not_after,
        "heeds_quiet": heeds_quiet,
        "watch": watch,
        "has_news": False,
        "created_at": now,
        "attempts": 0,
    }
    session.info["rings"] = True
    statement = upsert(session, Delivery).values(values).on_conflict_do_nothing().returning(Delivery.id)
    return cast("int | None", session.scalar(statement))


def queue_all(
    session: Session,
    recipients: Select[Any, Any],
    message: dict[str, Any],
    *,
    now: datetime,
    template: dict[str, Any] | None = None,
    about: str | None = None,
    not_after: datetime | None = None,
    heeds_quiet: bool = False,
    watch: str | None = None,
) -> int:
    """Queue one message to many in one statement; gives how many were queued.

    `recipients` selects openid and key; who has that key already is left out. The rest is as for `queue`.
    """
    to = recipients.subquery()
    columns = {
        "openid": to.c[0],
        "key": to.c[1],
        "about": literal(about, String),
        "message": literal(message, Json),
        "template": literal(template, Json),
        "state": literal(DeliveryState.PENDING.value),
        "due_at": literal(now, Moment()),
        "not_after": literal(not_after, Moment()),
        "heeds_quiet": literal(heeds_quiet, Boolean),
        "watch": literal(watch, String),
        "has_news": literal(False, Boolean),
        "created_at": literal(now, Moment()),
        "attempts": literal(0),
    }
    session.info["rings"] = True
    # SQLite takes ON CONFLICT behind a SELECT only where a WHERE stands between.
    listed = select(*columns.values()).where(to.c[0].is_not(None))
    inserted = upsert(session, Delivery).from_select(list(columns), listed).on_conflict_do_nothing()
    return changed(session, inserted)


def release(session: Session, follower: Follower, *, now: datetime) -> None:
    """The follower is in touch again: what waited for that may go."""
    session.execute(
        update(Delivery)
        .where(Delivery.openid == follower.openid, waits("delivery"), Delivery.state == HELD)
        .values(state=DeliveryState.PENDING, due_at=now)
    )
    follower.has_held = False
    session.info["rings"] = True


def withdraw(session: Session, *which: Any, why: str = WITHDRAWN, now: datetime | None) -> int:
    """Take back what still waits to be sent, or waits for a contact; gives how many. In the call it is too late.

    `now` is kept as its moment; None keeps none, where the moment would tell too much.
    """
    return changed(session, withdrawal(*which, why=why, moment=literal(now, Moment())))


def withdrawal(*which: Any, why: str, moment: Any) -> Any:
    """The statement of `withdraw`, for whoever builds it once."""
    waiting = update(cast(Table, Delivery.__table__)).where(*which, waits("delivery"), Delivery.state != SENDING)
    return waiting.values(state=DeliveryState.CANCELLED, error=why, settled_at=moment, has_news=IS_WATCHED)


@dataclass(frozen=True)
class Claim:
    """A delivery this process may make, with all that the call needs."""

    id: int
    fence: str
    openid: str
    channel: Channel
    body: dict[str, Any]
    window: datetime | None = None  # that it was spent from


def send_next(services: "Services") -> bool:
    """Claim one due delivery, make it, note what became of it. False where none was due."""
    claim, looked = _claim(services)
    if claim is None:
        return looked
    try:
        msgid = _call(services, claim)
    except SendError as error:
        _note_error(services, claim, error)
    else:
        _note_sent(services, claim, msgid)
    return True


def _claim(services: "Services") -> tuple[Claim | None, bool]:
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
        _settle(delivery, DeliveryState.FAILED, now, TOO_LATE)
    elif is_busy:
        # They are being heard. What they say may withdraw this row, so we must not wait for them with it in our hand.
        delivery.due_at = now + BUSY
    elif follower is None or not follower.is_following:
        _settle(delivery, DeliveryState.FAILED, now, UNFOLLOWED)
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


def _call(services: "Services", claim: Claim) -> str | None:
    if claim.channel is Channel.CUSTOM:
        services.wechat.send_custom(uploads.with_media(services, claim.body))
        return None
    return str(services.wechat.send_template(claim.body))


def _note_sent(services: "Services", claim: Claim, msgid: str | None) -> None:
    now = services.clock()
    with services.transaction() as session:
        sent = {"state": DeliveryState.SENT, "msgid": msgid, "settled_at": now, "error": None, "error_code": None}
        sent["has_news"] = IS_WATCHED
        session.execute(_mine(claim).values(sent))
        receipt = session.get(Receipt, msgid) if msgid else None
        if receipt:
            _apply(session, receipt)


def _note_error(services: "Services", claim: Claim, error: SendError) -> None:
    now = services.clock()
    with services.transaction() as session:
        # In the order in which a callback takes them, or the two could wait for each other.
        follower = session.get(Follower, claim.openid, with_for_update=True)
        delivery = session.get(Delivery, claim.id, with_for_update=True)
        if delivery is None or delivery.fence != claim.fence or delivery.state not in MINE:
            return
        delivery.error, delivery.error_code = str(error)[:300], error.code
        if follower and not error.uncertain:
            # WeChat counts what it takes; a picture that could not even be uploaded never reached the person.
            ledger.refund(follower, claim.window)
        if error.uncertain and claim.channel is Channel.CUSTOM:
            _settle(delivery, DeliveryState.UNSURE, now, str(error)[:300])
        elif error.code in WINDOW_SHUT and claim.channel is Channel.CUSTOM and follower:
            ledger.shut(follower)
            delivery.state = DeliveryState.PENDING  # and chosen afresh: template, or held
        elif error.act is Act.STOP:
            _again(delivery, now + STOPPED)
            alarms.sound(session, f"wechat:{error.code}", str(error), now=now)
        elif error.act in (Act.RETRY, Act.REFRESH) and delivery.attempts < ATTEMPTS:
            _again(delivery, next_attempt_at(delivery.attempts, now))
        else:
            _settle(delivery, DeliveryState.FAILED, now, str(error)[:300])
            if error.code in GONE and follower:
                follower.unfollowed_at = follower.unfollowed_at or now


#: 45015 outside the window, 45047 count used up.
WINDOW_SHUT = {45015, 45047}
#: 43004, 50005: does not follow.
GONE = {43004, 50005}


def next_attempt_at(attempts: int, now: datetime) -> datetime:
    """When to try again: 5 s, then twice as long each time, ten minutes at most.

    >>> (next_attempt_at(3, datetime(2026, 1, 1)) - datetime(2026, 1, 1)).total_seconds()
    20.0
    """
    return now + min(timedelta(seconds=5 * 2 ** (attempts - 1)), timedelta(minutes=10))


def reap(services: "Services") -> int:
    """Deal with deliveries whose worker died in the call; gives how many."""
    now = services.clock()
    with services.transaction() as session:
        lapsed = session.scalars(
            select(Delivery)
            .where(Delivery.state == SENDING, Delivery.lease_until < now)
            .limit(1000)
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in lapsed:
            started = delivery.first_attempt_at or now
            if delivery.channel == Channel.TEMPLATE and now - started < TEMPLATE_KEY:
                _again(delivery, now)
            else:
                _settle(delivery, DeliveryState.UNSURE, now, "the process that sent it ended in the call")
        return len(lapsed)


def note_receipt(session: Session, message: "TemplateFinished", now: datetime) -> None:
    """Keep what WeChat says became of a template message, and apply it if our own note is there already."""
    values = {"msgid": message.msgid, "openid": message.openid, "status": message.status[:64], "received_at": now}
    session.execute(upsert(session, Receipt).values(values).on_conflict_do_nothing())
    _apply(session, Receipt(**values))


def resolve(session: Session, delivery_id: int, outcome: DeliveryState, *, now: datetime) -> bool:
    """A person decides on an unsure delivery: SENT (it arrived), FAILED (it did not) or PENDING (send it again)."""
    values: dict[str, Any] = {"state": outcome, "settled_at": now, "due_at": now, "fence": None}
    values["has_news"] = IS_WATCHED
    session.info["rings"] = True
    unsure = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.UNSURE)
    return bool(changed(session, unsure.values(values)))


def counts(session: Session) -> dict[str, int]:
    """How many deliveries stand where; the settled good ones are not counted, they only grow."""
    watched = (waits("delivery"), Delivery.state.in_((UNSURE, FAILED)))
    counted = (select(Delivery.state, func.count()).where(each).group_by(Delivery.state) for each in watched)
    return {row[0]: row[1] for each in counted for row in session.execute(each)}


IS_WATCHED: Any = Delivery.watch.is_not(None)


def _mine(claim: Claim) -> Any:
    return update(Delivery).where(Delivery.id == claim.id, Delivery.fence == claim.fence, Delivery.state.in_(MINE))


def _apply(session: Session, receipt: Receipt) -> None:
    arrived = receipt.status == "success"
    state, error = (DeliveryState.DELIVERED, None) if arrived else (DeliveryState.FAILED, receipt.status)
    mine = update(Delivery).where(Delivery.msgid == receipt.msgid, Delivery.state == DeliveryState.SENT)
    session.execute(mine.values(state=state, error=error, has_news=IS_WATCHED))


def _again(delivery: Delivery, at: datetime) -> None:
    delivery.state, delivery.due_at, delivery.fence, delivery.lease_until = DeliveryState.PENDING, at, None, None


def _settle(delivery: Delivery, state: DeliveryState, now: datetime, why: str) -> None:
    delivery.state, delivery.settled_at, delivery.error, delivery.lease_until = state, now, why, None
    delivery.has_news = delivery.watch is not None


def waits(table: str) -> TextClause:
    """The condition of the index of what waits, word for word: SQLite takes the index for nothing else."""
    return text(f"{table}.state in ('pending', 'sending', 'held')")
