"""One step of a talk or a page: what is kept, and what is said."""

from dataclasses import replace

import pytest

from questions import stepping, texts
from questions.question import Condition, Option, Question, QuestionType
from questions.stepping import Position, StepOutcome, step, tap

SATISFIED = Question("q1", QuestionType.SINGLE, "满意吗", (Option(1, "满意"), Option(2, "不满意", 20)), other=True)
WHY = Question("q2", QuestionType.TEXT, "为什么", show_if=(Condition("q1", frozenset({2})),), required=False)
PHOTO = Question("q3", QuestionType.PHOTO, "拍一张")
BEGUN = Position((SATISFIED, WHY, PHOTO))


def said(position: Position, *replies: str) -> stepping.Step:
    """The last of several steps."""
    for reply in replies:
        last = step(position, reply)
        position = last.position
    return last


def test_an_answer_is_kept_and_opens_what_depends_on_it():
    answered = step(BEGUN, "2")
    assert (answered.outcome, answered.text) == (StepOutcome.GOES_ON, "")
    assert answered.position.answers == {"q1": {"o": 2}}
    assert answered.position.asked == WHY
    assert step(BEGUN, "1").position.asked == PHOTO
    assert (BEGUN.left, answered.position.left) == (2, 2)


def test_words_of_ones_own_are_echoed():
    assert "还行" in step(BEGUN, "0 还行").text


def test_three_replies_that_cannot_be_read_bring_the_ways_out_instead_of_a_correction():
    first, second, third = (said(BEGUN, *["好好好"] * n) for n in (1, 2, 3))
    assert first.text == second.text == texts.not_understood(SATISFIED)
    assert [each.position.misread for each in (first, second, third)] == [1, 2, 3]
    assert third.text == f"{stepping.ask(BEGUN)}\n{texts.after_three_tries(SATISFIED)}"
    assert third.outcome is StepOutcome.STAYS
    assert said(third.position, "1").position.misread == 0


def test_going_back_shows_the_answer_given_and_a_skip_leaves_it_as_it_is():
    back = said(BEGUN, "2", "上一题")
    assert (back.outcome, back.position.at) == (StepOutcome.STAYS, "q1")
    assert "不满意" in back.text.splitlines()[0]
    on = step(back.position, "跳过")
    assert (on.outcome, on.position.at, on.position.answers) == (StepOutcome.GOES_ON, None, {"q1": {"o": 2}})
    assert step(BEGUN, "上一题").text == f"{texts.FIRST_QUESTION}\n{stepping.ask(BEGUN)}"


def test_what_must_be_answered_is_not_passed_over_and_what_need_not_is():
    refused = step(BEGUN, "跳过")
    assert refused.text.startswith(texts.MUST_ANSWER)
    assert (refused.position, refused.outcome) == (BEGUN, StepOutcome.STAYS)
    assert said(BEGUN, "2", "跳过").position.answers["q2"] == {"s": True}


def test_words_that_steer_change_nothing():
    assert step(BEGUN, "退出") == stepping.Step(StepOutcome.LEAVES, BEGUN)
    for word in ("帮助", "进度", "继续"):
        told = step(BEGUN, word)
        assert (told.outcome, told.position) == (StepOutcome.STAYS, BEGUN)
        assert stepping.ask(BEGUN) in told.text


def test_a_picture_answers_a_photo_and_nothing_else_and_a_voice_answers_nothing():
    assert step(BEGUN, picture="m1").text == texts.PICTURE_NOT_WANTED + texts.ways_on(SATISFIED)
    at_photo = step(BEGUN, "1").position
    done = step(at_photo, picture="m1")
    assert (done.outcome, done.position.asked, done.position.left) == (StepOutcome.GOES_ON, None, 0)
    assert step(at_photo, is_voice=True).text.startswith(texts.VOICE_NOT_WANTED)
    assert step(at_photo).text == texts.not_understood(PHOTO)


def test_where_nothing_waits_any_more_whatever_is_said_goes_on():
    done = replace(BEGUN, answers={"q1": {"o": 1}, "q3": {"m": ["m1"]}})
    assert step(done, "你好") == stepping.Step(StepOutcome.GOES_ON, done)


def test_an_option_that_is_full_is_shown_so_and_not_taken():
    full = replace(BEGUN, full={("q1", "2")})
    assert stepping.ask(full).count("已满") == 1
    refused = step(full, "2")
    assert (refused.outcome, refused.position.answers) == (StepOutcome.STAYS, {})
    assert refused.text == texts.option_full(["不满意"])
    assert tap(full, "answer", "q1", {"option": ["2"]}).text == refused.text
    late = replace(full, answers={"q1": {"o": 2}}, at="q1")
    assert stepping.ask(late).startswith(texts.option_just_full(["不满意"]))


def test_a_form_answers_skips_and_goes_back_once_however_often_it_is_posted():
    answered = tap(BEGUN, "answer", "q1", {"option": ["2"]})
    assert (answered.outcome, answered.position.answers) == (StepOutcome.GOES_ON, {"q1": {"o": 2}})
    skipped = tap(answered.position, "skip", "q2", {})
    assert skipped.position.answers["q2"] == {"s": True}
    back = tap(skipped.position, "back", "q3", {})
    assert (back.outcome, back.position.at) == (StepOutcome.STAYS, "q2")
    assert tap(back.position, "back", "q3", {}) == stepping.Step(StepOutcome.STAYS, back.position)
    assert tap(BEGUN, "answer", "q1", {}).text != ""
    assert tap(BEGUN, "skip", "q1", {}).text == texts.MUST_ANSWER


def test_a_form_of_a_question_on_a_branch_no_longer_taken_changes_nothing():
    elsewhere = replace(BEGUN, answers={"q1": {"o": 1}})
    assert tap(elsewhere, "answer", "q2", {"text": ["太慢"]}) == stepping.Step(StepOutcome.STAYS, elsewhere)


@pytest.mark.parametrize(
    ("answers", "outcome"), [({"q1": {"o": 1}, "q3": {"m": ["m1"]}}, StepOutcome.GOES_ON), ({}, StepOutcome.STAYS)]
)
def test_a_form_hands_in_only_where_nothing_waits(answers, outcome):
    assert tap(replace(BEGUN, answers=answers), "finish", "", {}).outcome is outcome
