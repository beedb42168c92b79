"""Cross-tabs: what a submission adds to them, what a table holds, and which words can be searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from zlib import crc32

from questions.flow import Answers, settle
from questions.question import Question
from surveys.rules.definition import Definition
from surveys.rules.tally import Key


class CrossedBy(StrEnum):
    """Division that a question can be crossed by."""

    AREA = "area"
    CLASS = "class"
    MANAGER = "manager"


#: No longer than a `Tally` option, and no option's own code.
Count = tuple[str, CrossedBy, int, str]
#: Question and option, then another question and option; the question whose code comes first stands first.
Pair = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Cell:
    """Cell of a table: how many of a group chose an option; None where it would show too much."""

    count: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class CrossRow:
    """Row of a table: one area, class or customer manager, or one option of another question."""

    name: str
    #: How many of it answered; None where it would show too much.
    n: int | None
    cells: tuple[Cell, ...]
    #: NPS from -100 to 100, or the share of 4 and 5 of a rating; None where undefined or hidden.
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CrossTab:
    """Cross-tab of a question. `filed` of its `n` answers are in it by now."""

    rows: tuple[CrossRow, ...]
    filed: int
    n: int
    #: Whether some cells are hidden, or small groups merged.
    is_partly_hidden: bool
    #: All rows as one, where that shows nothing that is hidden.
    total: CrossRow | None = None


def is_crossed(question: Question) -> bool:
    """Whether a question has few enough different answers for a cross-tab: options and scales, no numbers."""
    return question.type.has_options or question.type.scale is not None


def crossed(definition: Definition) -> frozenset[str]:
    """Return the codes of those questions."""
    return frozenset(question.code for question in definition.questions if is_crossed(question))


def has_words(question: Question) -> bool:
    """Whether people write text in answer to a question."""
    return question.type.value == "text" or (question.type.has_options and question.other)


def counts(chosen: Iterable[Key], crossed: Collection[str], members: Mapping[CrossedBy, int | None]) -> list[Count]:
    """Return the increments of one valid submission (`tally.counts`) for the crossed questions: question, division, id
    of the area, class or manager, and option.

    >>> of_whom = {CrossedBy.AREA: 7, CrossedBy.MANAGER: None}
    >>> [str(part) for part in counts([("q1", "1"), ("q2", "12.5")], {"q1"}, of_whom)[0]]
    ['q1', 'area', '7', '1']
    """
    return [
        (code, by, member, option)
        for code, option in chosen
        if code in crossed
        for by, member in members.items()
        if member is not None
    ]


def pairs(chosen: Iterable[Key], crossed: Collection[str]) -> Iterator[Pair]:
    """Yield the increments of one valid submission for one question by another, each pair of questions once.

    A question is also paired with itself, which means nothing: removing that from the sums costs less.

    >>> list(pairs([("q2", "1"), ("q1", "3"), ("q3", "12.5")], {"q1", "q2"}))
    [(('q1', '3'), ('q2', '1'))]
    """
    return combinations(sorted(key for key in chosen if key[0] in crossed), 2)


def words(definition: Definition, answers: Answers) -> list[tuple[str, str]]:
    """Return question and text of whatever was written: text answers, and the words of 其他.

    >>> from questions.question import QuestionType
    >>> words(Definition("调查", (Question("q3", QuestionType.TEXT, "?"),)), {"q3": {"t": "送货早一点"}})
    [('q3', '送货早一点')]
    """
    return [(code, str(given["t"])) for code, given in settle(definition.questions, answers).items() if given.get("t")]


def keys(survey_id: int, question: str, parts: Iterable[str]) -> list[str]:
    """Return the keys of a text's parts (`foundation.text.grams`) in the index of words, separate for each survey and
    question. They are short numbers: two parts may share one, so a found sheet's words are compared too.

    >>> keys(12, "q3", ["送货"])
    ['528700f4']
    """
    return [f"{crc32(f'{survey_id} {question} {part}'.encode()):08x}" for part in parts]
