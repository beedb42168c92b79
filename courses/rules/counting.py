"""Counting of learning: what one enrolment adds to the counters of its course, and the median of counted seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from courses.models.figures import WHOLE_COURSE, Counted, LearnersBy

EXACT, STEP = 900, 30
"""Seconds of a lesson are counted one by one up to a quarter of an hour, then by half minutes: so the counters of a
lesson are about as many for a million learners as for a thousand."""


class CellKey(NamedTuple):
    """Key of a counter within a course."""

    by: str
    member_id: int
    lesson_id: int
    what: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class FiledState:
    """State of an enrolment, as far as it is counted."""

    #: Area, manager and class of the shop: at the finish, before that at its last step.
    area: int | None
    manager: int | None
    group: int | None
    is_started: bool
    is_finished: bool
    is_certified: bool
    seconds: int
    #: The lessons that may be read.
    released: Sequence[int]
    #: The lessons that were begun: their id, the screen given last, and the seconds where it is finished, else None.
    lessons: Sequence[Sequence[int | None]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def is_like(self, other: FiledState) -> bool:
        """Whether the learner did the same, wherever the shop is: one that moved is counted where it took its last
        step."""
        return replace(self, area=other.area, manager=other.manager, group=other.group) == other

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> FiledState:
        """Return the state that `to_json` wrote."""
        return cls(**data)


def cells(state: FiledState) -> Iterator[tuple[CellKey, int]]:
    """Yield what an enrolment adds to each counter.

    >>> state = FiledState(7, None, 2, True, False, False, 45, (11, 12), ((11, 0, 40), (12, 2, None)))
    >>> found = dict(cells(state))
    >>> found[CellKey("area", 7, 0, "seconds")], found[CellKey("class", 2, 0, "started")], len(found)
    (45, 1, 16)
    >>> [key[2:] for key in found if key.lesson_id]
    [(11, 'released', 0), (12, 'released', 0), (11, 'started', 0), (11, 'finished', 0), (11, 'took', 40), \
(12, 'started', 0), (12, 'stopped', 2)]
    """
    members = (
        (LearnersBy.WHOLE, 0),
        (LearnersBy.AREA, state.area),
        (LearnersBy.MANAGER, state.manager),
        (LearnersBy.CLASS, state.group),
    )
    amounts = {
        Counted.ENROLLED: 1,
        Counted.STARTED: int(state.is_started),
        Counted.FINISHED: int(state.is_finished),
        Counted.CERTIFIED: int(state.is_certified),
        Counted.SECONDS: state.seconds,
    }
    for by, member in members:
        for what, amount in amounts.items() if member is not None else ():
            if amount:
                yield CellKey(by.value, member or 0, WHOLE_COURSE, what.value), amount
    for released in state.released:
        yield _of_lesson(released, Counted.RELEASED), 1
    for lesson_id, at, seconds in state.lessons:
        assert lesson_id is not None and at is not None
        yield _of_lesson(lesson_id, Counted.STARTED), 1
        if seconds is None:
            yield _of_lesson(lesson_id, Counted.STOPPED, at), 1
        else:
            yield _of_lesson(lesson_id, Counted.FINISHED), 1
            yield _of_lesson(lesson_id, Counted.TOOK, bucket(seconds)), 1


def _of_lesson(lesson_id: int, what: Counted, value: int = 0) -> CellKey:
    return CellKey(LearnersBy.WHOLE.value, 0, lesson_id, what.value, value)


def bucket(seconds: int) -> int:
    """Return the seconds that are counted for these.

    >>> [bucket(each) for each in (0, 899, 900, 929, 930, 100_000)]
    [0, 899, 900, 900, 930, 99990]
    """
    return seconds if seconds < EXACT else seconds - seconds % STEP


def median(counts: Mapping[int, int]) -> float | None:
    """Return the median of values by how often each occurs; None of nothing.

    >>> median({10: 1, 20: 1, 40: 1}), median({10: 2, 30: 2}), median({7: 5}), median({})
    (20, 20, 7, None)
    >>> median({10: 1, 15: 1})
    12.5
    """
    number = sum(counts.values())
    if number <= 0:
        return None
    middle, passed, found = ((number - 1) // 2, number // 2), 0, []
    for value in sorted(counts):
        found += [value for place in middle if passed <= place < passed + counts[value]]
        passed += counts[value]
    mean = sum(found) / 2
    return int(mean) if mean == int(mean) else mean


def summed(states: Sequence[FiledState]) -> Counter[CellKey]:
    """Return what enrolments add to the counters together."""
    found: Counter[CellKey] = Counter()
    for state in states:
        for key, amount in cells(state):
            found[key] += amount
    return found
