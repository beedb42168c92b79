"""Timing of an attempt: when it ends, at what moment an answer was given, and whether that was in time.

The server's clock decides. Only for the chat does WeChat's `CreateTime` count (`Turn.said_at`), because WeChat delivers
a message again for some seconds where we did not answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

GRACE = timedelta(seconds=30)
"""How late a page may hand in: it was pressed in time, and the network was slow."""

COUNTED = timedelta(days=1)
"""How long before the end of an attempt its time is counted down."""


class Lateness(StrEnum):
    """Lateness of an answer."""

    IN_TIME = "in_time"
    GRACE = "grace"
    LATE = "late"


class AnswerMoment(NamedTuple):
    """Moment an answer counts as given, and how long after it the attempt may still end."""

    at: datetime
    grace: timedelta


def ends_at(
    begun: datetime, *, minutes: int | None, closes_at: datetime | None, is_start_only: bool
) -> datetime | None:
    """Return when an attempt ends: after its minutes, and never after the quiz unless that forbids only beginning.

    >>> from datetime import UTC
    >>> begun, closes = datetime(2026, 12, 1, 8, 0, tzinfo=UTC), datetime(2026, 12, 1, 8, 5, tzinfo=UTC)
    >>> ends_at(begun, minutes=15, closes_at=closes, is_start_only=False).minute
    5
    >>> ends_at(begun, minutes=15, closes_at=closes, is_start_only=True).minute
    15
    """
    own = begun + timedelta(minutes=minutes) if minutes is not None else None
    if is_start_only and own is not None:
        return own
    ends = [moment for moment in (own, closes_at) if moment is not None]
    return min(ends, default=None)


def counted_down(ends: datetime | None, now: datetime) -> timedelta | None:
    """Return how long an attempt still lasts; None where it has no end, or one so far away that nobody counts.

    >>> from datetime import UTC
    >>> now = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    >>> counted_down(now + timedelta(minutes=15), now), counted_down(now + timedelta(days=30), now)
    (datetime.timedelta(seconds=900), None)
    """
    return None if ends is None or ends - now > COUNTED else ends - now


def in_chat(said_at: datetime) -> AnswerMoment:
    """Return when a message of the chat counts as given."""
    return AnswerMoment(said_at, timedelta())


def on_page(now: datetime) -> AnswerMoment:
    """Return when the form of a page counts as given."""
    return AnswerMoment(now, GRACE)


def lateness(heard: AnswerMoment, ends: datetime | None) -> Lateness:
    """Return whether an answer came in time, within the grace of a page, or late.

    >>> from datetime import UTC
    >>> ends = datetime(2026, 12, 1, 8, 15, tzinfo=UTC)
    >>> [lateness(on_page(ends + timedelta(seconds=n)), ends).value for n in (0, 29, 30, 31)]
    ['in_time', 'grace', 'grace', 'late']
    >>> [lateness(in_chat(ends + timedelta(seconds=n)), ends).value for n in (0, 1)]
    ['in_time', 'late']
    """
    if ends is None or heard.at <= ends:
        return Lateness.IN_TIME
    return Lateness.GRACE if heard.at <= ends + heard.grace else Lateness.LATE
