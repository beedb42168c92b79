"""Delivery states and channels, and the conditions of the partial indexes over them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, TextClause, literal_column, text

from wechat_bot.models import Delivery, DeliveryState, Lane

#: Literals and not bound parameters: PostgreSQL cannot tell that a bound state fits a partial index, and with a generic
#: plan it would read the whole table at every claim.
PENDING, SENDING = (literal_column(f"'{state}'", String) for state in (DeliveryState.PENDING, DeliveryState.SENDING))
HELD = literal_column(f"'{DeliveryState.HELD}'", String)
UNSURE, FAILED = (literal_column(f"'{state}'", String) for state in (DeliveryState.UNSURE, DeliveryState.FAILED))
BROADCAST: ColumnElement[int] = literal_column(str(Lane.BROADCAST.value))
OPEN = (PENDING, SENDING)
#: States in which a delivery can still be changed or cancelled.
WAITING = (PENDING, HELD)
#: States of deliveries that have arrived, as far as is known.
ARRIVED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNSURE)
#: Reasons of a failed or cancelled delivery, for the feature that watches it.
TOO_LATE, UNFOLLOWED, ERASED, WITHDRAWN = "too late to be useful", "no longer follows", "erased", "withdrawn"
IS_WATCHED: Any = Delivery.watch.is_not(None)


class Channel(StrEnum):
    """Channel of a delivery: customer-service message or template message."""

    CUSTOM = "custom"
    TEMPLATE = "template"


def waits(table: str) -> TextClause:
    """Condition of the partial index of unsent deliveries, word for word, for SQLite uses the index for no other."""
    return text(f"{table}.state in ('pending', 'sending', 'held')")


def was_said(table: str) -> TextClause:
    """Condition of the partial index of messages about something that have arrived, by their follower."""
    return text(f"{table}.about is not null and {table}.state in ('sent', 'delivered', 'unsure')")


def is_left(table: str) -> TextClause:
    """Condition of the partial index of deliveries that are not surely sent."""
    return text(f"{table}.state not in ('sent', 'delivered')")
