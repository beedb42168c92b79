"""What a learner is told, and when: of a new lesson, of a new course, or a reminder; at most one message a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from courses.rules.releasing import Pace
from foundation.clock import day_in

#: Days without a step after which a learner is reminded, and the most reminders until they go on.
REMINDED_AFTER, MOST_REMINDERS = timedelta(days=3), 2


class ToldOf(StrEnum):
    """What a learner is told."""

    NOTHING = "nothing"
    LESSON = "lesson"
    #: A course that they have not begun.
    COURSE = "course"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Learner:
    """Learner as far as it matters for what they are told."""

    #: Whether a message can be sent to them, they were sent one of a course today, and had enough campaigns this week.
    is_reachable: bool
    has_heard_today: bool
    has_had_enough: bool
    #: Whether another course is to be finished before this one can be begun.
    is_barred: bool
    enrolled_at: datetime
    started_at: datetime | None
    released: int
    released_at: datetime | None
    #: Lessons finished.
    lessons: int
    #: The last screen that was given.
    last_at: datetime | None
    told: int
    told_at: datetime | None
    reminded: int


def decide(learner: Learner, pace: Pace, *, now: datetime, zone: ZoneInfo) -> tuple[ToldOf, datetime | None]:
    """Return what a learner is told now, and when they are looked at again; None for not until something happens."""
    if not learner.is_reachable:
        return ToldOf.NOTHING, None
    tomorrow, later = _tomorrow(pace, now, zone), reminded_at(pace, now, zone)
    if learner.is_barred:
        return ToldOf.NOTHING, tomorrow
    new = _new(learner)
    if new is not ToldOf.NOTHING:
        return (ToldOf.NOTHING, tomorrow) if learner.has_heard_today else (new, later)
    has_all = learner.started_at is not None and learner.lessons >= learner.released
    if has_all or learner.reminded >= MOST_REMINDERS:
        return ToldOf.NOTHING, None
    since = max(each for each in (learner.enrolled_at, learner.started_at, learner.last_at, learner.told_at) if each)
    due = reminded_at(pace, since, zone)
    if due > now:
        return ToldOf.NOTHING, due
    if learner.has_heard_today or learner.has_had_enough:
        return ToldOf.NOTHING, tomorrow
    return ToldOf.REMINDER, later if learner.reminded + 1 < MOST_REMINDERS else None


def decide_released(
    is_reachable: bool, has_heard_today: bool, pace: Pace, *, now: datetime, zone: ZoneInfo
) -> tuple[ToldOf, datetime | None]:
    """Return the same for a learner who is released a lesson at this moment: it is new to them, whatever they have
    done so far.

    >>> from datetime import time
    >>> noon, china = datetime(2026, 12, 2, 12, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai")
    >>> for has_heard_today in (False, True):
    ...     said, then = decide_released(True, has_heard_today, Pace(2, time(10)), now=noon, zone=china)
    ...     print(said, then)
    lesson 2026-12-05 10:00:00+08:00
    nothing 2026-12-03 10:00:00+08:00
    """
    if not is_reachable:
        return ToldOf.NOTHING, None
    if has_heard_today:
        return ToldOf.NOTHING, _tomorrow(pace, now, zone)
    return ToldOf.LESSON, reminded_at(pace, now, zone)


def _new(learner: Learner) -> ToldOf:
    """Return what they were not told of yet: a course that was laid out for them, or a lesson released since the last
    screen they were given (whoever reads on sees it anyway)."""
    if learner.started_at is None:
        return ToldOf.COURSE if learner.told_at is None else ToldOf.NOTHING
    has_seen = learner.last_at and learner.released_at and learner.last_at >= learner.released_at
    return ToldOf.LESSON if learner.released > learner.told and not has_seen else ToldOf.NOTHING


def reminded_at(pace: Pace, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when a learner who takes a step now is reminded if they take no other."""
    return pace.on(day_in(now, zone) + REMINDED_AFTER, zone)


def _tomorrow(pace: Pace, now: datetime, zone: ZoneInfo) -> datetime:
    return pace.on(day_in(now, zone) + timedelta(days=1), zone)
