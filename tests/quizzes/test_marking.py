"""Marks of whole papers through the chat: the rules of a multiple choice, sums to the hundredth, the pass mark."""

import pytest

from tests.quizzes.examined import paper_of
from tests.quizzes.test_attempts import take
from tests.quizzes.test_chat import attempts

pytestmark = pytest.mark.on_sqlite

_SEVERAL = "type: multiple, options: [甲, 乙, 丙, 丁], answer: [1, 2, 3]"
RULES = f"""
title: 三种计分
attempts: 6
questions:
  - {{code: k1, {_SEVERAL}, text: 按比例？, rule: each, points: 5}}
  - {{code: k2, {_SEVERAL}, text: 一半？, rule: half, points: 5}}
  - {{code: k3, {_SEVERAL}, text: 一半也四舍五入？, rule: half, points: 3.33}}
  - {{code: k4, {_SEVERAL}, text: 全对？, rule: all, points: 5}}
"""


def test_9_10_11_a_wrong_tick_gives_nothing_and_a_missing_one_what_the_rule_says(school):
    school.published(RULES)
    for ticked in ("ABC", "AB", "A", "ABD", "ABCD", "跳过"):
        take(school.wang, *[ticked] * 4)
        if ticked == "跳过":
            school.wang.say("交卷")
    assert [attempt.marks for attempt in attempts(school)] == [
        "500,500,333,500",
        "333,250,167,0",
        "167,250,167,0",
        "0,0,0,0",
        "0,0,0,0",
        "0,0,0,0",
    ]


def test_12_thirds_make_a_whole_and_a_hundredth_below_the_pass_mark_fails(school):
    for title, points, replies, said in (
        ("三分之一", ("33.33", "33.33", "33.34"), "对对对", "您得了 100 分，合格。\n全部答对。"),
        ("正好及格", ("60.00", "40.00"), "对错", "您得了 60 分，合格。"),
        ("差一点", ("59.99", "40.01"), "对错", "您得了 59.99 分，没有合格。"),
    ):
        quiz_id = school.published(paper_of(*points).replace("统计", title))
        assert take(school.wang, *replies).startswith(said)
        assert school.house.flask("quizzes", "close", str(quiz_id)).exit_code == 0
    assert [(each.total, each.maximum, each.is_passed) for each in attempts(school)] == [
        (10_000, 10_000, True),
        (6000, 10_000, True),
        (5999, 10_000, False),
    ]
