"""Spread of totals: the columns of a distribution, and whose totals are the lower, middle and upper third."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from questions.keyed.marking import is_passed
from quizzes.rules.definition import FULL_SHARE

Totals = Mapping[tuple[int, int], int]
"""How many attempts got each total: (maximum, total) to a count."""

STEP = FULL_SHARE // 10
THIRDS = 3


def by_total(totals: Totals) -> Counter[int]:
    """Return how many got each total, whatever the maximum.

    >>> by_total({(1000, 500): 2, (900, 500): 1})
    Counter({500: 3})
    """
    sums: Counter[int] = Counter()
    for (_, total), count in totals.items():
        sums[total] += count
    return sums


def maximum(totals: Totals) -> int | None:
    """Return what the whole paper is worth; None where attempts had different maxima, or there are none."""
    maxima = {of for of, _ in totals}
    return maxima.pop() if len(maxima) == 1 else None


class TotalsBin(NamedTuple):
    """Column of a distribution: how many got a share of the maximum from `low` to under `high`, both in hundredths of a
    per cent; the last takes the whole maximum too."""

    low: int
    high: int
    number: int
    is_passed: bool


def mean_share(totals: Totals) -> float | None:
    """Return the mean total as a share of its maximum; None without any.

    >>> mean_share({(1000, 1000): 1, (500, 250): 3}), mean_share({})
    (0.625, None)
    """
    got = [(total / maximum, count) for (maximum, total), count in totals.items() if maximum]
    number = sum(count for _, count in got)
    return sum(each * count for each, count in got) / number if number else None


def bins(totals: Totals, pass_mark: int) -> list[TotalsBin]:
    """Return the distribution by tenths of the maximum. The pass mark is always a border, so that each column has
    either passed or failed.

    >>> [each[:3] for each in bins({(1000, 1000): 2, (1000, 640): 1, (1000, 650): 4}, 6500) if each.number]
    [(6000, 6500, 1), (6500, 7000, 4), (9000, 10000, 2)]
    """
    borders = sorted({*range(0, FULL_SHARE + 1, STEP), min(pass_mark, FULL_SHARE)})
    counts = [0] * (len(borders) - 1)
    for (maximum, total), count in totals.items():
        # Cross-multiplied, as the pass mark is: no share is rounded over a border.
        place = sum(total * FULL_SHARE >= border * maximum for border in borders[1:-1]) if maximum else 0
        counts[place] += count
    return [
        TotalsBin(low, high, count, low >= pass_mark)
        for low, high, count in zip(borders, borders[1:], counts, strict=False)
    ]


def passed(totals: Totals, pass_mark: int) -> int:
    """Return how many of these totals pass.

    >>> passed({(1000, 600): 2, (1000, 599): 1, (0, 0): 4}, 6000)
    2
    """
    return sum(count for (maximum, total), count in totals.items() if is_passed(total, maximum, pass_mark))


def thirds(counts: Mapping[int, int]) -> dict[int, int]:
    """Return the third of each total, 0 for the lower, 2 for the upper. Equal totals are never parted: each goes where
    the middle of those who got it stands.

    >>> thirds({100: 2, 200: 2, 300: 2}), thirds({100: 1, 200: 7, 300: 1}), thirds({500: 3})
    ({100: 0, 200: 1, 300: 2}, {100: 0, 200: 1, 300: 2}, {500: 1})
    """
    n, below, found = sum(counts.values()), 0, {}
    for total, count in sorted(counts.items()):
        found[total] = THIRDS * (2 * below + count) // (2 * n)
        below += count
    return found
