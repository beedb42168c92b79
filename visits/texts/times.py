"""Texts of moments and spans of time, in the company's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.clock import when as when


def full(moment: datetime, zone: ZoneInfo) -> str:
    """A moment that may be read at any later time: always with its day.

    >>> full(datetime(2026, 11, 23, 15, 20, tzinfo=ZoneInfo("Asia/Shanghai")), ZoneInfo("Asia/Shanghai"))
    '11 月 23 日 15:20'
    """
    there = moment.astimezone(zone)
    return f"{there.month} 月 {there.day} 日 {there:%H:%M}"


def span(seconds: float) -> str:
    """A span of time in full: in days only where they are whole and more than two.

    >>> span(86400), span(7200), span(5400), span(59), span(0), span(604800), span(172800)
    ('24 小时', '2 小时', '1 小时 30 分', '不到 1 分钟', '0 分钟', '7 天', '48 小时')
    """
    minutes = int(seconds // 60)
    if not minutes:
        return "不到 1 分钟" if seconds > 0 else "0 分钟"
    if minutes % 1440 == 0 and minutes > 2880:
        return f"{minutes // 1440} 天"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} 分钟"
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


def about(seconds: float) -> str:
    """A span of time roughly, for a headline: 剩 12 小时. Minutes are shown below three hours.

    >>> about(43200), about(17280), about(5400), about(30)
    ('12 小时', '5 小时', '1 小时 30 分', '1 分钟')
    """
    if seconds >= 3 * 3600:
        return f"{round(seconds / 3600)} 小时"
    return span(max(round(seconds / 60), 1) * 60)


def late(seconds: float) -> str:
    """How long something is overdue, for a list.

    >>> late(71760), late(5400), late(20 * 86400)
    ('已超时 20 小时', '已超时 1 小时 30 分', '已超时 20 天')
    """
    # After two days the hours no longer matter.
    return f"已超时 {int(seconds // 86400)} 天" if seconds >= 2 * 86400 else f"已超时 {about(seconds)}"


def answer_by(due_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """Until when an answer was promised, for a canned answer; says so where that has passed. Empty where none is due.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> now = datetime(2026, 11, 24, 16, tzinfo=china)
    >>> answer_by(datetime(2026, 11, 24, 15, 20, tzinfo=china), now=now, zone=china)
    '今天 15:20（已过）'
    """
    if due_at is None:
        return ""
    return when(due_at, now=now, zone=zone) + ("" if due_at > now else "（已过）")
