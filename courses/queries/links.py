"""Links to courses and lessons, for staff who lead somebody to one: what can be led to, what it is called."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console import authored
from console.authored import AuthoredState
from courses.models.courses import Course, Lesson
from foundation.text import whole_number
from wechat_bot.feature import About, Destination, Title


def destinations(session: Session, now: datetime) -> list[Destination]:
    """Return the running courses for shops and their lessons, that a button can lead to."""
    found = authored.destinations(session, Course, "course:", "微课", now=now)
    runs = or_(Course.is_in(AuthoredState.OPEN, now), Course.is_in(AuthoredState.WAITING, now))
    rows = session.execute(
        select(Lesson.id, Lesson.title)
        .join(Course, Course.id == Lesson.course_id)
        .where(runs, Lesson.number.is_not(None), Course.is_for_staff.is_(False))
        .order_by(Course.id.desc(), Lesson.number)
        .limit(authored.MOST_OFFERED)
    )
    return [*found, *(Destination(f"lesson:{row.id}", f"一课《{row.title}》") for row in rows)]


def shut(session: Session, reference: str, at: datetime) -> str:
    """Return why nobody can take a course at a moment, for staff; empty where they can."""
    return authored.shut(session, Course, reference, "微课", at=at)


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """Return the titles of the messages of courses."""
    mine = {about: course_id for about in abouts if (course_id := _course(about.link)) is not None}
    if not mine:
        return {}
    rows = session.execute(select(Course.id, Course.title).where(Course.id.in_(set(mine.values()))))
    names = {row.id: row.title for row in rows}
    return {
        about: Title(f"微课《{names[course_id]}》", f"/console/courses/{course_id}")
        for about, course_id in mine.items()
        if course_id in names
    }


def _course(link: str) -> int | None:
    topic, _, rest = link.partition(":")
    return whole_number(rest) if topic == "course" else None
