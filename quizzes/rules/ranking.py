"""Ranking by what a shop got: 1, 2, 2, 4. Equal results share a rank; of those the quicker stands in front, and has the
higher rank only where the quiz says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

SECONDS = 10**7
"""More than the seconds of an attempt that lasts a season."""

PRECISION = 10**8
"""Parts of the maximum: papers of a million hundredths of a point are still told apart."""


class OwnRank(NamedTuple):
    """Rank of one shop in a whole quiz."""

    rank: int | None
    """None where it stands behind the last that is counted, or has not ended yet."""
    of: int
    """How many have ended, counted as far."""
    has_ended: bool


def place(total: int, maximum: int, seconds: int) -> int:
    """Return what shops are ordered by, the least in front: the share that was missed, then the time it took.

    >>> best, quick, slow = place(9000, 9000, 300), place(5000, 10_000, 60), place(4500, 9000, 61)
    >>> best < quick < slow, slow - quick
    (True, 1)
    """
    missed = (maximum - total) * PRECISION // maximum if maximum else PRECISION
    return missed * SECONDS + min(seconds, SECONDS - 1)


def level(place: int, *, by_speed: bool) -> int:
    """Return the first of the places that share a rank with this one."""
    return place if by_speed else place - place % SECONDS


def ranks(places: Sequence[int], *, ahead: int, higher: int, by_speed: bool) -> list[int]:
    """Return the ranks of shops in order; `ahead` is how many stand in front of the first one, `higher` how many of
    those have a better result.

    >>> marks = [place(each, 10_000, seconds) for each, seconds in ((10_000, 9), (9000, 5), (9000, 7), (8000, 1))]
    >>> ranks(marks, ahead=0, higher=0, by_speed=False), ranks(marks, ahead=0, higher=0, by_speed=True)
    ([1, 2, 2, 4], [1, 2, 3, 4])
    >>> ranks(marks[2:], ahead=2, higher=1, by_speed=False)
    [2, 4]
    """
    found: list[int] = []
    for number, each in enumerate(places):
        if number and level(each, by_speed=by_speed) == level(places[number - 1], by_speed=by_speed):
            found.append(found[-1])
        else:
            found.append(ahead + number + 1 if number else higher + 1)
    return found
