"""Periods by which a month is compared with the one before."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.clock import Period, day_in, month_of


def so_far(now: datetime, zone: ZoneInfo) -> tuple[Period, Period]:
    """This month until now, and as much of the last month.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> [each.ends_at.isoformat() for each in so_far(datetime(2026, 11, 26, 9, tzinfo=china), china)]
    ['2026-11-26T09:00:00+08:00', '2026-10-26T09:00:00+08:00']
    >>> so_far(datetime(2026, 3, 31, 9, tzinfo=china), china)[1].ends_at.isoformat()
    '2026-03-01T00:00:00+08:00'
    """
    this = month_of(day_in(now, zone), zone)
    last = month_of(day_in(this.begins_at, zone) - timedelta(days=1), zone)
    until = min(last.begins_at + (now - this.begins_at), this.begins_at)
    return Period(this.begins_at, now), Period(last.begins_at, until)


def change(now: int, before: int) -> str:
    """By how much a figure has grown, in percent; empty where there was nothing before.

    >>> change(118, 100), change(90, 100), change(100, 100), change(5, 0)
    ('+18%', '−10%', '持平', '')
    """
    if not before:
        return ""
    percent = round(100 * (now - before) / before)
    return f"{'+' if percent > 0 else '−'}{abs(percent):,}%" if percent else "持平"
