"""Receipts and resolutions: the outcome of a delivery as WeChat reports it later, or as a person decides it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation.database import changed, upsert
from wechat_bot.messages import TemplateFinished
from wechat_bot.models import Delivery, DeliveryState, Receipt
from wechat_bot.outbox.states import FAILED, IS_WATCHED, UNSURE, waits


def note_receipt(session: Session, message: TemplateFinished, now: datetime) -> None:
    """Save WeChat's receipt for a template message, and apply it if the delivery is settled already."""
    values = {"msgid": message.msgid, "openid": message.openid, "status": message.status[:64], "received_at": now}
    session.execute(upsert(session, Receipt).values(values).on_conflict_do_nothing())
    apply(session, Receipt(**values))


def apply(session: Session, receipt: Receipt) -> None:
    """Set the outcome of a sent template message by its receipt."""
    said = receipt.status.strip().lower()
    if not said:
        return
    arrived = said == "success"
    state, error = (DeliveryState.DELIVERED, None) if arrived else (DeliveryState.FAILED, receipt.status)
    mine = update(Delivery).where(Delivery.msgid == receipt.msgid, Delivery.state == DeliveryState.SENT)
    session.execute(mine.values(state=state, error=error, has_news=IS_WATCHED))


def resolve(session: Session, delivery_id: int, outcome: DeliveryState, *, now: datetime) -> bool:
    """Decide on an unsure delivery: SENT (it arrived), FAILED (it did not) or PENDING (send it again).

    False if it is not unsure (any more).
    """
    values: dict[str, Any] = {"state": outcome, "settled_at": now, "due_at": now, "fence": None}
    values["has_news"] = IS_WATCHED
    session.info["rings"] = True
    unsure = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.UNSURE)
    return bool(changed(session, unsure.values(values)))


def counts(session: Session) -> dict[str, int]:
    """The numbers of deliveries by state, without the successful ones, which would be slow to count."""
    watched = (waits("delivery"), Delivery.state.in_((UNSURE, FAILED)))
    counted = (select(Delivery.state, func.count()).where(each).group_by(Delivery.state) for each in watched)
    return {row[0]: row[1] for each in counted for row in session.execute(each)}
