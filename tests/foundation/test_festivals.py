"""Festival days against the published calendars of these years, and the traps of the lunar one."""

from datetime import date, timedelta

import pytest

from foundation import festivals

PUBLISHED = {
    "春节": ("2026-02-17", "2027-02-06"),
    "除夕": ("2026-02-16", "2027-02-05"),
    "元宵": ("2026-03-03", "2027-02-20"),
    "清明": ("2026-04-05", "2027-04-05"),
    "端午": ("2026-06-19", "2027-06-09"),
    "七夕": ("2026-08-19", "2027-08-08"),
    "中秋": ("2026-09-25", "2027-09-15"),
    "重阳": ("2026-10-18", "2027-10-08"),
    "冬至": ("2026-12-22", "2027-12-22"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_festival_is_on_its_published_day(name: str) -> None:
    found = festivals.days(name, date(2026, 1, 1), date(2027, 12, 31))
    assert tuple(day.isoformat() for day in found) == PUBLISHED[name]


def test_a_festival_late_in_the_lunar_year_is_in_the_next_january() -> None:
    found = festivals.days("腊八", date(2026, 6, 1), date(2028, 6, 1))
    assert [day.isoformat() for day in found] == ["2027-01-15", "2028-01-04"]


def test_no_festival_is_kept_in_a_leap_month() -> None:
    # 2028 has a second fifth month, whose fifth day is 2028-06-27.
    assert festivals.days("端午", date(2028, 1, 1), date(2028, 12, 31)) == [date(2028, 5, 28)]


def test_new_years_eve_is_the_day_before_the_first_of_the_year_however_long_the_month() -> None:
    span = date(2021, 1, 1), date(2099, 12, 31)
    eves, firsts = festivals.days("除夕", *span), festivals.days("春节", *span)
    assert [day + timedelta(days=1) for day in eves] == firsts
    assert len(eves) == 79
