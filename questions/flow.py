"""Flow of questions: which comes next, which before, the progress, and which answers count in the end.

`answers` are the stored ones everywhere: question code to answer JSON, as `answers.Answer.to_json` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from questions.answers import Json, Multiple, Number, Score, Single, from_json
from questions.question import Condition, Question, QuestionType

Questions = Sequence[Question]
Answers = Mapping[str, Mapping[str, Any]]


class Missing(StrEnum):
    """Reason why a question has no answer."""

    NOT_SHOWN = "not_shown"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"


class Progress(NamedTuple):
    """Progress: the `position` (from 1) of a question among the `total` that are shown, by the answers so far."""

    position: int
    total: int


class Extent(NamedTuple):
    """Extent of a questionnaire: how many questions somebody is asked, at least and at most."""

    least: int
    most: int


#: Ways through the conditions that `extent` follows at most.
_MOST_WAYS = 256


def shown(questions: Questions, answers: Answers) -> tuple[Question, ...]:
    """Return the questions this person is asked, in order, by the answers so far.

    A condition looks only at questions that are themselves shown: an answer left on a branch no longer taken shows
    nothing.

    >>> from questions.question import Option, QuestionType
    >>> first = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(1, "满意"), Option(2, "不满意")))
    >>> why = Question("q2", QuestionType.TEXT, "为什么?", show_if=(Condition("q1", frozenset({2})),))
    >>> [[question.code for question in shown((first, why), {"q1": {"o": option}})] for option in (1, 2)]
    [['q1'], ['q1', 'q2']]
    """
    visible: dict[str, Question] = {}
    for question in questions:
        if not question.show_if or all(_holds(condition, visible, answers) for condition in question.show_if):
            visible[question.code] = question
    return tuple(visible.values())


def _holds(condition: Condition, visible: Mapping[str, Question], answers: Answers) -> bool:
    question, data = visible.get(condition.question), answers.get(condition.question)
    if question is None or data is None:
        return False
    match from_json(question, data):
        case Single(option):
            return option in condition.codes
        case Multiple(options):
            return not condition.codes.isdisjoint(options)
        case Score(value):
            return value in condition.codes
        case Number(value):
            return any(span.low <= Decimal(value) <= span.high for span in condition.spans)
        case _:
            return False


def next_question(questions: Questions, answers: Answers) -> Question | None:
    """Return the first shown question without an answer; None when all are answered.

    A skip counts as the answer to an optional question, never to a required one (it may have become required since).
    """
    return next((question for question in shown(questions, answers) if not _settled(question, answers)), None)


def previous_question(questions: Questions, answers: Answers, code: str) -> Question | None:
    """Return the shown question before the one being asked; None when that is the first.

    `code` may be a question that is no longer shown: then it is the nearest one before it.
    """
    order = [question.code for question in questions]
    here = order.index(code) if code in order else len(order)
    before = [question for question in shown(questions, answers) if order.index(question.code) < here]
    return before[-1] if before else None


def progress(questions: Questions, answers: Answers, code: str) -> Progress:
    """Return where a question stands: 3 of 8. A question that a later answer may show is not counted yet.

    >>> from questions.question import QuestionType
    >>> three = [Question(code, QuestionType.TEXT, "?") for code in ("q1", "q2", "q3")]
    >>> progress(three, {"q1": {"t": "好"}}, "q2")
    Progress(position=2, total=3)
    """
    codes = [question.code for question in shown(questions, answers)]
    return Progress(codes.index(code) + 1 if code in codes else len(codes), len(codes))


def extent(questions: Questions, answers: Answers) -> Extent:
    """Return how many questions are shown in the end, whatever is still answered.

    >>> from questions.question import Option, QuestionType
    >>> first = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(1, "满意"), Option(2, "不满意")))
    >>> why = Question("q2", QuestionType.TEXT, "为什么?", show_if=(Condition("q1", frozenset({2})),))
    >>> [extent((first, why), answers) for answers in ({}, {"q1": {"o": 2}})]
    [Extent(least=1, most=2), Extent(least=2, most=2)]
    """
    deciding: dict[str, list[Condition]] = {}
    for question in questions:
        for condition in question.show_if:
            deciding.setdefault(condition.question, []).append(condition)
    ways: list[Answers] = [answers]
    for question in questions:
        if question.code not in answers and question.code in deciding:
            given = _possible(question, deciding[question.code])
            if len(ways) * len(given) > _MOST_WAYS:
                return Extent(sum(not each.show_if for each in questions), len(questions))
            ways = [{**way, question.code: each} for way in ways for each in given]
    counts = [len(shown(questions, way)) for way in ways]
    return Extent(min(counts), max(counts))


def _possible(question: Question, conditions: Sequence[Condition]) -> list[Mapping[str, Any]]:
    """Return answers to a question, one for each way in which the conditions can look at it."""
    codes = sorted(frozenset().union(*(each.codes for each in conditions)))
    skipped: list[Mapping[str, Any]] = [] if question.required else [{"s": True}]
    if question.type.has_options or question.type.scale:
        key, offered = ("v", set(question.type.scale)) if question.type.scale else ("o", set(question.codes))
        if question.type is QuestionType.MULTIPLE:
            return [{"o": []}, {"o": codes}, *({"o": [code]} for code in codes), *skipped]
        other = next(iter(sorted(offered.difference(codes))), None)
        return [{key: code} for code in (*codes, *(() if other is None else (other,)))] + skipped
    bounds = {bound for each in conditions for span in each.spans for bound in span}
    return [{"v": str(bound)} for bound in sorted(bounds)] + [{"s": True}]


def about_minutes(questions: Questions) -> int:
    """Return about how long answering takes, for the intro: a third of a minute a question, at least one minute.

    >>> from questions.question import QuestionType
    >>> about_minutes([Question(f"q{n}", QuestionType.RATING, "?") for n in range(6)])
    2
    """
    return minutes_for(len(shown(questions, {})))


def minutes_for(count: int) -> int:
    """Return about how long so many questions take.

    >>> minutes_for(0), minutes_for(7)
    (1, 3)
    """
    return max(1, -(-count // 3))


def left(questions: Questions, answers: Answers) -> int:
    """Count the shown questions that still wait for an answer."""
    return sum(not _settled(question, answers) for question in shown(questions, answers))


def is_complete(questions: Questions, answers: Answers) -> bool:
    """Whether it may be submitted now: every required question that is shown has its answer.

    A page may submit with optional ones left open; the chat asks them first (`next_question`).
    """
    return not open_required(questions, answers)


def open_required(questions: Questions, answers: Answers) -> tuple[Question, ...]:
    """Return the required questions that are shown and have no answer, for a page to point at."""
    return tuple(q for q in shown(questions, answers) if q.required and not _settled(q, answers))


def settle(questions: Questions, answers: Answers) -> dict[str, Json]:
    """Return the answers that count at submission, in the order asked: those to shown questions."""
    return {q.code: dict(answers[q.code]) for q in shown(questions, answers) if q.code in answers}


def missing(questions: Questions, answers: Answers, code: str) -> Missing | None:
    """Return why the question has no answer; None when it has one. A question that is not asked was not shown.

    >>> from questions.question import QuestionType
    >>> two = (Question("q1", QuestionType.TEXT, "?"), Question("q2", QuestionType.TEXT, "?"))
    >>> [str(missing(two, {"q1": {"s": True}}, code)) for code in ("q1", "q2", "q3")]
    ['skipped', 'not_reached', 'not_shown']
    """
    question = next((question for question in shown(questions, answers) if question.code == code), None)
    if question is None:
        return Missing.NOT_SHOWN
    if code not in answers:
        return Missing.NOT_REACHED
    return Missing.SKIPPED if _skipped(question, answers) else None


def _skipped(question: Question, answers: Answers) -> bool:
    # As stored: parsing every answer for this would take most of the time of an answer in the chat.
    return "s" in answers[question.code]


def _settled(question: Question, answers: Answers) -> bool:
    return question.code in answers and not (question.required and _skipped(question, answers))
