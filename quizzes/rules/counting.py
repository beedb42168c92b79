"""Counting of attempts: which of a shop's ended attempts is its result in a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from quizzes.rules.definition import CountRule


class EndedAttempt(Protocol):
    """Attempt that has ended; total and maximum in hundredths of a point."""

    @property
    def number(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def maximum(self) -> int: ...
    @property
    def seconds(self) -> int: ...


T = TypeVar("T", bound=EndedAttempt)


def counted(attempts: Sequence[T], counts: CountRule) -> T:
    """Return the attempt that counts. The best is the one with the greatest share of its maximum, of equal ones the
    quicker, then the earlier.

    >>> from collections import namedtuple
    >>> Ended = namedtuple("Ended", "number total maximum seconds")
    >>> first, second = Ended(1, 8000, 10_000, 300), Ended(2, 6000, 10_000, 200)
    >>> [counted((first, second), rule).number for rule in (CountRule.BEST, CountRule.FIRST, CountRule.LAST)]
    [1, 1, 2]
    >>> counted((Ended(1, 95, 100, 9), Ended(2, 90, 90, 9)), CountRule.BEST).number
    2
    """
    match counts:
        case CountRule.FIRST:
            return min(attempts, key=lambda each: each.number)
        case CountRule.LAST:
            return max(attempts, key=lambda each: each.number)
        case CountRule.BEST:
            # A fraction, so that no share is rounded.
            return min(attempts, key=lambda each: (-Fraction(each.total, each.maximum or 1), each.seconds, each.number))
