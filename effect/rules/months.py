"""Months of effect: as numbers such as 202611, and when the clock closes and files them."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from effect.texts import sentences as texts
from foundation.clock import Period, day_in, month_of
from foundation.errors import Refused

#: How long after its end a month is closed: what was on its way has come by then.
CLOSED_AFTER = timedelta(hours=2)
#: A filing keeps a distance of an hour from the last one, or of twenty times what that took.
FILED_EVERY, REST = timedelta(hours=1), 20


def read(said: str) -> int:
    """Return the month that somebody wrote. Raises Refused where it is none.

    >>> read("2026-11"), read("2026-1")
    (202611, 202601)
    >>> read("2026-13")
    Traceback (most recent call last):
        ...
    foundation.errors.Refused: “2026-13”不是月份，请写成 2026-11 这样。
    """
    found = re.fullmatch(r"(20\d\d)-(1[0-2]|0?[1-9])", said.strip(), re.ASCII)
    if not found:
        raise Refused(texts.NO_MONTH.format(said))
    return int(found[1]) * 100 + int(found[2])


def written(month: int) -> str:
    """Return a month as it is written.

    >>> written(202601)
    '2026-01'
    """
    return f"{month // 100}-{month % 100:02}"


def number(day: date) -> int:
    """Return the month of a day.

    >>> number(date(2026, 11, 30))
    202611
    """
    return day.year * 100 + day.month


def first_day(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 100, month % 100, 1)


def before(month: int, by: int = 1) -> int:
    """Return the month some months earlier.

    >>> before(202601), before(202611, 12), before(202512, -1)
    (202512, 202511, 202601)
    """
    place = month // 100 * 12 + month % 100 - 1 - by
    return place // 12 * 100 + place % 12 + 1


def period(month: int, zone: ZoneInfo) -> Period:
    """Return the period of a month in the company's time zone."""
    return month_of(first_day(month), zone)


def same_days(now: datetime, zone: ZoneInfo) -> Period:
    """Return as much of the last month as there is of the one that runs.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> same_days(datetime(2026, 11, 26, 9, tzinfo=china), china).ends_at.isoformat()
    '2026-10-26T09:00:00+08:00'
    >>> same_days(datetime(2026, 3, 31, 9, tzinfo=china), china).ends_at.isoformat()
    '2026-03-01T00:00:00+08:00'
    """
    this = current(now, zone)
    runs, last = period(this, zone), period(before(this), zone)
    return Period(last.begins_at, min(last.begins_at + (now - runs.begins_at), runs.begins_at))


def current(now: datetime, zone: ZoneInfo) -> int:
    """Return the month of a moment."""
    return number(day_in(now, zone))


def to_close(now: datetime, zone: ZoneInfo) -> int:
    """Return the last month that the clock closes at this moment.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> [to_close(datetime(2026, 11, 1, hour, tzinfo=china), china) for hour in (1, 2)]
    [202609, 202610]
    """
    return before(current(now - CLOSED_AFTER, zone))


def is_due(filed_at: datetime, took_ms: int, now: datetime) -> bool:
    """Whether an open month is filed again: not too often.

    >>> at = datetime(2026, 11, 26, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> is_due(at, 500, at + timedelta(minutes=59)), is_due(at, 500, at + timedelta(hours=1))
    (False, True)
    >>> is_due(at, 600_000, at + timedelta(hours=3)), is_due(at, 600_000, at - timedelta(hours=9))
    (False, True)
    """
    distance = max(FILED_EVERY, REST * timedelta(milliseconds=took_ms))
    # A clock that was set back: filed "in the future" is filed anew.
    return now >= filed_at + distance or now < filed_at
