"""Which question is asked next, and what counts in the end."""

from decimal import Decimal

import pytest

from questions import flow
from questions.flow import Missing, Progress
from questions.question import Condition, Option, Question, QuestionType, Span

YES_NO = (Option(1, "是"), Option(2, "否"))


def asked(code: str, type=QuestionType.TEXT, *show_if: Condition, **more) -> Question:
    return Question(code, type, "?", show_if=show_if, **more)


ASKED = (
    asked("q1", QuestionType.SINGLE, options=YES_NO),
    asked("q2", QuestionType.SINGLE, Condition("q1", frozenset({2})), options=YES_NO),
    asked("q3", QuestionType.TEXT, Condition("q2", frozenset({2})), required=False),
    asked("q4", QuestionType.RATING),
)


def codes(questions) -> list[str]:
    return [question.code for question in questions]


def test_questions_open_and_close_with_the_answers_before_them():
    assert codes(flow.shown(ASKED, {})) == ["q1", "q4"]
    assert codes(flow.shown(ASKED, {"q1": {"o": 2}})) == ["q1", "q2", "q4"]
    assert codes(flow.shown(ASKED, {"q1": {"o": 2}, "q2": {"o": 2}})) == ["q1", "q2", "q3", "q4"]


def test_an_answer_on_a_branch_no_longer_taken_opens_nothing_and_does_not_count():
    answers = {"q1": {"o": 1}, "q2": {"o": 2}, "q3": {"t": "旧"}, "q4": {"v": 5}}
    assert codes(flow.shown(ASKED, answers)) == ["q1", "q4"]
    assert flow.settle(ASKED, answers) == {"q1": {"o": 1}, "q4": {"v": 5}}


def test_a_talk_goes_forward_and_back_and_takes_a_newly_opened_question_in_between():
    answers: dict = {}
    assert flow.next_question(ASKED, answers).code == "q1"
    assert flow.previous_question(ASKED, answers, "q1") is None
    answers["q1"] = {"o": 1}
    assert flow.next_question(ASKED, answers).code == "q4"
    assert flow.progress(ASKED, answers, "q4") == Progress(2, 2)
    assert flow.previous_question(ASKED, answers, "q4").code == "q1"
    answers["q1"] = {"o": 2}
    assert flow.next_question(ASKED, answers).code == "q2"
    assert flow.progress(ASKED, answers, "q2") == Progress(2, 3)
    answers["q2"] = {"o": 1}
    answers["q4"] = {"v": 5}
    assert flow.next_question(ASKED, answers) is None
    assert flow.previous_question(ASKED, answers, "q3").code == "q2"
    assert flow.left(ASKED, answers) == 0


def test_a_skip_settles_only_an_optional_question():
    answers = {"q1": {"o": 2}, "q2": {"o": 2}, "q3": {"s": True}, "q4": {"s": True}}
    assert flow.next_question(ASKED, answers).code == "q4"
    assert codes(flow.open_required(ASKED, answers)) == ["q4"]
    assert not flow.is_complete(ASKED, answers)


def test_a_page_may_be_submitted_with_optional_questions_left_open():
    assert flow.is_complete(ASKED, {"q1": {"o": 2}, "q2": {"o": 2}, "q4": {"v": 1}})


def test_three_kinds_of_missing_are_told_apart():
    answers = {"q1": {"o": 2}, "q2": {"o": 2}, "q3": {"s": True}}
    assert [flow.missing(ASKED, answers, code) for code in ("q1", "q3", "q4", "q9")] == [
        None,
        Missing.SKIPPED,
        Missing.NOT_REACHED,
        Missing.NOT_SHOWN,
    ]
    assert flow.missing(ASKED, {"q1": {"o": 1}, "q3": {"t": "旧"}}, "q3") is Missing.NOT_SHOWN


@pytest.mark.parametrize(
    ("type", "condition", "answer", "opens"),
    [
        (QuestionType.MULTIPLE, Condition("q1", frozenset({2})), {"o": [1, 2]}, True),
        (QuestionType.MULTIPLE, Condition("q1", frozenset({2})), {"o": [1]}, False),
        (QuestionType.SINGLE, Condition("q1", frozenset({0})), {"o": 0, "t": "别的"}, True),
        (QuestionType.NPS, Condition("q1", frozenset(range(7))), {"v": 6}, True),
        (QuestionType.NPS, Condition("q1", frozenset(range(7))), {"v": 7}, False),
        (QuestionType.NUMBER, Condition("q1", frozenset(), (Span(Decimal(1), Decimal(9)),)), {"v": "8.5"}, True),
        (QuestionType.NUMBER, Condition("q1", frozenset(), (Span(Decimal(1), Decimal(9)),)), {"v": "9.5"}, False),
        (QuestionType.NPS, Condition("q1", frozenset(range(11))), {"s": True}, False),
    ],
)
def test_a_condition_looks_at_every_kind_of_answer(type, condition, answer, opens):
    two = (asked("q1", type, options=YES_NO, other=True), asked("q2", QuestionType.TEXT, condition))
    assert (len(flow.shown(two, {"q1": answer})) == 2) is opens


def test_several_conditions_must_all_hold():
    both = (Condition("q1", frozenset({1})), Condition("q2", frozenset({1})))
    three = (
        asked("q1", QuestionType.SINGLE, options=YES_NO),
        asked("q2", QuestionType.SINGLE, options=YES_NO),
        asked("q3", QuestionType.TEXT, *both),
    )
    assert len(flow.shown(three, {"q1": {"o": 1}, "q2": {"o": 1}})) == 3
    assert len(flow.shown(three, {"q1": {"o": 1}, "q2": {"o": 2}})) == 2
