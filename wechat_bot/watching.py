"""Delivery watcher: tells the feature that queued a delivery its outcome.

A delivery queued with `watch` becomes news whenever something becomes of it. The feature's own clock looks at the
news, many at once; nothing is added to the sending.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox.states import Channel


@dataclass(frozen=True, slots=True)
class News:
    """News of a delivery: its outcome."""

    id: int
    key: str
    state: DeliveryState
    channel: Channel | None
    error: str | None


def news(watch: str) -> Select[*tuple[Any, ...]]:
    """A select, to be narrowed and locked, of deliveries with an outcome their watcher has not read yet, oldest first.

    Its rows are what `read_news` reads; `noted` ends the news of one.
    """
    columns = (Delivery.id, Delivery.key, Delivery.state, Delivery.channel, Delivery.error)
    return select(*columns).where(Delivery.watch == watch, text("delivery.has_news")).order_by(Delivery.id)


def read_news(row: Any) -> News:
    """Read the first columns of a row of `news`."""
    channel = Channel(row.channel) if row.channel else None
    return News(row.id, row.key, DeliveryState(row.state), channel, row.error)


def noted(session: Session, ids: Sequence[int]) -> None:
    """Mark news as read, for rows locked since they were read."""
    session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(has_news=False))
