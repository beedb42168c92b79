"""Days of a series: festivals, months that are too short, and days on which the supplier rests."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from broadcasts.rules import occurrences
from foundation.calendar import Calendar
from foundation.errors import Refused

ORDINARY = Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7)


def planned(rule: dict[str, Any], first: date, last: date, company: Calendar = ORDINARY) -> list[str]:
    return [str(each.day_on) for each in occurrences.days(rule, first, last, company)]


def test_two_days_before_mid_autumn_is_counted_from_the_lunar_day() -> None:
    rule = {"every": "festival", "festival": "中秋", "before": 2}
    assert planned(rule, date(2027, 1, 1), date(2027, 12, 31)) == ["2027-09-13"]


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    rule = {"every": "month", "day": 31}
    assert planned(rule, date(2027, 1, 1), date(2027, 4, 30)) == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
    ]


def test_mondays_in_the_spring_festival_move_to_the_first_working_day() -> None:
    rule = {"every": "week", "weekday": 0, "rest": "move"}
    assert planned(rule, date(2026, 2, 9), date(2026, 3, 2)) == ["2026-02-09", "2026-02-24", "2026-02-24", "2026-03-02"]


def test_a_closure_of_the_company_is_a_day_of_rest_and_a_day_it_works_is_none() -> None:
    rule = {"every": "week", "weekday": 0, "rest": "move"}
    own = replace(ORDINARY, special={date(2026, 3, 2): (), date(2026, 2, 16): ((480, 720),)})
    assert planned(rule, date(2026, 2, 16), date(2026, 2, 16), own) == ["2026-02-16"]
    assert planned(rule, date(2026, 3, 2), date(2026, 3, 2), own) == ["2026-03-03"]


def test_they_are_left_out_where_the_author_says_so_and_kept_where_nothing_is_said() -> None:
    rule: dict[str, Any] = {"every": "week", "weekday": 0}
    assert planned(rule | {"rest": "skip"}, date(2026, 2, 9), date(2026, 3, 2)) == ["2026-02-09", "2026-03-02"]
    assert planned(rule, date(2026, 2, 16), date(2026, 2, 16)) == ["2026-02-16"]


def test_a_year_whose_holidays_are_not_published_is_asked_about_and_not_guessed() -> None:
    rule = {"every": "week", "weekday": 0, "rest": "move"}
    assert planned(rule, date(2030, 2, 4), date(2030, 2, 4)) == ["None"]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"every": "day"},
        {"every": "week", "weekday": 7},
        {"every": "week", "weekday": "一"},
        {"every": "month", "day": 0},
        {"every": "festival", "festival": "圣诞", "before": 0},
        {"every": "festival", "festival": "中秋", "before": 31},
        {"every": "week", "weekday": 0, "rest": "maybe"},
    ],
)
def test_a_rule_that_is_none_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        occurrences.check(rule)
