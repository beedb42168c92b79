"""Means of customer managers made comparable, as `scoring` does shares: of events that come out by degrees, such as
sheets with a score. Drawn towards the company's mean, with an interval, and without a place under ten.

    shrunk = (n·x + m·g) / (n + m)      g: the company's mean; m: the variance within managers, over that between them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

from effect.rules.scoring import (
    LARGEST,
    LEAST,
    LEAST_MANAGERS,
    NOTHING,
    SMALLEST,
    TAKEN,
    ManagerScore,
    placed,
    shrunk,
)
from foundation.shares import CONFIDENCE, z_of
from wechat_bot.measure import Fact

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Degrees:
    """Sums of events that come out between 0 and 1: how many, their sum, and that of their squares."""

    n: int
    total: float
    squares: float

    @property
    def apart(self) -> float:
        """The sum of the squares of their distances from their mean.

        >>> Degrees(2, 1.0, 1.0).apart
        0.5
        """
        return max(0.0, self.squares - self.total**2 / self.n)


def of_facts(sums: Fact, squares: Fact) -> Degrees:
    """Return the sums of a measure and of the one of its squares, whose whole is the number of events.

    >>> of_facts(Fact(15_000, 20_000), Fact(125_000_000, 2))
    Degrees(n=2, total=1.5, squares=1.25)
    """
    n = squares.of or 0
    best = (sums.of or 0) / n if n else 0.0
    # What came late for another month may leave less than nothing.
    return Degrees(n, sums.n / best, squares.n / best**2) if best > 0 else Degrees(0, 0.0, 0.0)


def scores(events: Mapping[Key, Degrees], company: Degrees | None) -> dict[Key, ManagerScore]:
    """Return the scores of managers from their events and the company's, with places among all of them.

    >>> found = scores({"陈": Degrees(20, 16.0, 13.2), "董": Degrees(1, 1.0, 1.0)}, Degrees(50, 35.0, 27.0))
    >>> [(each.n, round(each.shrunk, 4), each.place) for each in found.values()]
    [(20, 0.7667, 1), (1, 0.7273, None)]
    >>> round(found["陈"].low, 4), round(found["陈"].high, 4), found["董"].low
    (0.7364, 0.8636, None)
    >>> nobody = {"陈": Degrees(0, 0.0, 0.0)}
    >>> scores(nobody, nobody["陈"])["陈"].n, scores(nobody, None)["陈"] == NOTHING
    (0, True)
    """
    if company is None:
        return dict.fromkeys(events, NOTHING)
    if company.n <= 0:
        return dict.fromkeys(events, ManagerScore(n=0))
    mean = company.total / company.n
    m = strength(events.values(), mean)
    return placed({key: score(each, mean, m) for key, each in events.items()})


def score(events: Degrees, mean: float, m: float) -> ManagerScore:
    """Return a score without its place. The interval is x ± z·s/√n, cut at 0 and 1; one event has none, and events that
    are all alike have one of no width, however few they are.

    >>> score(Degrees(10, 10.0, 10.0), 0.85, 10).low
    1.0
    """
    n, x = events.n, events.total / events.n if events.n > 0 else -1.0
    if not 0 <= x <= 1:
        return ManagerScore(n=n)
    if n < 2:
        return ManagerScore(n, x, shrunk(events.total, n, mean, m))
    reach = z_of(CONFIDENCE) * sqrt(events.apart / (n - 1) / n)
    return ManagerScore(n, x, shrunk(events.total, n, mean, m), max(0.0, x - reach), min(1.0, x + reach))


def strength(events: Iterable[Degrees], mean: float) -> float:
    """Return `m` by the method of moments over the managers with enough events, as `scoring.strength` does, with the
    variance within managers in place of that of a share (one-way analysis of variance, Searle 1971).

    >>> strength([Degrees(10, 8.0, 6.6)] * 4, 0.8)
    10.0
    >>> strength([Degrees(100, 80.0, 66.0)] * 30, 0.8)
    1000.0
    >>> strength([Degrees(100, 20.0, 5.0), Degrees(100, 80.0, 65.0)] * 15, 0.5)
    2.0
    >>> round(strength([Degrees(50, 35.0, 27.0), Degrees(50, 40.0, 34.5)] * 10, 0.75), 1)
    31.7
    """
    enough = [each for each in events if each.n >= LEAST]
    if len(enough) < LEAST_MANAGERS:
        return TAKEN
    total = sum(each.n for each in enough)
    within = sum(each.apart for each in enough) / (total - len(enough))
    apart = len(enough) - 1
    squares = sum(each.n * (each.total / each.n - mean) ** 2 for each in enough)
    between = (squares - within * apart) / (total - sum(each.n**2 for each in enough) / total)
    return LARGEST if between <= 0 else min(LARGEST, max(SMALLEST, within / between))
