"""Money saved: a shop that finished a course in a year need not come to the gathering of that year, however many
lessons and courses it finishes; and that gathering needs no venues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Saving(NamedTuple):
    """Saved gatherings of a course in a month."""

    course_id: int
    month: int
    shops: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What a gathering costs, from a month on: of each shop, of each venue, and how many venues a year."""

    from_on: date
    shop_yuan: int
    venue_yuan: int
    venues: int


#: What the company reckoned with before anybody set anything.
FIRST = Rate(date.min, 30, 300, 11)


def month_of(day: date) -> int:
    """Return a month as a number.

    >>> month_of(date(2026, 11, 30))
    202611
    """
    return day.year * 100 + day.month


def rate_in(rates: Sequence[Rate], month: int) -> Rate:
    """Return the rate in force in a month."""
    begun = [each for each in rates if month_of(each.from_on) <= month]
    return max(begun, key=lambda each: each.from_on, default=FIRST)


class SavedSum(NamedTuple):
    """What was saved in a month by a course: by its shops, and for how many venues."""

    saving: Saving
    shop_yuan: int
    venues: int
    venue_yuan: int


def sums(savings: Sequence[Saving], rates: Sequence[Rate] = ()) -> list[SavedSum]:
    """Return what was saved in each month by each course, in order. The venues of a year are counted once, for the
    course by which the first gathering of the year was saved.

    >>> [each[1:] for each in sums([Saving(5, 202611, 1000), Saving(6, 202612, 200)])]
    [(30000, 11, 3300), (6000, 0, 0)]
    """
    found: list[SavedSum] = []
    years: set[int] = set()
    for each in sorted((each for each in savings if each.shops), key=lambda each: (each.month, each.course_id)):
        rate = rate_in(rates, each.month)
        venues = 0 if each.month // 100 in years else rate.venues
        years.add(each.month // 100)
        found.append(SavedSum(each, each.shops * rate.shop_yuan, venues, venues * rate.venue_yuan))
    return found


def saved(savings: Sequence[Saving], rates: Sequence[Rate] = ()) -> Mapping[int, int]:
    """Return the yuan that each course saved.

    >>> saved([Saving(5, 202611, 1000)])
    {5: 33300}
    >>> saved([Saving(5, 202611, 1000), Saving(6, 202612, 200), Saving(6, 202701, 1)])
    {5: 33300, 6: 9330}
    >>> saved([Saving(5, 202611, 10), Saving(5, 202612, 10)], [Rate(date(2026, 12, 1), 40, 500, 2)])
    {5: 4000}
    """
    found: dict[int, int] = {}
    for each in sums(savings, rates):
        course_id = each.saving.course_id
        found[course_id] = found.get(course_id, 0) + each.shop_yuan + each.venue_yuan
    return found
