"""System clock: the only place where the current time is read. A door reads it once and passes it on as `now`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_NEAR = {-1: "昨天 ", 0: "今天 ", 1: "明天 ", 2: "后天 "}

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


Stopwatch = Callable[[], float]
"""Gives seconds that only ever go on, whatever the time of day is set to: for spans within a process."""
system_stopwatch: Stopwatch = time.monotonic


@dataclass(frozen=True, slots=True)
class Period:
    """Period of time: from a start until an end, which is not part of it."""

    begins_at: datetime
    ends_at: datetime
    #: When somebody looks back at it; None at its end.
    seen_at: datetime | None = None


def month_of(day: date, zone: ZoneInfo) -> Period:
    """The calendar month of a day, as a period in a time zone.

    >>> month_of(date(2026, 12, 24), ZoneInfo("Asia/Shanghai")).ends_at.isoformat()
    '2027-01-01T00:00:00+08:00'
    """
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(*(datetime(each.year, each.month, 1, tzinfo=zone) for each in (first, after)))


def system_clock() -> datetime:
    """The current time in UTC, timezone-aware."""
    return datetime.now(UTC)


def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in a time zone.

    >>> day_in(datetime(2026, 9, 30, 17, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    datetime.date(2026, 10, 1)
    """
    return moment.astimezone(zone).date()


def when(moment: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """A moment as people say it today (今天, 明天, …); the year only where it is not this one.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> now = datetime(2026, 11, 23, 15, 20, tzinfo=china)
    >>> when(datetime(2026, 11, 24, 15, 20, tzinfo=china), now=now, zone=china)
    '明天 15:20'
    >>> when(datetime(2027, 1, 4, 8, tzinfo=china), now=now, zone=china)
    '2027 年 1 月 4 日 08:00'
    """
    there, today = moment.astimezone(zone), now.astimezone(zone)
    near = _NEAR.get((there.date() - today.date()).days)
    year = f"{there.year} 年 " if there.year != today.year else ""
    return f"{near or f'{year}{there.month} 月 {there.day} 日 '}{there:%H:%M}"
