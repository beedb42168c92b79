"""What people decides, beyond the examples in the docstrings."""

from datetime import date

import pytest

from foundation.text import phone_number
from people import rules
from people.rules import Pair, Person

CHEN, LIN = Person(1, "陈志强", "13900002201"), Person(2, "林小燕", "13900002202")
DAY = date(2026, 10, 3)


@pytest.mark.parametrize(
    "said",
    [
        "350802100001 8899",
        "350802100001,8899",
        "350802100001，8899",
        "350802100001/8899",
        "350802100001、8899",
        "8899 350802100001",
        "许可证号350802100001手机8899",
        ":350802100001 8899",
        "３５０８０２１００００１　８８９９",
        "350802100001\n8899",
        "350802100001-8899",
        "350802100001 13800008899",
        "13800008899 350802100001",
        "3508 0210 0001 8899",
        "（350802100001）（8899）",
    ],
)
def test_a_licence_and_four_digits_are_read_however_they_are_written(said: str) -> None:
    assert rules.read_pair(said) == Pair("350802100001", "8899")


@pytest.mark.parametrize("said", ["", "怎么弄", "12 34", "350802100001 889", "350802100001 88990"])
def test_what_is_no_pair_is_not_taken_for_one(said: str) -> None:
    assert not all((rules.read_pair(said).licence, rules.read_pair(said).ending))


@pytest.mark.parametrize(
    "said",
    [
        "13900002201",
        "139 0000 2201",
        "+8613900002201",
        "１３９００００２２０１",
        "139-0000-2201",
    ],
)
def test_a_mobile_is_kept_as_its_digits(said: str) -> None:
    assert phone_number(said) == "13900002201"


@pytest.mark.parametrize("said", ["1390000220", "139000022011", "23900002201", "12900002201", "电话", "", "²39"])
def test_what_is_no_phone_is_none(said: str) -> None:
    assert phone_number(said) is None


def test_the_deputy_stands_in_only_on_the_days_of_leave_and_only_for_the_areas_manager() -> None:
    leave = date(2026, 10, 1), date(2026, 10, 7)
    assert rules.manager_in_charge(None, CHEN, LIN, *leave, DAY) == LIN
    assert rules.manager_in_charge(CHEN, CHEN, LIN, *leave, DAY) == LIN
    assert rules.manager_in_charge(CHEN, CHEN, LIN, *leave, date(2026, 9, 30)) == CHEN
    other = Person(3, "周", "1")
    assert rules.manager_in_charge(other, CHEN, LIN, *leave, DAY) == other
    assert rules.manager_in_charge(None, CHEN, LIN, None, None, DAY) == CHEN
    assert rules.manager_in_charge(None, CHEN, LIN, date(2026, 10, 1), None, DAY) == LIN
    assert rules.manager_in_charge(None, None, None, None, None, DAY) is None


def test_a_manager_who_is_disabled_is_passed_over() -> None:
    gone = Person(1, "陈志强", "13900002201", is_disabled=True)
    assert rules.manager_in_charge(gone, LIN, None, None, None, DAY) == LIN
    assert rules.manager_in_charge(None, CHEN, gone, date(2026, 10, 1), None, DAY) == CHEN


@pytest.mark.parametrize("said", ["谢谢", "好的", "收到，谢谢!", "好的。", "OK", "辛苦了", "[强][抱拳]", "👍👍"])
def test_thanks_are_recognised(said: str) -> None:
    assert rules.is_thanks(said)


@pytest.mark.parametrize("said", ["好的,明天送两条", "谢谢 顺便问下货到没", "1", "", "嗯嗯", "嗯嗯我要投诉", "👎"])
def test_what_holds_more_than_thanks_is_not_thanks(said: str) -> None:
    assert not rules.is_thanks(said)
