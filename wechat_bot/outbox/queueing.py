"""Outbox interface for features, in their own transaction: queue, release and withdraw messages."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, Select, String, literal, select, update
from sqlalchemy.orm import Session

from foundation.database import Json, Moment, changed, count_to, upsert
from foundation.dialects import among, json_filled, table_of
from wechat_bot.models import Delivery, DeliveryState, Lane
from wechat_bot.outbox.states import BROADCAST, HELD, IS_WATCHED, PENDING, SENDING, WITHDRAWN, waits

#: Broadcasts a second to reckon with before they are sent: twelve senders, and a WeChat that takes 0.3 s to answer.
PACE = 40
#: Stands in a message to many where words of each receiver's own are put (a character nobody types).
OWN = "\ue000"


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
    spares: int = 0,
) -> int | None:
    """Queue a message to one follower in the caller's transaction, ahead of all broadcasts; returns its id.

    `message`: a customer-service message without `touser`; a picture is made by `uploads.picture`.
    `template`: a `notices.notice`, sent in its place when the reply window is closed.
    `key`: an idempotency key; if it was queued before, nothing happens and None is returned.
    `not_after`: from then on it is too late to be useful, and fails.
    `heeds_quiet`: it waits for the end of the quiet hours.
    `watch`: the feature that is told its outcome.
    `spares`: as many sends of the reply window are left to other messages; with no more than these left it goes as a
    notice, or waits for the next contact.
    """
    values = {
        "openid": openid,
        "message": message,
        "template": template,
        "about": about,
        "key": key,
        "state": DeliveryState.PENDING,
        "lane": Lane.AWAITED.value,
        "due_at": due_at or now,
        "not_after": not_after,
        "heeds_quiet": heeds_quiet,
        "watch": watch,
        "spares": spares,
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
    """Queue one message to many followers in one statement, behind messages to one; returns how many were queued.

    `recipients` selects openid and key; a key that was queued before is left out. A third column is words of each
    one's own: they take the place of `OWN` in the message. The rest is as for `queue`.
    """
    to = recipients.subquery()
    has_own = len(to.c) > 2
    columns = {
        "openid": to.c[0],
        "key": to.c[1],
        "about": literal(about, String),
        "message": json_filled(session, message, OWN, to.c[2]) if has_own else literal(message, Json),
        "template": literal(template, Json),
        "state": literal(DeliveryState.PENDING.value),
        "lane": literal(Lane.BROADCAST.value),
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


def ahead(session: Session, most: int, *, now: datetime) -> int:
    """The number of broadcasts that are due and not sent, counted up to `most` + 1."""
    waiting = select(Delivery.id).where(Delivery.state == PENDING, Delivery.lane == BROADCAST, Delivery.due_at <= now)
    return count_to(session, waiting, most)


def release(session: Session, openid: str, *, now: datetime) -> None:
    """Let messages go that waited for this follower's next contact. The caller holds the follower's row, and clears its
    `has_held`."""
    session.execute(
        update(Delivery)
        .where(Delivery.openid == openid, waits("delivery"), Delivery.state == HELD)
        .values(state=DeliveryState.PENDING, due_at=now)
    )
    session.info["rings"] = True


def withdraw(session: Session, *which: Any, why: str = WITHDRAWN, now: datetime | None) -> int:
    """Cancel deliveries that are not being sent yet; returns how many.

    `now` is saved as their moment; None saves none, where the moment would reveal too much.
    """
    waiting = update(table_of(Delivery)).where(*which, waits("delivery"), Delivery.state != SENDING)
    values = waiting.values(state=DeliveryState.CANCELLED, error=why, settled_at=now, has_news=IS_WATCHED)
    return changed(session, values)


def withdraw_free(session: Session, *which: Any, why: str = WITHDRAWN, now: datetime | None) -> int:
    """Cancel deliveries as `withdraw` does, except those that another transaction is releasing or sending at this
    moment: for a caller who holds what a message heard from their follower may be waiting for. Waiting for it in turn
    would deadlock."""
    free = select(Delivery.id).where(*which, waits("delivery"), Delivery.state != SENDING)
    ids = session.scalars(free.with_for_update(skip_locked=True, key_share=True)).all()
    return withdraw(session, among(session, Delivery.id, ids), why=why, now=now) if ids else 0
