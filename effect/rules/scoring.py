"""Scoring: shares of customer managers made comparable. Few events say little, so each share is drawn towards the
company's (shrunk), is shown with the number of events behind it and an interval, and has no place under ten.

    shrunk = (k + m·g) / (n + m)        g: the company's share; m: how many events the company's share weighs as much as
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from foundation.shares import wilson
from wechat_bot.measure import Fact

#: Fewer events than these give no place.
LEAST = 10
#: So many managers with enough events show how much managers differ; with fewer, `m` is what it is taken for.
LEAST_MANAGERS, TAKEN = 5, 10.0
#: Bounds of `m`. At the upper one managers differ no more than by chance: all stand close to the company's mean.
SMALLEST, LARGEST = 2.0, 1000.0
#: Shares that are shown alike (in tenths of a percent) have the same place.
SHOWN_DIGITS = 3

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class ManagerScore:
    """Score of a manager in one measure: the number of events, their share, the shrunk share, the ends of the interval
    (Wilson, 95 %), and the place, which those who tie share: from `place` until `until`. None where nothing was
    measured, and the place also where it was too little."""

    n: int | None = None
    share: float | None = None
    shrunk: float | None = None
    low: float | None = None
    high: float | None = None
    place: int | None = None
    until: int | None = None

    @property
    def is_enough(self) -> bool:
        """Whether there were enough events to say anything."""
        return self.n is not None and self.n >= LEAST


NOTHING = ManagerScore()


def scores(facts: Mapping[Key, Fact], company: Fact | None) -> dict[Key, ManagerScore]:
    """Return the scores of managers from their events and the company's, with places among all of them.

    >>> few = scores({"陈": Fact(148, 165), "林": Fact(45, 50), "董": Fact(1, 1)}, Fact(850, 1000))
    >>> [(each.n, round(each.shrunk, 4), each.place) for each in few.values()]
    [(165, 0.8943, 1), (50, 0.8917, 2), (1, 0.8636, None)]
    >>> round(few["林"].low, 4), round(few["林"].high, 4)
    (0.7864, 0.9565)
    >>> scores({"陈": Fact(0, 0)}, Fact(0, 0))["陈"]
    ManagerScore(n=0, share=None, shrunk=None, low=None, high=None, place=None, until=None)
    >>> scores({"陈": Fact(0, 0)}, None)["陈"] == NOTHING
    True
    """
    if company is None:
        return dict.fromkeys(facts, NOTHING)
    if not company.of:
        return dict.fromkeys(facts, ManagerScore(n=0))
    mean = company.n / company.of
    m = strength(facts.values(), mean)
    return placed({key: score(fact, mean, m) for key, fact in facts.items()})


def score(fact: Fact, mean: float, m: float) -> ManagerScore:
    """Return a score without its place.

    >>> score(Fact(0, 0), 0.85, 10).share is None
    True
    """
    k, n = fact.n, fact.of or 0
    interval = wilson(k, n) if 0 <= k <= n else None  # what came late for another month may leave less than nothing
    if interval is None:
        return ManagerScore(n=n)
    return ManagerScore(n, k / n, shrunk(k, n, mean, m), interval.low, interval.high)


def shrunk(k: float, n: float, mean: float, m: float) -> float:
    """Return a share drawn towards the company's mean, as if `m` events more had come out like the mean.

    >>> [round(shrunk(k, n, 0.85, 10), 4) for k, n in ((148, 165), (45, 50), (1, 1))]
    [0.8943, 0.8917, 0.8636]
    """
    return (k + m * mean) / (n + m)


def strength(facts: Iterable[Fact], mean: float) -> float:
    """Return `m` by the method of moments over the managers with enough events: what is left of the variance of their
    shares once chance is taken off (Kleinman 1973, weighted by the number of events).

    >>> strength([Fact(9, 10)] * 4, 0.9)
    10.0
    >>> strength([Fact(90, 100)] * 30, 0.9)
    1000.0
    >>> strength([Fact(0, 100), Fact(100, 100)] * 15, 0.5)
    2.0
    >>> round(strength([Fact(80, 100), Fact(90, 100), Fact(96, 100)] * 10, 0.887), 1)
    27.3
    """
    enough = [(each.n, each.of) for each in facts if (each.of or 0) >= LEAST and each.of is not None]
    if len(enough) < LEAST_MANAGERS:
        return TAKEN
    total = sum(n for _, n in enough)
    chance = mean * (1 - mean)
    if chance <= 0:
        return LARGEST
    squares = sum(n * (k / n - mean) ** 2 for k, n in enough)
    apart = len(enough) - 1
    scope = total - sum(n * n for _, n in enough) / total - apart
    between = (squares - chance * apart) / (chance * scope)
    if between <= 0:
        return LARGEST
    return min(LARGEST, max(SMALLEST, 1 / between - 1))


def placed(found: Mapping[Key, ManagerScore]) -> dict[Key, ManagerScore]:
    """Return scores with their places among these, the best first, 1-2-2-4: those shown alike share the places they
    take. Who has too few events has none.

    >>> shares = {"陈": 0.9, "林": 0.88, "苏": 0.88, "戴": 0.7}
    >>> given = {name: ManagerScore(20, shrunk=share) for name, share in shares.items()}
    >>> [(each.place, each.until) for each in placed(given | {"董": ManagerScore(9, shrunk=1.0)}).values()]
    [(1, 1), (2, 3), (2, 3), (4, 4), (None, None)]
    """
    taken: dict[float, list[Key]] = {}
    for key, each in found.items():
        if each.is_enough and each.shrunk is not None:
            taken.setdefault(round(each.shrunk, SHOWN_DIGITS), []).append(key)
    left = {key: replace(each, place=None, until=None) for key, each in found.items()}
    before = 0
    for share in sorted(taken, reverse=True):
        level = taken[share]
        for key in level:
            left[key] = replace(left[key], place=before + 1, until=before + len(level))
        before += len(level)
    return left


def level_with_first(found: Iterable[ManagerScore]) -> int:
    """Return how many, from the first place on, reach with their interval as far as the first one's share: of them
    nobody can say who is better.

    >>> first = ManagerScore(165, 0.9, 0.894, 0.84, 0.93, 1)
    >>> second = ManagerScore(50, 0.9, 0.892, 0.79, 0.96, 2)
    >>> third = ManagerScore(99, 0.7, 0.71, 0.6, 0.78, 3)
    >>> level_with_first([third, first, second]), level_with_first([])
    (2, 0)
    """
    order = sorted((each for each in found if each.place is not None), key=lambda each: each.place or 0)
    count = 0
    for each in order:
        if (each.high or 0) < (order[0].shrunk or 0):
            break
        count += 1
    return count
