"""What holds for every question and every reply."""

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from questions import flow, texts
from questions.answers import Multiple, NotUnderstood, Single, check, describe, from_json
from questions.question import QuestionType
from questions.reading.replies import command, understand
from tests.questions.strategies import answered, questions, replies, several, several_with_answers


@settings(max_examples=200)
@given(questions(), replies)
def test_whatever_is_typed_is_an_answer_the_question_takes_or_a_sentence(question, reply):
    heard = understand(question, reply)
    command(reply, question)
    if isinstance(heard, NotUnderstood):
        assert 5 < len(heard.sentence) < 200
        return
    assert check(question, heard) == heard
    stored = json.loads(json.dumps(heard.to_json()))
    assert from_json(question, stored) == heard
    assert describe(question, stored)
    "".join(str(value) for value in stored.values()).encode()


@settings(max_examples=100)
@given(questions(kinds=(QuestionType.SINGLE,)), st.data())
def test_every_option_shown_can_be_answered_by_its_number_and_by_its_label(question, data):
    at = data.draw(st.integers(1, len(question.options)))
    option = question.options[at - 1]
    assert understand(question, str(at)) == Single(option.code)
    assert understand(question, f"选{at}。") == Single(option.code)
    assert understand(question, option.label) == Single(option.code)
    assert understand(question, f"{at}、{option.label}") == Single(option.code)


@settings(max_examples=100)
@given(questions(kinds=(QuestionType.MULTIPLE,)), st.data())
def test_several_numbers_with_gaps_mean_those_options(question, data):
    assume(len(question.options) > 1)
    places = data.draw(st.lists(st.integers(1, len(question.options)), min_size=2, unique=True))
    gap = data.draw(st.sampled_from([" ", ",", "，", "、", " ， ", "和", "/"]))
    wanted = check(question, Multiple(tuple(question.options[at - 1].code for at in places)))
    assert understand(question, gap.join(map(str, places))) == wanted


@settings(max_examples=100)
@given(several_with_answers())
def test_what_counts_is_settled_once_and_for_all(both):
    asked, answers = both
    settled = flow.settle(asked, answers)
    assert flow.settle(asked, settled) == settled
    assert flow.shown(asked, settled) == flow.shown(asked, answers)
    shown = {question.code for question in flow.shown(asked, answers)}
    for question in asked:
        why = flow.missing(asked, answers, question.code)
        assert (why is flow.Missing.NOT_SHOWN) == (question.code not in shown)
        assert (why in (None, flow.Missing.SKIPPED)) == (question.code in settled)


@settings(max_examples=100)
@given(several(), st.data())
def test_a_talk_ends_and_its_way_back_visits_what_was_shown(asked, data):
    answers: dict = {}
    for _ in asked:
        question = flow.next_question(asked, answers)
        if question is None:
            break
        position, total = flow.progress(asked, answers, question.code)
        assert 1 <= position <= total <= len(asked)
        assert flow.left(asked, answers) >= 1
        assert texts.question(question, position, total)
        answers[question.code] = data.draw(answered(question)).to_json()
    assert flow.next_question(asked, answers) is None
    assert flow.is_complete(asked, answers)
    assert flow.left(asked, answers) == 0
    back, code = [], None
    here = flow.shown(asked, answers)[-1]
    while here is not None:
        back.append(here.code)
        code = here.code
        here = flow.previous_question(asked, answers, code)
    assert back[::-1] == [question.code for question in flow.shown(asked, answers)]
