"""Carrying: what came too late for a closed month is counted in the open one, each change once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from effect.models.months import FactBy
from wechat_bot.measure import Fact, FactCell


class FactKey(NamedTuple):
    """Key of a fact within a month and measure: the group of shops."""

    by: str
    member_id: int


Facts = Mapping[FactKey, Fact]
WHOLE = FactKey(FactBy.WHOLE, 0)


def grouped(cells: Iterable[FactCell], nothing: Fact) -> dict[FactKey, Fact]:
    """Return the facts of the company, of each area, class and manager, from the counts of their cells. The company has
    one always (`nothing`): by it a month knows what was counted.

    >>> grouped([FactCell(1, 2, 3, Fact(4, 5)), FactCell(1, 2, 0, Fact(1, 1))], Fact(0, 0))[FactKey("area", 1)]
    Fact(n=5, of=6)
    >>> grouped([], Fact(0, 0))
    {FactKey(by=<FactBy.WHOLE: 'whole'>, member_id=0): Fact(n=0, of=0)}
    """
    found = {WHOLE: nothing}
    for cell in cells:
        for key in (
            WHOLE,
            FactKey(FactBy.AREA, cell.area_id),
            FactKey(FactBy.CLASS, cell.class_id),
            FactKey(FactBy.MANAGER, cell.manager_id),
        ):
            found[key] = plus(found[key], cell.fact) if key in found else cell.fact
    return found


def plus(one: Fact, other: Fact) -> Fact:
    """Return two facts added up; where neither is a share, it is none.

    >>> plus(Fact(1, 2), Fact(3)), plus(Fact(1), Fact(3))
    (Fact(n=4, of=2), Fact(n=4, of=None))
    """
    return Fact(one.n + other.n, None if one.of is None and other.of is None else (one.of or 0) + (other.of or 0))


def minus(one: Fact, other: Fact) -> Fact:
    """Return one fact less another.

    >>> minus(Fact(3, 4), Fact(1, 1))
    Fact(n=2, of=3)
    """
    return plus(one, Fact(-other.n, None if other.of is None else -other.of))


def late(now: Facts, seen: Facts, *, is_of_state: bool = False) -> dict[FactKey, Fact]:
    """Return by how much a closed month's rows differ from what was seen of them; with `is_of_state` what they are a
    share of stays as it was.

    >>> whole = FactKey("whole", 0)
    >>> late({whole: Fact(5, 9)}, {whole: Fact(4, 9)})
    {FactKey(by='whole', member_id=0): Fact(n=1, of=0)}
    >>> late({}, {whole: Fact(1)}), late({whole: Fact(2)}, {whole: Fact(2)})
    ({FactKey(by='whole', member_id=0): Fact(n=-1, of=None)}, {})
    >>> late({whole: Fact(5, 9)}, {whole: Fact(4, 8)}, is_of_state=True)
    {FactKey(by='whole', member_id=0): Fact(n=1, of=0)}
    """
    found = {}
    for key in {**seen, **now}:
        differs = minus(now.get(key, Fact(0)), seen.get(key, Fact(0)))
        if is_of_state:
            differs = Fact(differs.n, 0)
        if differs.n or differs.of:
            found[key] = differs
    return found


def added(facts: Facts, more: Facts) -> dict[FactKey, Fact]:
    """Return facts with others added to them."""
    found = dict(facts)
    for key, fact in more.items():
        found[key] = plus(found[key], fact) if key in found else fact
    return found
