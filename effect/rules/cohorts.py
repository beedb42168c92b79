"""Cohorts: shops bound in the same month, and how many of them still follow so many months later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from effect.rules import months


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who were bound in a month, and how many of them followed at the end of that month and of each after it."""

    month: int
    size: int
    following: tuple[int, ...]

    @property
    def shares(self) -> list[float]:
        """The shares that still followed."""
        return [each / self.size for each in self.following]


def cohorts(span: Sequence[int], sizes: Mapping[int, int], changes: Mapping[tuple[int, int], int]) -> list[Cohort]:
    """Return the cohorts of some months, the earliest first, from how many were bound in each and by how many more
    (or fewer) followed after each month.

    >>> cohorts([202610, 202611, 202612], {202610: 10, 202612: 4}, {(202610, 202610): -1, (202610, 202612): -2})
    [Cohort(month=202610, size=10, following=(9, 9, 7)), Cohort(month=202612, size=4, following=(4,))]
    """
    found = []
    for month in span:
        if not sizes.get(month):
            continue
        following, still = [], sizes[month]
        for after in span:
            if after >= month:
                still += changes.get((month, after), 0)
                following.append(still)
        found.append(Cohort(month, sizes[month], tuple(following)))
    return found


def ending_with(month: int, back: int) -> list[int]:
    """Return so many months up to one, the earliest first.

    >>> ending_with(202602, 3)
    [202512, 202601, 202602]
    """
    return [months.before(month, by) for by in reversed(range(back))]
