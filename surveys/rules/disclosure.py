"""What an anonymous survey may show: no figure that stands for fewer people than `LEAST`."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 5


def disclosed(counts: Sequence[int], *, least: int = LEAST) -> list[int | None]:
    """The counts with those hidden that say too much; None stands for a hidden one.

    A count under `least` is hidden, an empty one too: that nobody chose it says something of everybody. One hidden
    count alone could be worked out from the others and their sum, so the smallest shown one goes with it.

    >>> disclosed([40, 22, 9])
    [40, 22, 9]
    >>> disclosed([40, 22, 3])
    [40, None, None]
    >>> disclosed([40, 2, 0])
    [40, None, None]
    """
    shown: list[int | None] = [count if count >= least else None for count in counts]
    left = [count for count in shown if count is not None]
    if shown.count(None) == 1 and left:
        shown[shown.index(min(left))] = None
    return shown
