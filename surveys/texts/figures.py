"""Texts of states, and figures as people read them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from foundation.clock import when
from foundation.text import shortened

#: Signs of a question's text where questions are chosen among.
OFFERED = 30


def offered(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Questions to choose among: the code and the text, shortened, of their figures.

    >>> offered([{"code": "q1", "text": "您对送货满意吗？"}, {"code": "q2", "text": "满意" * 30}])[0]
    ('q1', '您对送货满意吗？')
    """
    return [(entry["code"], shortened(entry["text"], OFFERED)) for entry in entries]


def percent(share: float | None) -> str:
    """A share as a percentage; - where there is none.

    >>> percent(0.92703), percent(None)
    ('92.7%', '-')
    """
    return "-" if share is None else f"{share:.1%}"


def figure(value: float | None) -> str:
    """A figure with at most two decimals; - where there is none.

    >>> figure(25.0), figure(4.256), figure(None)
    ('25', '4.26', '-')
    """
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def padded(text: str, width: int) -> str:
    """The text filled up to a width; a Chinese character takes two columns of a terminal.

    >>> padded("一般", 6) + "|"
    '一般  |'
    """
    wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * max(width - wide, 1)


def span(opens_at: datetime | None, closes_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """From when until when answers are accepted; for an end at midnight also the last day, because a midnight is easily
    misread.

    >>> from datetime import UTC
    >>> china, now = ZoneInfo("Asia/Shanghai"), datetime(2026, 8, 1, tzinfo=UTC)
    >>> span(None, datetime(2026, 9, 30, 16, tzinfo=UTC), now=now, zone=china)
    '10 月 1 日 00:00 结束（9 月 30 日是最后一天）'
    >>> span(datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 1, 15, 12, tzinfo=UTC), now=now, zone=china)
    '今天 08:00 开始 · 2027 年 1 月 15 日 20:00 结束'
    """
    begins = [f"{when(opens_at, now=now, zone=zone)} 开始"] if opens_at else []
    if closes_at is None:
        return " · ".join([*begins, "没有定结束时间"])
    end = closes_at.astimezone(zone)
    last = end - timedelta(days=1)
    midnight = f"（{last.month} 月 {last.day} 日是最后一天）" if (end.hour, end.minute) == (0, 0) else ""
    return " · ".join([*begins, f"{when(closes_at, now=now, zone=zone)} 结束{midnight}"])
