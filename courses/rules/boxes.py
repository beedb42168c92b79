"""Leitner boxes of weak spots: when each question comes again, and which few a shop works on at a time.

A question waits in its queue, or stands in a box. A right answer moves it to the next box, a wrong one back to the
first; after the last box it is learnt. At most `MOST_OPEN` stand below box `FIRM` at a time: more at once is forgotten
faster than it is learnt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: How many days after an answer the question of each box comes again.
DAYS = (1, 3, 7, 21, 60)
FIRM = 3
MOST_OPEN = 5
#: Wrong answers in a row, after which a customer manager is shown the question.
STUBBORN = 3
#: The hours that a shop may choose.
HOURS = range(8, 21)


@dataclass(frozen=True, slots=True)
class Spot:
    """Weak spot of a shop: a question it answered wrong."""

    topic: str
    reference: str
    box: int
    due_on: date
    is_queued: bool
    #: Wrong answers altogether, and in a row.
    times: int
    in_row: int
    wrong_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether it is one of the few that are worked on."""
        return not self.is_queued and self.box < FIRM


def fresh(topic: str, reference: str, *, at: datetime, on: date) -> Spot:
    """Return the spot of a first wrong answer: it queues."""
    return Spot(topic, reference, 0, _after(on, 0), is_queued=True, times=1, in_row=1, wrong_at=at)


def wrong(spot: Spot, *, at: datetime, on: date) -> Spot:
    """Return a spot after one more wrong answer: back in the first box, and asked the next day."""
    return replace(spot, box=0, due_on=_after(on, 0), times=spot.times + 1, in_row=spot.in_row + 1, wrong_at=at)


def right(spot: Spot, *, on: date) -> Spot | None:
    """Return a spot after a right answer: in the next box; None after the last one.

    >>> spot, day, asked = fresh("quiz", "7", at=datetime(2026, 12, 1), on=date(2026, 12, 1)), 1, []
    >>> while spot is not None:
    ...     asked.append((spot.due_on - date(2026, 12, 1)).days)
    ...     spot = right(spot, on=spot.due_on)
    >>> asked
    [1, 4, 11, 32, 92]
    """
    box = spot.box + 1
    return None if box == len(DAYS) else replace(spot, box=box, due_on=_after(on, box), in_row=0)


def skipped(spot: Spot, *, on: date) -> Spot:
    """Return a spot whose question was put off: it comes the next day, in the box it was in."""
    return replace(spot, due_on=on + timedelta(days=1))


def righted(spot: Spot, *, now: datetime, on: date) -> Spot:
    """Return a spot without what a clock wrote that was ahead: it was wrong by now, and waits no longer than its box
    says.

    >>> day, ahead = date(2026, 12, 1), date(2027, 6, 1)
    >>> righted(fresh("quiz", "7", at=datetime(2027, 6, 1), on=ahead), now=datetime(2026, 12, 1), on=day).due_on
    datetime.date(2026, 12, 2)
    """
    return replace(spot, wrong_at=min(spot.wrong_at, now), due_on=min(spot.due_on, _after(on, spot.box)))


def settled(spots: Iterable[Spot], *, on: date) -> list[Spot]:
    """Return the spots of a shop with no more than `MOST_OPEN` of them open, and fewer only where none queues.

    What is too much goes back into the queue: of those answered right last, that which comes last. The weakest leaves
    the queue first.

    >>> made = [fresh("quiz", str(n), at=datetime(2026, 12, 1), on=date(2026, 12, 1)) for n in range(7)]
    >>> [spot.is_queued for spot in settled(made, on=date(2026, 12, 1))]
    [False, False, False, False, False, True, True]
    """
    spots = list(spots)
    opened = sorted(
        (spot for spot in spots if spot.is_open), key=lambda spot: (not spot.in_row, spot.due_on, *_weakness(spot))
    )
    queued = sorted((spot for spot in spots if spot.is_queued), key=_weakness)
    changed = {spot: replace(spot, is_queued=True) for spot in opened[MOST_OPEN:]}
    for spot in queued[: max(0, MOST_OPEN - len(opened))]:
        changed[spot] = replace(spot, is_queued=False, due_on=max(spot.due_on, on))
    return [changed.get(spot, spot) for spot in spots]


def due(spots: Iterable[Spot], *, on: date) -> list[Spot]:
    """Return the spots that are due on a day, in the order they are asked: in front what was wrong when it was asked
    last, unless it was so too often; then what has waited longest."""
    found = (spot for spot in spots if not spot.is_queued and spot.due_on <= on)
    return sorted(found, key=lambda spot: (not _is_urgent(spot), spot.due_on, *_weakness(spot)))


def next_at(
    spots: Sequence[Spot], *, hour: int, last_on: date | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return when a shop is asked next, at its hour: one question a day, and `last_on` it had one. None where nothing
    waits.

    >>> one = settled([fresh("quiz", "7", at=datetime(2026, 12, 1), on=date(2026, 12, 1))], on=date(2026, 12, 1))
    >>> here = ZoneInfo("Asia/Shanghai")
    >>> late = datetime(2026, 12, 2, 15, tzinfo=here)
    >>> [next_at(one, hour=10, last_on=last, now=late, zone=here).day for last in (None, date(2026, 12, 3))]
    [3, 4]
    """
    days = [spot.due_on for spot in spots if not spot.is_queued]
    if not days:
        return None
    day = max(min(days), last_on + timedelta(days=1)) if last_on else min(days)
    at = datetime.combine(day, time(hour), zone)
    if at >= now:
        return at
    today = datetime.combine(now.astimezone(zone).date(), time(hour), zone)
    return today if today >= now else today + timedelta(days=1)


def _after(day: date, box: int) -> date:
    return day + timedelta(days=DAYS[box])


def _is_urgent(spot: Spot) -> bool:
    return spot.times > 1 and 0 < spot.in_row < STUBBORN


def _weakness(spot: Spot) -> tuple[int, int, datetime, str, str]:
    """Return what orders spots by how weak they are: the weakest in front."""
    return -spot.in_row, -spot.times, spot.wrong_at, spot.topic, spot.reference.rjust(40)
