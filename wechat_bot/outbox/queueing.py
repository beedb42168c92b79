"""Outbox interface for features, in their own transaction: queue, release and withdraw messages."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Boolean, Select, String, literal, select, update
from sqlalchemy.orm import Session

from foundation.database import Json, Moment, changed, count_to, upsert
from foundation.dialects import table_of
from wechat_bot.models import Delivery, DeliveryState, Lane
from wechat_bot.outbox.states import BROADCAST, HELD, IS_WATCHED, PENDING, SENDING, WITHDRAWN, waits

#: Broadcasts a second to reckon with before they are sent: twelve senders, and a WeChat that takes 0.3 s to answer.
PACE = 40


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
    """Queue a message to one follower in the caller's transaction, before all that was queued for many; gives its id.

    `message` is a customer-service message without `touser`, a picture being one of `uploads.picture`; `template` is a
    `notices.notice`, sent in its place when the reply window is closed. With a `key` that was queued before, nothing
    happens and None comes back. After `not_after` it is too late to be useful and fails. One that `heeds_quiet` waits
    for the end of the quiet hours. What becomes of it is news for the feature named in `watch`. One that `spares` sends
    takes none of the last so many of the reply window: it goes as a notice then, or waits for the next contact.
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
    """Queue one message to many in one statement, behind what single people wait for; gives how many were queued.

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
    """How many broadcasts are due and not sent, counted no further than `most` and one."""
    waiting = select(Delivery.id).where(Delivery.state == PENDING, Delivery.lane == BROADCAST, Delivery.due_at <= now)
    return count_to(session, waiting, most)


def release(session: Session, openid: str, *, now: datetime) -> None:
    """The follower is in touch again: what waited for that may go. Whoever calls this holds their row, and notes there
    that nothing is held any more."""
    session.execute(
        update(Delivery)
        .where(Delivery.openid == openid, waits("delivery"), Delivery.state == HELD)
        .values(state=DeliveryState.PENDING, due_at=now)
    )
    session.info["rings"] = True


def withdraw(session: Session, *which: Any, why: str = WITHDRAWN, now: datetime | None) -> int:
    """Take back what still waits to be sent, or waits for a contact; gives how many. In the call it is too late.

    `now` is kept as its moment; None keeps none, where the moment would tell too much.
    """
    return changed(session, withdrawal(*which, why=why, moment=literal(now, Moment())))


def withdrawal(*which: Any, why: str, moment: Any) -> Any:
    """The statement of `withdraw`, for whoever builds it once."""
    waiting = update(table_of(Delivery)).where(*which, waits("delivery"), Delivery.state != SENDING)
    return waiting.values(state=DeliveryState.CANCELLED, error=why, settled_at=moment, has_news=IS_WATCHED)
