"""What of a submission goes into the cross-tabs, and which of its words can be searched."""

from __future__ import annotations

from enum import StrEnum

from surveys.rules import tally
from surveys.rules.flow import Answers, settle
from surveys.rules.shape import Definition, Question


class By(StrEnum):
    """What a question can be crossed by."""

    AREA = "area"
    CLASS = "class"
    MANAGER = "manager"


#: No longer than a `Tally` option, and no option.
Count = tuple[str, By, int, str]


def is_crossed(question: Question) -> bool:
    """Whether a question has few enough different answers for a cross-tab: options and scales, no numbers."""
    return question.type.has_options or question.type.scale is not None


def has_words(question: Question) -> bool:
    """Whether people write words in answer to a question."""
    return question.type.value == "text" or (question.type.has_options and question.other)


def counts(definition: Definition, answers: Answers, members: dict[By, int | None]) -> list[Count]:
    """The increments of one valid submission: question, by what, of which area, class or manager, and the option.

    >>> from surveys.rules.shape import Option, QuestionType
    >>> question = Question("q1", QuestionType.SINGLE, "?", (Option(1, "好"),))
    >>> [str(part) for part in counts(Definition("调查", (question,)), {"q1": {"o": 1}}, {By.AREA: 7})[1]]
    ['q1', 'area', '7', '1']
    """
    crossed = {question.code for question in definition.questions if is_crossed(question)}
    return [
        (code, by, member, option)
        for code, option in tally.counts(definition, answers)
        if code in crossed
        for by, member in members.items()
        if member is not None
    ]


def words(definition: Definition, answers: Answers) -> list[tuple[str, str]]:
    """Question and words of whatever was written: text answers, and the words of 其他.

    >>> from surveys.rules.shape import QuestionType
    >>> words(Definition("调查", (Question("q3", QuestionType.TEXT, "?"),)), {"q3": {"t": "送货早一点"}})
    [('q3', '送货早一点')]
    """
    return [(code, str(given["t"])) for code, given in settle(definition, answers).items() if given.get("t")]
