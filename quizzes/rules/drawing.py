"""Drawing of a paper: which questions an attempt gets, and the order of questions and options. Decided once, at its
beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from questions.keyed.item_reader import is_last
from questions.keyed.items import Difficulty, KeyedItem
from questions.question import Option
from quizzes.rules.definition import Stratum


class PoolQuestion(NamedTuple):
    """Question of the bank that may be drawn."""

    version_id: int
    digest: str
    question_id: int
    tags: frozenset[str]
    difficulty: Difficulty
    points: int


def shortage(strata: Sequence[Stratum], pool: Sequence[PoolQuestion]) -> list[tuple[Stratum, int]]:
    """Return the strata that cannot be filled, each with how many questions it lacks where the others take theirs."""
    taken = _assigned(strata, pool, Random(0))
    return [(one, one.count - len(taken[n])) for n, one in enumerate(strata) if len(taken[n]) < one.count]


def draw(strata: Sequence[Stratum], pool: Sequence[PoolQuestion], dice: Random) -> list[PoolQuestion]:
    """Return a paper drawn from the pool: each stratum's share, no question twice, in the order of the strata, each
    with the points of its stratum where that names any.

    Raises ValueError where a stratum cannot be filled: `shortage` tells before.
    """
    taken = _assigned(strata, pool, dice)
    if any(len(taken[n]) < one.count for n, one in enumerate(strata)):
        raise ValueError("the bank lacks questions")
    return [
        each if one.points is None else each._replace(points=one.points)
        for n, one in enumerate(strata)
        for each in taken[n]
    ]


def matching(stratum: Stratum, pool: Sequence[PoolQuestion]) -> int:
    """Return how many questions of the pool a stratum may take, were it alone."""
    return sum(_fits(stratum, each) for each in pool)


def _assigned(
    strata: Sequence[Stratum], pool: Sequence[PoolQuestion], dice: Random
) -> Mapping[int, list[PoolQuestion]]:
    """Give each stratum its questions, at random, so that as many places as possible are filled.

    A question may fit several strata (it has several tags, or a stratum takes any difficulty): a place that finds none
    left takes one from another stratum, which then looks for another (the augmenting paths of bipartite matching).
    """
    shuffled = sorted(pool, key=lambda each: each.question_id)
    dice.shuffle(shuffled)
    fitting = [[each for each in shuffled if _fits(one, each)] for one in strata]
    owner: dict[int, int] = {}

    def place(stratum: int, tried: set[int]) -> bool:
        for each in fitting[stratum]:
            if each.question_id in tried:
                continue
            tried.add(each.question_id)
            held_by = owner.get(each.question_id)
            if held_by is None or (held_by != stratum and place(held_by, tried)):
                owner[each.question_id] = stratum
                return True
        return False

    for n, one in enumerate(strata):
        for _ in range(one.count):
            if not place(n, set()):
                break
    taken: dict[int, list[PoolQuestion]] = {n: [] for n in range(len(strata))}
    for each in shuffled:
        if each.question_id in owner:
            taken[owner[each.question_id]].append(each)
    return taken


def _fits(stratum: Stratum, candidate: PoolQuestion) -> bool:
    return stratum.tag in candidate.tags and stratum.difficulty in (None, candidate.difficulty)


def option_order(item: KeyedItem, dice: Random) -> list[int]:
    """Return the codes of the options in another order; what speaks of all others (以上都对) stays last.

    The order of 对 and 错, and of an item that may not be shuffled, stays: then there are no codes.
    """
    options = item.question.options
    if not item.shuffles or not item.kind.is_shuffled:
        return []
    free = [option.code for option in options if not is_last(option.label)]
    dice.shuffle(free)
    return free + [option.code for option in options if is_last(option.label)]


def ordered(options: Sequence[Option], codes: Sequence[int]) -> tuple[Option, ...]:
    """Return the options in the order of an attempt; no codes leave the author's order.

    >>> [option.label for option in ordered((Option(1, "甲"), Option(2, "乙")), (2, 1))]
    ['乙', '甲']
    """
    if not codes:
        return tuple(options)
    by_code = {option.code: option for option in options}
    return tuple(by_code[code] for code in codes)
