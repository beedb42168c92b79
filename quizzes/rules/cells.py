"""Cells: which counters one ended attempt belongs to, of marks, of choices and of groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from questions.keyed import marking
from questions.numerals import same
from quizzes.models.figures import ANY_TOTAL, LONGEST_OPTION, WHOLE_PAPER, GroupedBy, GroupSum
from quizzes.rules.definition import FULL_SHARE

Item = tuple[int, int, int, int, int]
"""Quiz version, question, points, mark, total: the key of an `ItemCell`."""

Choice = tuple[int, int, str, int]
"""Quiz version, question, option, total: the key of an `OptionCell`."""

Group = tuple[int, str, int, str]
"""Quiz version, grouping, member, what is added up: the key of a `GroupCell`."""


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
    is_passed: bool = False
    area_id: int | None = None
    manager_id: int | None = None
    class_id: int | None = None


def share(total: int, maximum: int) -> int:
    """Return a total in hundredths of a per cent of the maximum."""
    return total * FULL_SHARE // maximum if maximum else 0


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


def groups(one: EndedPaper) -> Iterator[tuple[Group, int]]:
    """Yield the counters of groups of an attempt, and what is added to each.

    >>> ended = EndedPaper(7, [], "", 250, 500, {}, is_passed=True, area_id=3)
    >>> [(*key[1:], amount) for key, amount in groups(ended)]
    [('area', 3, 'attempts', 1), ('area', 3, 'passed', 1), ('area', 3, 'share', 5000)]
    """
    members = ((GroupedBy.AREA, one.area_id), (GroupedBy.MANAGER, one.manager_id), (GroupedBy.CLASS, one.class_id))
    sums = (
        (GroupSum.ATTEMPTS, 1),
        (GroupSum.PASSED, int(one.is_passed)),
        (GroupSum.SHARE, share(one.total, one.maximum)),
    )
    for by, member in members:
        if member is not None:
            for what, amount in sums:
                yield (one.version_id, by.value, member, what.value), amount


def tag_shares(
    one: EndedPaper, asked: Mapping[int, AskedQuestion], tags: Mapping[int, Sequence[str]]
) -> dict[str, int]:
    """Return the share of the points of each tag's questions that an attempt got, in hundredths of a per cent; `tags`
    are those of questions by their ids. A tag of which every question is struck has none.

    >>> ended = EndedPaper(7, [[31, "", 500, []], [32, "", 300, []], [33, "", 5, []]], "500,0,", 500, 800, {})
    >>> asked = {31: AskedQuestion(1, "k1"), 32: AskedQuestion(2, "k2"), 33: AskedQuestion(3, "k3")}
    >>> tag_shares(ended, asked, {1: ["封签"], 2: ["封签", "许可证"], 3: ["服务"]})
    {'封签': 6250, '许可证': 0}
    """
    got: dict[str, int] = {}
    worth: dict[str, int] = {}
    for place, mark in zip(one.paper, marking.read(one.marks), strict=True):
        if mark is None:
            continue
        for tag in tags.get(asked[place[0]].id, ()):
            got[tag] = got.get(tag, 0) + mark
            worth[tag] = worth.get(tag, 0) + place[2]
    return {tag: share(points, worth[tag]) for tag, points in got.items()}


def _chosen(answer: Mapping[str, Any]) -> Sequence[str]:
    chosen = answer.get("o")
    if chosen is None:
        words = same(str(answer.get("t", "")))[:LONGEST_OPTION]
        return (words,) if words else ()
    return [str(each) for each in chosen] if isinstance(chosen, list) else (str(chosen),)
