"""Working time: add and between undo each other, splitting adds up, and no day is longer than it was."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import calendar as hours
from foundation import public_days
from foundation.calendar import Calendar, NoWorkingTime, add, between, read_spans
from foundation.errors import Refused

CHINA = ZoneInfo("Asia/Shanghai")
OFFICE = read_spans("8:00-12:00 14:30-18:00")
COMPANY = Calendar(CHINA, (OFFICE,) * 5 + ((), ()))

# A clock that skips and repeats an hour, one that does so by half an hour, and one of today's China.
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo)


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=8)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.lists(spans(), min_size=7, max_size=7).filter(any))
    special = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), spans(), max_size=5))
    return Calendar(draw(zones), tuple(week), special, keeps_public_days=draw(st.booleans()))


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 11, 1), timezones=st.just(UTC))
seconds = st.integers(0, 40 * 3600)


@given(calendars(), moments, seconds)
def test_as_much_time_lies_between_as_was_added(calendar: Calendar, start: datetime, much: int) -> None:
    assert between(calendar, start, add(calendar, start, much)) == much


@given(calendars(), moments, seconds)
def test_the_deadline_is_the_first_moment_at_which_so_much_has_passed(calendar, start, much) -> None:
    due = add(calendar, start, much)
    if due > start:
        assert between(calendar, start, due - timedelta(microseconds=1)) < much


@given(calendars(), moments, seconds, seconds)
def test_a_span_in_two_pieces_ends_when_it_does_in_one(calendar, start, first, second) -> None:
    assert add(calendar, add(calendar, start, first), second) == add(calendar, start, first + second)


@given(calendars(), moments, st.integers(0, 20 * 86400), st.integers(0, 20 * 86400))
def test_what_lies_before_and_behind_a_moment_adds_up(calendar, start, first, second) -> None:
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    assert between(calendar, start, middle) + between(calendar, middle, end) == pytest.approx(
        between(calendar, start, end), abs=1e-6
    )


@given(calendars(), moments, st.integers(0, 20 * 86400))
def test_no_more_time_counts_than_passed(calendar, start, much) -> None:
    assert 0 <= between(calendar, start, start + timedelta(seconds=much)) <= much


@given(calendars(), moments, moments, seconds)
def test_who_comes_later_is_never_due_earlier(calendar, one, other, much) -> None:
    first, second = sorted((one, other))
    assert add(calendar, first, much) <= add(calendar, second, much)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "worked", "due"),
    [
        ("2026-11-23T07:00", 1, "2026-11-23T09:00"),  # before opening
        ("2026-11-23T12:30", 1, "2026-11-23T15:30"),  # in the pause at noon
        ("2026-11-23T11:30", 1, "2026-11-23T15:00"),  # over the pause
        ("2026-11-23T17:00", 1, "2026-11-23T18:00"),  # exactly to the end of the day, not to the next morning
        ("2026-11-27T17:30", 1, "2026-11-30T08:30"),  # over the weekend
        ("2026-09-30T17:30", 1, "2026-10-08T08:30"),  # over the National Day holidays
        ("2026-10-09T17:30", 1, "2026-10-10T08:30"),  # Saturday the 10th is worked in their place
        ("2026-02-13T17:30", 7.5, "2026-02-14T17:30"),  # and the Saturday before the Spring Festival
        ("2026-02-14T17:30", 1, "2026-02-24T08:30"),
    ],
)
def test_public_days_and_pauses(start: str, worked: float, due: str) -> None:
    assert add(COMPANY, at(start), worked * 3600).astimezone(CHINA) == at(due)


def test_the_companys_own_day_comes_before_the_public_one_and_the_week() -> None:
    stocktaking = {date(2026, 10, 1): read_spans("9:00-10:00"), date(2026, 11, 23): ()}
    calendar = Calendar(CHINA, COMPANY.week, stocktaking)
    assert between(calendar, at("2026-10-01T00:00"), at("2026-10-08T00:00")) == 3600
    assert add(calendar, at("2026-11-23T08:00"), 60).astimezone(CHINA) == at("2026-11-24T08:01")


def test_spans_to_midnight_go_on_without_a_gap_and_a_day_without_end_is_the_wall_clock() -> None:
    night = Calendar(CHINA, (read_spans("20:00-24:00"), read_spans("0:00-6:00"), *(((),) * 5)))
    assert add(night, at("2026-11-23T21:00"), 4 * 3600).astimezone(CHINA) == at("2026-11-24T01:00")
    always = Calendar(CHINA, (read_spans("0-24"),) * 7, keeps_public_days=False)
    assert add(always, at("2026-11-23T21:00"), 86400) == add(None, at("2026-11-23T21:00"), 86400)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_where_the_clock_is_set_a_day_is_as_long_as_it_was(day: date, length: int) -> None:
    berlin = Calendar(ZoneInfo("Europe/Berlin"), (read_spans("0-24"),) * 7, keeps_public_days=False)
    begun = datetime.combine(day, datetime.min.time(), berlin.zone)
    assert between(berlin, begun, begun + timedelta(days=1)) == length * 3600


def test_hours_without_working_time_are_refused_when_they_are_saved() -> None:
    never = Calendar(CHINA, ((),) * 7)
    with pytest.raises(Refused, match="400 天"):
        hours.check(never, at("2026-11-23T08:00"))
    with pytest.raises(NoWorkingTime):
        add(never, at("2026-11-23T08:00"), 1)
    closed = {date(2027, 3, 1) + timedelta(days=day): () for day in range(401)}
    with pytest.raises(Refused, match="400 天"):
        hours.check(Calendar(CHINA, COMPANY.week, closed), at("2026-11-23T08:00"))
    once_a_year = Calendar(CHINA, ((),) * 7, {date(2027, 12, 1): OFFICE})
    hours.check(once_a_year, at("2026-11-23T08:00"))


def test_a_year_whose_holidays_nobody_has_published_yet_is_named() -> None:
    known = int(public_days.edition()[-4:])
    november = datetime(known, 11, 23, tzinfo=CHINA)
    assert hours.unknown_year(COMPANY, datetime(known, 6, 1, tzinfo=CHINA)) is None
    assert hours.unknown_year(COMPANY, november) == known + 1
    assert hours.unknown_year(Calendar(CHINA, COMPANY.week, keeps_public_days=False), november) is None


@pytest.mark.parametrize(
    "wrong", ["8-", "25:00-26:00", "8:70-9", "9-8", "8-12 11-13", "上午", "1-2 3-4 5-6 7-8 9-10 11-12 13-14"]
)
def test_hours_that_make_no_sense_are_refused_in_a_sentence(wrong: str) -> None:
    with pytest.raises(Refused):
        read_spans(wrong)
