"""Pace of a course: when its next lesson is due.

Moments are nominal: the course's hour of a day. Where that lies in the quiet hours the lesson comes at their end
(`heard_at`), and the days that follow are still counted from the nominal day, so that no day is lost on the way.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from courses.rules.definition import CourseDefinition
from foundation.clock import day_in
from foundation.quiet import QuietHours


@dataclass(frozen=True, slots=True)
class Pace:
    """Pace of a course: a lesson every so many days at an hour, or without days where that is None; with `is_ordered`
    none before the one before it is finished."""

    every_days: int | None
    at: time
    is_ordered: bool = False

    @classmethod
    def of(cls, definition: CourseDefinition) -> "Pace":
        return cls(definition.every_days, definition.at, definition.is_ordered)

    def on(self, day: date, zone: ZoneInfo) -> datetime:
        """Return the course's hour on a day."""
        return datetime.combine(day, self.at, zone)

    def paced_at(self, day: date, zone: ZoneInfo) -> datetime | None:
        """Return when the lesson is due by its days that follows one which was released on this day.

        >>> china = ZoneInfo("Asia/Shanghai")
        >>> Pace(2, time(10)).paced_at(date(2026, 11, 30), china).isoformat()
        '2026-12-02T10:00:00+08:00'
        """
        return None if self.every_days is None else self.on(day + timedelta(days=self.every_days), zone)

    def at_or_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the first hour of the course that is not before a moment.

        >>> china, pace = ZoneInfo("Asia/Shanghai"), Pace(2, time(10), is_ordered=True)
        >>> pace.at_or_after(datetime(2026, 12, 4, 9, 59, tzinfo=china), china).isoformat()
        '2026-12-04T10:00:00+08:00'
        >>> pace.at_or_after(datetime(2026, 12, 4, 10, 0, 1, tzinfo=china), china).isoformat()
        '2026-12-05T10:00:00+08:00'
        """
        today = day_in(moment, zone)
        at = self.on(today, zone)
        return at if at >= moment else self.on(today + timedelta(days=1), zone)

    def after_finish(self, paced_at: datetime | None, finished_at: datetime, zone: ZoneInfo) -> datetime:
        """Return when the next lesson of an ordered course is due, whose last one was finished at a moment: `paced_at`
        is when it is due by its days. Without days it is due at once.

        >>> china, pace = ZoneInfo("Asia/Shanghai"), Pace(2, time(10), is_ordered=True)
        >>> wednesday, friday = datetime(2026, 12, 2, 10, tzinfo=china), datetime(2026, 12, 4, 15, tzinfo=china)
        >>> pace.after_finish(wednesday, friday, china).isoformat()
        '2026-12-05T10:00:00+08:00'
        >>> pace.after_finish(wednesday, datetime(2026, 12, 1, 9, tzinfo=china), china) == wednesday
        True
        """
        if paced_at is None:
            return finished_at
        return max(paced_at, self.at_or_after(finished_at, zone))


def heard_at(moment: datetime, quiet: QuietHours | None) -> datetime:
    """Return when a lesson comes that is due at a moment: then, or at the end of the quiet hours.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> night = QuietHours.read("21:00-08:00", china)
    >>> heard_at(datetime(2026, 12, 2, 22, tzinfo=china), night).isoformat()
    '2026-12-03T08:00:00+08:00'
    """
    return (quiet.over_at(moment) if quiet else None) or moment


def counted_day(due_at: datetime, released_at: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> date:
    """Return the day from which the next lesson's days are counted: the day a lesson was due, or, where it came later
    than that day's quiet hours explain (no worker ran), the day it came.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> night = QuietHours.read("21:00-08:00", china)
    >>> due = datetime(2026, 12, 2, 22, tzinfo=china)
    >>> counted_day(due, datetime(2026, 12, 3, 8, 0, 5, tzinfo=china), night, china)
    datetime.date(2026, 12, 2)
    >>> counted_day(due, datetime(2026, 12, 5, 9, tzinfo=china), night, china)
    datetime.date(2026, 12, 5)
    """
    came_on = day_in(released_at, zone)
    return day_in(due_at, zone) if day_in(heard_at(due_at, quiet), zone) == came_on else came_on
