"""Counting attempt: which of a shop's attempts counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quizzes.rules.definition import CountRule


class Ended(NamedTuple):
    """Attempt that has ended; total and maximum in hundredths of a point."""

    id: int
    number: int
    total: int
    maximum: int
    seconds: int


def counted(attempts: Sequence[Ended], counts: CountRule) -> Ended:
    """Return the attempt that counts. The best is the one with the greatest share of its maximum, of equal ones the
    quicker, then the earlier.

    >>> first, second = Ended(7, 1, 8000, 10_000, 300), Ended(9, 2, 6000, 10_000, 200)
    >>> [counted((first, second), rule).number for rule in (CountRule.BEST, CountRule.FIRST, CountRule.LAST)]
    [1, 1, 2]
    >>> counted((Ended(1, 1, 95, 100, 9), Ended(2, 2, 90, 90, 9)), CountRule.BEST).number
    2
    """
    match counts:
        case CountRule.FIRST:
            return min(attempts, key=lambda each: each.number)
        case CountRule.LAST:
            return max(attempts, key=lambda each: each.number)
        case CountRule.BEST:
            best = attempts[0]
            for each in attempts[1:]:
                if _is_better(each, best):
                    best = each
            return best


def _is_better(one: Ended, other: Ended) -> bool:
    # Cross-multiplied, so that no share is rounded.
    mine, theirs = one.total * max(other.maximum, 1), other.total * max(one.maximum, 1)
    return (-mine, one.seconds, one.number) < (-theirs, other.seconds, other.number)
