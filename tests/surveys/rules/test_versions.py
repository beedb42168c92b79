"""An edited survey keeps its codes, so that counts of all versions can be added."""

from datetime import UTC

import pytest

from questions.authoring.spelling import Mistaken
from questions.question import Option
from surveys.rules import review
from surveys.rules.definition import Definition
from surveys.rules.differences import changes


def survey(*options, previous: Definition | None = None, **more) -> Definition:
    question = {"code": "q1", "type": "single", "text": "满意吗?", "options": list(options)} | more.pop("question", {})
    data = {"title": "调查", "questions": [question, *more.pop("questions", [])]} | more
    return review.read(data, timezone=UTC, previous=previous)


def codes(edited: Definition) -> dict[str, int]:
    return {option.label: option.code for option in edited.questions[0].options}


def test_an_equal_label_keeps_its_code_wherever_it_stands():
    first = survey("满意", "一般", "不满意")
    assert codes(survey("不满意", "很好", "满意", previous=first)) == {"不满意": 3, "很好": 4, "满意": 1}


def test_a_code_is_never_given_to_another_option_and_comes_back_with_its_label():
    first = survey("满意", "一般", "不满意")
    second = survey("满意", "一般", previous=first)
    third = survey("满意", "一般", "很差", previous=second)
    fourth = survey("满意", "不满意", previous=third)
    assert codes(third)["很差"] == 4
    assert codes(fourth)["不满意"] == 3
    assert {option.code: option.label for option in fourth.questions[0].retired} == {2: "一般", 4: "很差"}


def test_a_rewording_keeps_the_code_when_the_author_writes_it():
    first = survey("非常满意", "满意", "一般")
    second = survey("非常满意", {"code": 2, "text": "比较满意"}, "一般", previous=first)
    assert codes(second) == {"非常满意": 1, "比较满意": 2, "一般": 3}
    assert changes(first, second) == ("q1 选项 2 “满意” 改为 “比较满意”，计票合并",)


def test_two_options_may_change_places_by_their_codes():
    first = survey("满意", "一般")
    second = survey({"code": 2, "text": "满意"}, {"code": 1, "text": "一般"}, previous=first)
    assert codes(second) == {"满意": 2, "一般": 1}


def test_a_new_option_called_like_a_reworded_one_gets_a_new_code():
    first = survey("好", "满意")
    assert codes(survey("满意", {"code": 2, "text": "比较满意"}, previous=first)) == {"满意": 3, "比较满意": 2}


def test_the_code_of_an_option_given_up_cannot_mean_something_else():
    second = survey("满意", "很好", previous=survey("满意", "一般"))
    with pytest.raises(Mistaken, match="选项编码 2 以前是“一般”，不能改作他用，请去掉编码"):
        survey("满意", {"code": 2, "text": "很差"}, previous=second)


def test_the_type_of_a_question_cannot_change_not_even_after_it_was_left_out():
    first = survey("满意", "一般", questions=[{"code": "q2", "type": "text", "text": "为什么?"}])
    second = survey("满意", "一般", previous=first)
    with pytest.raises(Mistaken, match="第 2 题 q2：类型不能由 text 改为 photo，请换一个新的编码"):
        survey("满意", "一般", previous=second, questions=[{"code": "q2", "type": "photo", "text": "照片"}])


def test_an_anonymous_survey_cannot_start_to_name_people():
    with pytest.raises(Mistaken, match="已发布的匿名调查不能改为实名"):
        survey("满意", "一般", previous=survey("满意", "一般", anonymous=True))


def test_a_question_left_out_is_remembered_with_its_options():
    asked = {"code": "q2", "type": "single", "text": "哪项?"}
    first = survey("满意", "一般", questions=[asked | {"options": ["甲", "乙"]}])
    second = survey("满意", "一般", previous=first)
    (kept,) = second.retired
    assert (kept.code, kept.retired) == ("q2", (Option(1, "甲"), Option(2, "乙")))
    third = survey("满意", "一般", previous=second, questions=[asked | {"options": ["丙", "乙"]}])
    assert third.retired == ()
    assert [option.code for option in third.questions[1].options] == [3, 2]
    assert "重新询问 q2，与以前的回答合并" in changes(second, third)


def test_what_changed_is_said_one_sentence_each():
    first = survey(
        "满意",
        "一般",
        "不满意",
        questions=[
            {"code": "q2", "type": "text", "text": "为什么?", "show_if": {"q1": "一般"}},
            {"code": "q3", "type": "rating", "text": "几分?"},
        ],
    )
    second = survey(
        "不满意",
        "满意",
        "很好",
        previous=first,
        title="新调查",
        closes="2026-09-30",
        question={"text": "您满意吗?", "other": True},
        questions=[
            {"code": "q4", "type": "number", "text": "几位?"},
            {"code": "q2", "type": "text", "text": "为什么?", "required": False},
        ],
    )
    assert changes(first, second) == (
        "标题改为 “新调查”",
        "结束时间有改动",
        "q1 题目改为 “您满意吗?”",
        "q1 增加选项 4 “很好”",
        "q1 不再提供选项 2 “一般”，已有的票保留",
        "q1 选项顺序有改动，编码不变",
        "q1 增加选项 0 “其他”",
        "新增 q4",
        "q2 改为可跳过",
        "q2 显示条件有改动",
        "不再询问 q3，已有的回答保留",
    )


def test_nothing_changed_says_nothing():
    first = survey("满意", "一般")
    assert changes(first, survey("满意", "一般", previous=first)) == ()


def test_an_option_offered_again_is_said_to_merge():
    second = survey("满意", "很好", previous=survey("满意", "一般", "很好"))
    assert changes(second, survey("满意", "一般", "很好", previous=second)) == (
        "q1 重新提供选项 2 “一般”，与以前的票合并",
    )
