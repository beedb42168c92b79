"""Shares of counts: how sure one is (intervals). Nothing is rounded here; None where undefined."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Confidence interval of a figure."""

    low: float
    high: float


def wilson(count: int, n: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the two-sided Wilson score interval of a share, 0 to 1, without continuity correction; None for n = 0.

    E. B. Wilson (1927); the same figures as R's prop.test(count, n, correct = FALSE). At count = 0 and count = n the
    end is exactly 0 and 1.

    Raises ValueError when count is not between 0 and n.

    >>> [round(end, 7) for end in wilson(3, 10)]
    [0.1077913, 0.6032219]
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n}")
    if n == 0:
        return None
    z = z_of(confidence)
    share, spread = count / n, z * z / n
    middle = share + spread / 2
    reach = z * sqrt(share * (1 - share) / n + spread / (4 * n))
    low = 0.0 if count == 0 else max(0.0, (middle - reach) / (1 + spread))
    high = 1.0 if count == n else min(1.0, (middle + reach) / (1 + spread))
    # Rounding must not push the share itself out of its interval.
    return Interval(min(low, share), max(high, share))


def z_of(confidence: float) -> float:
    """Return how many standard errors a two-sided interval of the normal distribution reaches."""
    return NormalDist().inv_cdf((1 + confidence) / 2)
