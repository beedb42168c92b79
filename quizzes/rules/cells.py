"""Cells: which counters one ended attempt belongs to, of marks and of choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from questions.numerals import same
from quizzes.models.figures import ANY_TOTAL, LONGEST_OPTION, WHOLE_PAPER
from quizzes.rules import marking

Item = tuple[int, int, int, int, int]
"""Quiz version, question, points, mark, total: the key of an `ItemCell`."""

Choice = tuple[int, int, str, int]
"""Quiz version, question, option, total: the key of an `OptionCell`."""


class AskedQuestion(NamedTuple):
    """Question behind a place of a paper; answers are stored by its code."""

    id: int
    code: str


class EndedPaper(NamedTuple):
    """Paper of an ended attempt, as it is stored."""

    version_id: int
    paper: Sequence[Sequence[Any]]
    marks: str
    total: int
    maximum: int
    answers: Mapping[str, Mapping[str, Any]]


def items(one: EndedPaper, asked: Mapping[int, AskedQuestion]) -> list[Item]:
    """Return the counters of marks of an attempt: one for the whole paper, one for each question; `asked` are the
    questions by the versions they were shown in.

    >>> ended = EndedPaper(7, [[31, "ab", 500, []], [32, "cd", 500, []]], "250,", 250, 500, {"k1": {"o": [1, 3]}})
    >>> asked = {31: AskedQuestion(1, "k1"), 32: AskedQuestion(2, "k2")}
    >>> items(ended, asked)
    [(7, 0, 500, 250, 250), (7, 1, 500, 250, 250), (7, 2, 0, 0, 250)]
    >>> list(choices(ended, asked))
    [(7, 1, '1', 250), (7, 1, '3', 250)]
    >>> list(choices(ended._replace(answers={"k2": {"t": "３０ 天"}}), asked))
    [(7, 2, '30天', -1)]
    """
    version, total = one.version_id, one.total
    found: list[Item] = [(version, WHOLE_PAPER, one.maximum, total, total)]
    for place, mark in zip(one.paper, marking.read(one.marks), strict=True):
        points, got = (0, 0) if mark is None else (place[2], mark)
        found.append((version, asked[place[0]].id, points, got, total))
    return found


def choices(one: EndedPaper, asked: Mapping[int, AskedQuestion]) -> Iterator[Choice]:
    """Yield the counters of choices of an attempt; a question that was not answered has none."""
    for place in one.paper:
        question = asked[place[0]]
        answer = one.answers.get(question.code)
        if answer:
            total = ANY_TOTAL if "t" in answer else one.total
            yield from ((one.version_id, question.id, option, total) for option in _chosen(answer))


def _chosen(answer: Mapping[str, Any]) -> Sequence[str]:
    chosen = answer.get("o")
    if chosen is None:
        words = same(str(answer.get("t", "")))[:LONGEST_OPTION]
        return (words,) if words else ()
    return [str(each) for each in chosen] if isinstance(chosen, list) else (str(chosen),)
