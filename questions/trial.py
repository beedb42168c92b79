"""Trial of questions by their author: every step is computed afresh from the replies so far, nothing is saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from questions import flow, stepping, texts
from questions.answers import describe, from_json
from questions.flow import Answers, Questions
from questions.question import Question, QuestionType
from questions.reading.forms import Fields
from questions.stepping import Position, Step, StepOutcome

CARRIED = "a."
"""The prefix of the fields of questions answered before: `a.q1.option`."""

_KEPT = ("option", "other", "text", "said", "skip", "photo")


@dataclass(frozen=True)
class TrialStep:
    """Step of a trial. `at` is None before the first question and after the last (`is_done`)."""

    answers: Answers
    carried: Mapping[str, Mapping[str, Sequence[str]]]
    at: Question | None = None
    is_done: bool = False
    #: Whether all answers were looked over, where there are several, and handed in.
    is_handed_in: bool = False
    sentence: str = ""
    tried: Mapping[str, Sequence[str]] | None = None


def step(questions: Questions, fields: Fields, *, leaves: Callable[[int], str]) -> TrialStep:
    """Compute the next step: `do` is a button of the page (begin, answer, skip, back, finish), `over` where all
    is answered, or `say` in the chat; `question` is the one that was shown. Without `do` the trial is at question
    `at`, or before the first.

    >>> from functools import partial
    >>> from questions.question import Condition, Option
    >>> first = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(1, "满意"), Option(2, "不满意")))
    >>> why = Question("q2", QuestionType.TEXT, "为什么?", show_if=(Condition("q1", frozenset({2})),))
    >>> tried = partial(step, (first, why), leaves=str)
    >>> tried({"do": ["answer"], "question": ["q1"], "option": ["1"]}).is_done
    True
    >>> tried({"do": ["say"], "question": ["q1"], "said": ["不满意"]}).at.code
    'q2'
    >>> tried({"do": ["say"], "question": ["q1"], "said": ["好"]}).sentence
    '请回复选项前的一个数字，1 到 2。也可以回复“上一题”“退出”“人工”。'
    """
    carried = _carried(questions, fields)
    answers = _answers(questions, carried)
    by_code = {question.code: question for question in questions}
    asked = by_code.get(_first(fields, "question"))
    do = _first(fields, "do")
    if do == "begin":
        return _go_on(questions, carried, None)
    # A tap on an option is the answer.
    do = do or ("answer" if fields.get("option") else "")
    if asked is None or do not in ("answer", "skip", "back", "say"):
        at, is_done = by_code.get(_first(fields, "at")), do in ("finish", "over")
        return TrialStep(answers, carried, at, is_done=is_done, is_handed_in=do == "finish")
    given = {name: list(fields[name]) for name in _KEPT if fields.get(name)}
    if do == "skip":
        given = {"skip": ["1"]}
    if asked.type is QuestionType.PHOTO and do == "answer":
        given = {"photo": ["1"]}
    taken = _taken(_at(questions, answers, asked), do, given)
    if taken.outcome is StepOutcome.LEAVES:
        return TrialStep(answers, carried, asked, sentence=leaves(taken.position.left), tried=given)
    if taken.outcome in (StepOutcome.GOES_ON, StepOutcome.LOOKS_OVER):
        is_changed = taken.position.answers != answers
        return _go_on(questions, {**carried, asked.code: given} if is_changed else carried, asked)
    if taken.position.at != asked.code:
        return TrialStep(answers, carried, by_code[str(taken.position.at)])
    return TrialStep(answers, carried, asked, sentence=taken.text, tried=given)


def talk(questions: Questions, now: TrialStep, *, opening: str, done: str) -> list[tuple[bool, str]]:
    """Return the same trial as the chat shows it: each line with whether it is the account's; `done` follows the
    last answer."""
    lines: list[tuple[bool, str]] = []
    before, answers = opening, dict[str, Mapping[str, Any]]()
    shown = [question for question in flow.shown(questions, now.answers) if question.code in now.answers]
    for question in shown:
        asked = _asked(questions, answers, question)
        lines.append((True, f"{before}\n{asked}".strip()))
        answers[question.code] = now.answers[question.code]
        lines.append((False, _reply(question, now)))
        before = stepping.echo(question, from_json(question, now.answers[question.code]))
    if now.at is not None:
        asked = _asked(questions, answers, now.at)
        # Who comes back to a question is shown it with the answer, and nothing before it.
        lines.append((True, asked if now.at.code in answers else f"{before}\n{asked}".strip()))
    elif now.is_done:
        lines.append((True, f"{before}\n{done}".strip()))
    if now.sentence:
        if now.tried:
            lines.append((False, _first(now.tried, "said") or "…"))
        lines.append((True, now.sentence))
    return lines


def _asked(questions: Questions, answers: Answers, question: Question) -> str:
    """Return a question as the chat asks it, with the words of the link to its pictures."""
    said = stepping.ask(_at(questions, answers, question))
    return f"{said}\n{texts.PICTURES}" if question.pictures else said


def _go_on(
    questions: Questions, carried: Mapping[str, Mapping[str, Sequence[str]]], behind: Question | None
) -> TrialStep:
    answers = _answers(questions, carried)
    order = [question.code for question in questions]
    # From where the author started: earlier questions may be unanswered.
    here = order.index(behind.code) if behind else -1
    waiting = [each for each in flow.shown(questions, answers) if each.code not in answers]
    following = next((each for each in waiting if order.index(each.code) > here), None)
    is_alone = len(questions) == 1
    return TrialStep(
        answers, carried, following, is_done=following is None, is_handed_in=following is None and is_alone
    )


def _answers(questions: Questions, carried: Mapping[str, Mapping[str, Sequence[str]]]) -> Answers:
    answers: dict[str, Mapping[str, Any]] = {}
    for question in questions:
        if given := carried.get(question.code):
            do = "skip" if given.get("skip") else "say" if given.get("said") else "answer"
            answers |= _taken(_at((question,), {}, question), do, given).position.answers
    return answers


def _carried(questions: Questions, fields: Fields) -> dict[str, Mapping[str, Sequence[str]]]:
    found: dict[str, Mapping[str, Sequence[str]]] = {}
    for question in questions:
        given = {name: list(fields[key]) for name in _KEPT if fields.get(key := f"{CARRIED}{question.code}.{name}")}
        if given:
            found[question.code] = given
    return found


def _taken(position: Position, do: str, given: Fields) -> Step:
    """Take one step as the chat does, or the page; a photo is only pretended."""
    if do == "say":
        return stepping.step(position, _first(given, "said"))
    return stepping.tap(position, do, str(position.at), given, photos=("",) if given.get("photo") else ())


def _at(questions: Questions, answers: Answers, asked: Question) -> Position:
    """Return the position at a question, whether the answers so far lead to it or not: a trial may begin anywhere."""
    always = replace(asked, show_if=())
    return Position(tuple(always if each == asked else each for each in questions), answers, at=asked.code)


def _reply(question: Question, now: TrialStep) -> str:
    said = _first(now.carried.get(question.code, {}), "said")
    return said or describe(question, now.answers[question.code])


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
