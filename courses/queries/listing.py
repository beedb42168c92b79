"""Lists of courses: all of them for staff, with their figures from the counters."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from console import authored_lists
from console.authored import AuthoredState
from courses.models.courses import Course
from courses.models.figures import WHOLE_COURSE, Counted, CourseCell, LearnersBy
from foundation.paging import FIRST, Cursor, Page


@dataclass(frozen=True, slots=True)
class CourseLine:
    """Course in a list."""

    id: int
    title: str
    state: AuthoredState
    opens_at: datetime | None
    closes_at: datetime | None
    #: Whether customer managers learn it; else shops do.
    is_for_staff: bool
    #: Learners who were enrolled, who finished, and who hold a certificate that was not revoked.
    enrolled: int
    finished: int
    certificates: int


def page(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    state: AuthoredState | None = None,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[CourseLine]:
    """Return a page of courses with this text in their title, the newest first."""
    read = partial(_line, now=now)
    return authored_lists.page(
        session, Course, _LINES, read, now=now, search=search, state=state, cursor=cursor, limit=limit
    )


def _counted(what: Counted) -> Any:
    """A counter of the whole course: one row, by its key."""
    return func.coalesce(
        select(CourseCell.count)
        .where(
            CourseCell.course_id == Course.id,
            CourseCell.by == LearnersBy.WHOLE.value,
            CourseCell.member_id == 0,
            CourseCell.lesson_id == WHOLE_COURSE,
            CourseCell.what == what.value,
            CourseCell.value == 0,
        )
        .correlate(Course)
        .scalar_subquery(),
        0,
    )


_LINES: Select[Any] = select(Course, *map(_counted, (Counted.ENROLLED, Counted.FINISHED, Counted.CERTIFIED)))


def _line(course: Course, enrolled: int, finished: int, certificates: int, *, now: datetime) -> CourseLine:
    return CourseLine(
        id=course.id,
        title=course.title,
        state=course.state(now),
        opens_at=course.opens_at,
        closes_at=course.closes_at,
        is_for_staff=course.is_for_staff,
        enrolled=enrolled,
        finished=finished,
        certificates=certificates,
    )
