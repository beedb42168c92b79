"""Lists of courses: all of them for staff."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.models.courses import Course
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page


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
    statement = select(Course)
    if search:
        statement = statement.where(Course.title.contains(search, autoescape=True))
    if state is not None:
        statement = statement.where(Course.is_in(state, now))
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=partial(_line, now=now))


_NEWEST: Order[CourseLine] = Order((Course.id,), lambda line: (line.id,), is_down=True)


def _line(course: Course, *, now: datetime) -> CourseLine:
    return CourseLine(
        id=course.id,
        title=course.title,
        state=course.state(now),
        opens_at=course.opens_at,
        closes_at=course.closes_at,
        is_for_staff=course.is_for_staff,
    )
