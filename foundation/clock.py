"""The only place where the time of day is asked for. A door reads the clock once and passes `now` on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in a time zone.

    >>> day_in(datetime(2026, 9, 30, 17, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    datetime.date(2026, 10, 1)
    """
    return moment.astimezone(zone).date()
