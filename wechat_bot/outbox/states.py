"""Delivery states and channels, and the conditions of the partial indexes over them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, TextClause, literal_column, text

from wechat_bot.models import Delivery, DeliveryState, Lane

#: Written into the statement and not bound to it: PostgreSQL cannot prove that a bound state fits a partial index, and
#: once it keeps a generic plan it reads the whole table at every claim.
PENDING, SENDING = (literal_column(f"'{state}'", String) for state in (DeliveryState.PENDING, DeliveryState.SENDING))
HELD = literal_column(f"'{DeliveryState.HELD}'", String)
UNSURE, FAILED = (literal_column(f"'{state}'", String) for state in (DeliveryState.UNSURE, DeliveryState.FAILED))
BROADCAST: ColumnElement[int] = literal_column(str(Lane.BROADCAST.value))
OPEN = (PENDING, SENDING)
#: Not sent yet, and still to be changed or taken back.
WAITING = (PENDING, HELD)
#: States of deliveries that have arrived, as far as is known.
ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNSURE)
#: What a settled delivery says of itself, for whoever watches it.
TOO_LATE, UNFOLLOWED, ERASED, WITHDRAWN = "too late to be useful", "no longer follows", "erased", "withdrawn"
IS_WATCHED: Any = Delivery.watch.is_not(None)


class Channel(StrEnum):
    """How it reaches the follower: customer-service message or template message."""

    CUSTOM = "custom"
    TEMPLATE = "template"


def waits(table: str) -> TextClause:
    """The condition of the index of what waits, word for word: SQLite takes the index for nothing else."""
    return text(f"{table}.state in ('pending', 'sending', 'held')")


def is_left(table: str) -> TextClause:
    """The condition of the index of deliveries not sent, or not surely sent."""
    return text(f"{table}.state not in ('sent', 'delivered')")
