"""Answers in the chat as they are read and marked: spellings of a fill-in, words for true and false, shuffled
options."""

import pytest

from quizzes.actions import taking
from tests.quizzes.test_chat import attempts

FILL = """
title: 填空
attempts: 20
questions:
  - {code: k1, type: fill, text: 许可证延续应提前几天申请？, answer: [三十天], points: 10}
  - {code: k2, type: fill, text: 卖烟先要办什么证？, answer: [香烟专卖], points: 5}
"""
TRUTH = """
title: 判断
attempts: 20
questions:
  - {code: k1, type: truth, text: 许可证可以转借。, answer: false, points: 5}
  - {code: k2, type: truth, text: 卖烟要有证。, answer: true, points: 5}
"""
SHUFFLED = """
title: 乱序
shuffle: true
questions:
  - {code: k2, type: truth, text: 卖烟要有证。, answer: true, points: 5}
  - {code: k1, type: single, text: 哪个？, options: [以上都对, 东, 南], answer: 3, points: 5}
  - {code: k3, type: multiple, text: 哪几个？, options: [甲, 乙, 丙, 丁], answer: [1, 4], points: 5}
"""


def taken(school, quiz_id, *replies):
    school.house.clock.advance(minutes=1)
    school.wang.click(f"quiz:{quiz_id}")
    school.wang.say("开始")
    for reply in replies:
        said = school.wang.say(reply).text
    assert said.startswith("您得了"), said
    return attempts(school)[-1]


@pytest.mark.on_sqlite
def test_a_number_is_the_same_number_however_it_is_written_but_not_with_another_unit(school):
    quiz_id = school.published(FILL)
    for said in ("三十天", "30天", "３０ 天", "三十天。", "30"):
        assert taken(school, quiz_id, said, "香烟 专卖。").marks == "1000,500", said
    for said in ("30元", "三天", "天"):
        assert taken(school, quiz_id, said, "烟").marks == "0,0", said


@pytest.mark.on_sqlite
def test_nothing_is_no_answer_of_a_fill_in(school):
    school.published(FILL)
    school.wang.say("测试")
    school.wang.say("开始")
    school.wang.say("。")
    assert attempts(school)[-1].total is None


def test_true_and_false_are_said_in_many_words(school):
    quiz_id = school.published(TRUTH)
    for yes, no in zip(("对", "√", "1", "是的", "正确", "T"), ("不对", "×", "2", "F", "错", "不是"), strict=True):
        assert taken(school, quiz_id, no, yes).marks == "500,500", (no, yes)
        assert taken(school, quiz_id, yes, no).marks == "0,0", (yes, no)


class Backwards:
    """Dice that turn everything round."""

    def shuffle(self, listed):
        listed.reverse()


def test_a_reply_means_the_option_shown_at_its_place_and_the_order_stays(school, monkeypatch):
    monkeypatch.setattr(taking, "_dice", Backwards())
    school.published(SHUFFLED)
    school.wang.say("测试")
    shown = school.wang.say("开始").text
    assert shown.splitlines()[:5] == ["1/3 哪几个？（可选多项，如：1 3）", "1 丁", "2 丙", "3 乙", "4 甲"]
    school.wang.say("退出")
    school.house.clock.advance(days=1)
    assert school.wang.say("测试").text.endswith(shown)
    assert school.wang.say("1 4").text.splitlines()[:3] == ["已选：丁、甲。", "2/3 哪个？", "1 南"]
    (attempt,) = attempts(school)
    assert attempt.answers["k3"] == {"o": [4, 1]}
    third = school.wang.say("1").text
    assert third.splitlines()[0] == "3/3 卖烟要有证。"
    (attempt,) = attempts(school)
    assert attempt.answers["k1"] == {"o": 3}
    school.wang.say("对")
    assert attempts(school)[0].marks == "500,500,500"


@pytest.mark.on_sqlite
def test_what_speaks_of_all_others_stays_last_and_true_before_false(school, monkeypatch):
    monkeypatch.setattr(taking, "_dice", Backwards())
    school.published(SHUFFLED)
    school.wang.say("测试")
    school.wang.say("开始")
    assert school.wang.say("2").text.splitlines()[1:5] == ["2/3 哪个？", "1 南", "2 东", "3 以上都对"]
    assert school.wang.say("3").text.splitlines()[:3] == ["3/3 卖烟要有证。", "1 对", "2 错"]


@pytest.mark.parametrize("options", ["[甲, 乙, A和B都对]", "[1, 2, 3]", "[甲, 乙, 以上第二项]"])
def test_options_that_another_order_makes_false_are_refused_in_a_shuffled_quiz(school, options):
    text = SHUFFLED.replace("[以上都对, 东, 南]", options)
    with pytest.raises(AssertionError, match="换了位置就不对了"):
        school.load(text)
    kept = text.replace("answer: 3, points: 5", "answer: 3, points: 5, shuffle: false")
    school.load(kept)
