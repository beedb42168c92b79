"""Occurrences of a series: the days a rule wants, and where each of them is moved when the shops' supplier rests.

A rule is one of `{"every": "week", "weekday": 0}` (Monday is 0), `{"every": "month", "day": 31}` (in a shorter month
its last day) and `{"every": "festival", "festival": "中秋", "before": 2}` (so many days before it), each with
`"rest": "keep"`, `"move"` (休市顺延: to the next working day) or `"skip"`.
"""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from foundation import festivals
from foundation.calendar import WEEKDAYS, Calendar
from foundation.errors import Refused

MOST_BEFORE = 30
_DAY = timedelta(days=1)
#: A longer rest than this is no holiday of one year's list.
_LONGEST_REST = 40


class Rest(StrEnum):
    """What becomes of an occurrence on a day of rest."""

    KEEP = "keep"
    MOVE = "move"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """Day of a series: the one its rule wants, and the one it is for; None where the holidays are not published."""

    wanted_on: date
    day_on: date | None


def check(rule: Mapping[str, Any]) -> None:
    """Check a rule as a form or a file gives it. Raises `Refused` where it is none.

    >>> check({"every": "month", "day": 32})
    Traceback (most recent call last):
    foundation.errors.Refused: 每月几号，请写 1 到 31。
    """
    match rule:
        case {"every": "week", "weekday": int(weekday)}:
            is_right, said = 0 <= weekday <= 6, "请选星期几。"
        case {"every": "month", "day": int(day)}:
            is_right, said = 1 <= day <= 31, "每月几号，请写 1 到 31。"
        case {"every": "festival", "festival": str(name), "before": int(before)}:
            is_right = name in festivals.FESTIVALS and 0 <= before <= MOST_BEFORE
            said = f"请选一个节日，提前的天数写 0 到 {MOST_BEFORE}。"
        case _:
            is_right, said = False, "请选每周、每月或节日。"
    if not is_right:
        raise Refused(said)
    if rule.get("rest", Rest.KEEP) not in set(Rest):
        raise Refused("遇到休市日怎么办，请选照常、顺延或跳过。")


def days(rule: Mapping[str, Any], first: date, last: date, company: Calendar) -> list[PlannedDay]:
    """Return the days of a checked rule that are wanted from one day to another, both included, in order.

    >>> from zoneinfo import ZoneInfo
    >>> company = Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7)
    >>> moved = {"every": "week", "weekday": 0, "rest": "move"}
    >>> [str(each.day_on) for each in days(moved, date(2026, 2, 9), date(2026, 3, 1), company)]
    ['2026-02-09', '2026-02-24', '2026-02-24']
    >>> [each.day_on for each in days(moved, date(2030, 2, 4), date(2030, 2, 4), company)]
    [None]
    """
    found = []
    for wanted in _wanted(rule, first, last):
        match Rest(rule.get("rest", Rest.KEEP)), company.rests(wanted):
            case Rest.KEEP, _:
                found.append(PlannedDay(wanted, wanted))
            case _, None:
                found.append(PlannedDay(wanted, None))
            case _, False:
                found.append(PlannedDay(wanted, wanted))
            case Rest.MOVE, True:
                found.append(PlannedDay(wanted, next_working(wanted, company)))
    return found


def words(rule: Mapping[str, Any]) -> str:
    """Return a checked rule in words.

    >>> words({"every": "festival", "festival": "中秋", "before": 2, "rest": "move"})
    '每年中秋前 2 天，休市顺延'
    >>> words({"every": "week", "weekday": 0}), words({"every": "month", "day": 31})
    ('每周一', '每月 31 号（没有的月份在月末）')
    """
    match rule:
        case {"every": "week", "weekday": weekday}:
            said = f"每{WEEKDAYS[weekday]}"
        case {"every": "month", "day": day}:
            said = f"每月 {day} 号" + ("（没有的月份在月末）" if day > 28 else "")
        case _:
            said = f"每年{rule['festival']}" + (f"前 {rule['before']} 天" if rule["before"] else "当天")
    return said + {Rest.KEEP: "", Rest.MOVE: "，休市顺延", Rest.SKIP: "，休市不发"}[Rest(rule.get("rest", Rest.KEEP))]


def _wanted(rule: Mapping[str, Any], first: date, last: date) -> Iterator[date]:
    if rule["every"] == "festival":
        before = timedelta(days=rule["before"])
        yield from (day - before for day in festivals.days(rule["festival"], first + before, last + before))
        return
    day = first
    while day <= last:
        if rule["every"] == "week":
            is_wanted = day.weekday() == rule["weekday"]
        else:
            is_wanted = day.day == min(rule["day"], calendar.monthrange(day.year, day.month)[1])
        if is_wanted:
            yield day
        day += _DAY


def next_working(day: date, company: Calendar) -> date | None:
    """Return the first working day after a day; None where it would be in a year that is not published."""
    for _ in range(_LONGEST_REST):
        day += _DAY
        rested = company.rests(day)
        if not rested:
            return day if rested is False else None
    return None
