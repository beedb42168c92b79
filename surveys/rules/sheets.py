"""Answer sheet as it was answered: every question of its version, with the answer or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from questions import flow
from questions.answers import describe
from questions.flow import Answers, Missing
from questions.question import Question, QuestionType
from surveys.rules.definition import Definition


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Question of a sheet with its answer."""

    number: int
    question: Question
    #: The answer in words; empty where there is none.
    said: str
    #: Why there is none.
    missing: Missing | None = None
    #: The keys of its photos.
    photos: tuple[str, ...] = ()


def lines(definition: Definition, answers: Answers) -> list[GivenAnswer]:
    """Return the questions of a sheet in their order, those that were not asked too.

    >>> from questions.question import Condition, Option
    >>> first = Question("q1", QuestionType.SINGLE, "满意吗?", (Option(1, "满意"), Option(2, "不满意")))
    >>> why = Question("q2", QuestionType.TEXT, "为什么?", show_if=(Condition("q1", frozenset({2})),))
    >>> [(line.said, line.missing) for line in lines(Definition("调查", (first, why)), {"q1": {"o": 1}})]
    [('满意', None), ('', <Missing.NOT_SHOWN: 'not_shown'>)]
    """
    shown = {question.code for question in flow.shown(definition.questions, answers)}
    return [_line(number, each, answers, shown) for number, each in enumerate(definition.questions, start=1)]


def _line(number: int, question: Question, answers: Answers, shown: set[str]) -> GivenAnswer:
    data = answers.get(question.code)
    if question.code not in shown:
        return GivenAnswer(number, question, "", Missing.NOT_SHOWN)
    if data is None:
        return GivenAnswer(number, question, "", Missing.NOT_REACHED)
    if data.get("s"):
        return GivenAnswer(number, question, "", Missing.SKIPPED)
    if question.type is QuestionType.PHOTO:
        return GivenAnswer(number, question, "", photos=tuple(map(str, data["m"])))
    return GivenAnswer(number, question, describe(question, data))
