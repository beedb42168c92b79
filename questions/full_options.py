"""Full options: those that as many people have chosen as allowed. The caller counts them and passes in which are
full."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from questions import texts
from questions.answers import Answer, Multiple, NotUnderstood, Single, from_json
from questions.flow import Answers, Questions, shown
from questions.question import Question

Full = Collection[tuple[str, str]]
"""The code of the question and of the option, as text, for every full option."""


def full_codes(question: Question, full: Full) -> frozenset[int]:
    """Return the full options of a question."""
    return frozenset(option.code for option in question.options if (question.code, str(option.code)) in full)


def refused(question: Question, given: Answer, full: Full) -> NotUnderstood | None:
    """Return what to tell somebody who chooses a full option; None where the answer can be accepted.

    >>> from questions.question import Option, QuestionType
    >>> question = Question("q1", QuestionType.SINGLE, "哪天?", (Option(1, "周六", 20), Option(2, "周日")))
    >>> refused(question, Single(1), {("q1", "1")}).sentence
    '“周六”的名额已经满了，请选别的。'
    >>> refused(question, Single(2), {("q1", "1")}) is None
    True
    """
    labels = _full_of(question, given, full) if full else []
    return NotUnderstood(texts.option_full(labels)) if labels else None


def just_filled(question: Question, given: Mapping[str, Any] | None, full: Full) -> str:
    """Return what to tell somebody whose chosen option is full by now; empty where it is not."""
    labels = _full_of(question, from_json(question, given), full) if given and full else []
    return texts.option_just_full(labels) if labels else ""


def spoilt(questions: Questions, answers: Answers, full: Full) -> Question | None:
    """Return the first question answered with an option that is full by now."""
    if not full:
        return None
    for question in shown(questions, answers):
        if question.code in answers and _full_of(question, from_json(question, answers[question.code]), full):
            return question
    return None


def _full_of(question: Question, given: Answer, full: Full) -> list[str]:
    match given:
        case Single(option):
            chosen: tuple[int, ...] = (option,)
        case Multiple(several):
            chosen = several
        case _:
            return []
    return [question.label(code) for code in chosen if (question.code, str(code)) in full]
