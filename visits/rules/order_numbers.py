"""Numbers in the orders of customer managers: a request's number as it is spoken, and for how long one is snoozed."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from foundation.clock import day_in

_MORNING = time(8)
_HUNDREDS = re.compile(
    r"([一二两三四五六七八九])百(?:[零〇]([一二三四五六七八九])|([一二三四五六七八九])(?:十([一二三四五六七八九])?)?)?"
)
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "幺": 1, "两": 2}


def spoken(words: str) -> int | None:
    """Read a request's number in Chinese numerals, as spoken or digit by digit; None where it is none.

    >>> [spoken(each) for each in ("一百零四", "一百一十二", "两百", "一百二", "一百二十", "一零四", "四百十")]
    [104, 112, 200, 120, 120, 104, None]
    """
    if all(sign in _DIGITS and sign != "两" for sign in words):
        return int("".join(str(_DIGITS[sign]) for sign in words))
    found = _HUNDREDS.fullmatch(words)
    if found is None:
        return None
    hundreds, unit, tens, behind = (_DIGITS.get(sign or "零", 0) for sign in found.groups())
    return hundreds * 100 + tens * 10 + unit + behind


def snoozed_hours(rest: str) -> int | None:
    """Return for how many hours a request is snoozed; None means until tomorrow morning.

    >>> snoozed_hours(""), snoozed_hours("3小时"), snoozed_hours("２天"), snoozed_hours("明天")
    (2, 3, 48, None)
    """
    if rest == "明天":
        return None
    found = re.match(r"(\d+)\s*个?(小时|天)", rest)
    return int(found[1]) * (24 if found[2] == "天" else 1) if found else 2


def snoozed_until(rest: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return until when a request is snoozed.

    >>> noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> [f"{snoozed_until(each, noon, noon.tzinfo):%d %H:%M}" for each in ("3小时", "明天")]
    ['02 15:00', '03 08:00']
    """
    hours = snoozed_hours(rest)
    if hours is not None:
        return now + timedelta(hours=hours)
    return datetime.combine(day_in(now, zone) + timedelta(days=1), _MORNING, zone)
