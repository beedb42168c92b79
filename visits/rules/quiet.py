"""Quiet hours: at night people sleep, and what may wait for the morning does."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

#: On the company's clock; it ends on the next morning.
BEGINS, ENDS = time(21, 30), time(7, 30)


def until(now: datetime, zone: ZoneInfo) -> datetime:
    """When a message that may wait can be sent: now, or at the end of the quiet hours.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> until(datetime(2026, 11, 23, 23, tzinfo=china), china).isoformat()
    '2026-11-24T07:30:00+08:00'
    >>> until(datetime(2026, 11, 24, 7, 29, tzinfo=china), china).isoformat()
    '2026-11-24T07:30:00+08:00'
    >>> until(datetime(2026, 11, 24, 7, 30, tzinfo=china), china).isoformat()
    '2026-11-24T07:30:00+08:00'
    """
    there = now.astimezone(zone)
    if ENDS <= there.time() < BEGINS:
        return now
    morning = there.date() + timedelta(days=1 if there.time() >= BEGINS else 0)
    return datetime.combine(morning, ENDS, zone)
