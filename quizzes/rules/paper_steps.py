"""Steps in which the paper of a draft is put together, and its places in the order they are asked.

Each step takes a definition and gives another; nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from foundation.errors import Refused
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.keyed.items import KeyedItem
from quizzes.rules.definition import FromBank, QuizDefinition, Stratum


class DraftPlace(NamedTuple):
    """Place of a fixed paper: a question written in it (`item`), or one of the bank."""

    code: str
    #: Hundredths; None leaves a question of the bank at its own.
    points: int | None
    item: KeyedItem | None = None


def places(definition: QuizDefinition) -> tuple[DraftPlace, ...]:
    """Return the places of a fixed paper in the order they are asked.

    >>> one = QuizDefinition("测试", bank=(FromBank("b1"), FromBank("b2", 500)), order=("b2",))
    >>> [place.code for place in places(one)]
    ['b2', 'b1']
    """
    found = {item.code: DraftPlace(item.code, item.points, item) for item in definition.questions}
    found |= {each.code: DraftPlace(each.code, each.points) for each in definition.bank}
    return tuple(found[code] for code in definition.codes)


def fixed(definition: QuizDefinition, paper: Iterable[DraftPlace]) -> QuizDefinition:
    """Return the definition with these places, in this order. Raises Refused where there are too many."""
    listed = tuple(paper)
    if len(listed) > MOST_QUESTIONS:
        raise Refused(f"一份试卷最多 {MOST_QUESTIONS} 题，这样就有 {len(listed)} 题了。")
    own = [replace(place.item, points=place.points or place.item.points) for place in listed if place.item is not None]
    return replace(
        definition,
        questions=tuple(own),
        bank=tuple(FromBank(place.code, place.points) for place in listed if place.item is None),
        draw=(),
        order=tuple(place.code for place in listed),
    )


def drawn(definition: QuizDefinition, strata: Sequence[Stratum]) -> QuizDefinition:
    """Return the definition with a paper that each attempt draws for itself. Raises Refused where it is too long."""
    total = sum(each.count for each in strata)
    if total > MOST_QUESTIONS:
        raise Refused(f"一份试卷最多 {MOST_QUESTIONS} 题，这样就抽 {total} 题了。")
    return replace(definition, questions=(), bank=(), order=(), draw=tuple(strata))


def worth(definition: QuizDefinition, points: Mapping[str, int | None]) -> QuizDefinition:
    """Return the definition with the points of some places changed."""
    return fixed(
        definition, [place._replace(points=points.get(place.code, place.points)) for place in places(definition)]
    )


def moved(definition: QuizDefinition, code: str, by: int) -> QuizDefinition:
    """Return the definition with a place further down, or up; at an end it stays.

    >>> one = QuizDefinition("测试", bank=(FromBank("b1"), FromBank("b2")))
    >>> moved(one, "b2", -1).order, moved(one, "b2", 1).order
    (('b2', 'b1'), ('b1', 'b2'))
    """
    listed = list(places(definition))
    at = next((n for n, place in enumerate(listed) if place.code == code), None)
    if at is not None and 0 <= at + by < len(listed):
        listed.insert(at + by, listed.pop(at))
    return fixed(definition, listed)


def without(definition: QuizDefinition, code: str) -> QuizDefinition:
    """Return the definition without a place."""
    return fixed(definition, [place for place in places(definition) if place.code != code])


def with_bank(definition: QuizDefinition, codes: Iterable[str]) -> QuizDefinition:
    """Return the definition with questions of the bank behind its places; those it has stay where they are. Raises
    Refused where a question of its own has such a code."""
    paper = places(definition)
    twice = {place.code for place in paper if place.item is not None}.intersection(codes)
    if twice:
        raise Refused(f"试卷里自己的题已经用了编码“{'”“'.join(sorted(twice))}”，请先改那一题的编码。")
    known = {place.code for place in paper}
    return fixed(definition, [*paper, *(DraftPlace(code, None) for code in codes if code not in known)])


def with_item(definition: QuizDefinition, item: KeyedItem, *, instead_of: str = "") -> QuizDefinition:
    """Return the definition with a question written in it, in the place of another or behind all. Raises Refused where
    another place has its code."""
    paper = places(definition)
    if item.code != instead_of and item.code in (place.code for place in paper):
        raise Refused(f"试卷里已经有编码为“{item.code}”的题，请换一个编码。")
    new = DraftPlace(item.code, item.points, item)
    if instead_of:
        return fixed(definition, [new if place.code == instead_of else place for place in paper])
    return fixed(definition, [*paper, new])


def free_code(definition: QuizDefinition, taken: Iterable[str] = ()) -> str:
    """Return a code for a new question of a paper.

    >>> free_code(QuizDefinition("测试", bank=(FromBank("k1"),)), ["k2"])
    'k3'
    """
    known = {*definition.codes, *taken}
    return next(code for n in range(1, len(known) + 2) if (code := f"k{n}") not in known)
