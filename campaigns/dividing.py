"""Division of a campaign into mass messages: how many followers go into each, and of which areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Followers of one mass message (wechat-platform.md §6).
MOST, LEAST = 10_000, 2
#: Calls of the day that are left for what must be sent again.
SPARE_CALLS = 5


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Part as planned: its size, and the areas its shops are taken from; None for all."""

    size: int
    areas: tuple[int, ...] | None


def sizes(shops: int) -> list[int]:
    """Return the sizes of the parts of so many shops: as few as possible, none too large, none of one shop.

    >>> sizes(10_001), sizes(20_000), sizes(9), sizes(0)
    ([9999, 2], [10000, 10000], [9], [])
    """
    full, rest = divmod(shops, MOST)
    found = [MOST] * full + [rest] * bool(rest)
    if full and rest == 1:
        found[-2:] = [MOST - 1, LEAST]
    return found


def parts(shops: Mapping[int, int], calls: int) -> list[PlannedPart]:
    """Divide shops, counted by area, into mass messages, with so many calls left today: one or more for each area where
    that takes no more calls than there are, for WeChat then tells what was sent by area; else of all areas.

    >>> parts({1: 3, 2: 4}, 100)
    [PlannedPart(size=3, areas=(1,)), PlannedPart(size=4, areas=(2,))]
    >>> parts({1: 3, 2: 1, 3: 4}, 100)
    [PlannedPart(size=4, areas=(1, 2)), PlannedPart(size=4, areas=(3,))]
    >>> parts({1: 3, 2: 4}, 6)
    [PlannedPart(size=7, areas=None)]
    """
    by_area = [
        PlannedPart(size, areas) for areas in _neighbours(shops) for size in sizes(sum(shops[each] for each in areas))
    ]
    if len(by_area) <= calls - SPARE_CALLS:
        return by_area
    return [PlannedPart(size, None) for size in sizes(sum(shops.values()))]


def _neighbours(shops: Mapping[int, int]) -> Sequence[tuple[int, ...]]:
    """Return the areas that are sent to together: one with a single shop joins its neighbour.

    >>> _neighbours({1: 1, 2: 5, 3: 1}), _neighbours({7: 1})
    ([(1, 2, 3)], [(7,)])
    """
    found: list[tuple[int, ...]] = []
    for area in sorted(area for area, count in shops.items() if count > 0):
        if found and (shops[area] == 1 or sum(shops[each] for each in found[-1]) == 1):
            found[-1] = (*found[-1], area)
        else:
            found.append((area,))
    return found
