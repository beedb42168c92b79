"""Links to courses and lessons, for staff who lead somebody to one: what can be led to, what it is called."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from console import authored
from console.authored import AuthoredState
from courses.models.courses import Course, Lesson
from courses.models.weak_spots import ABOUT
from courses.texts.daily import WORD
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


def shut_lesson(session: Session, reference: str, at: datetime) -> str:
    """Return why nobody can begin a lesson at a moment, for staff; empty where they can."""
    lesson_id = whole_number(reference)
    lesson = session.get(Lesson, lesson_id) if lesson_id is not None else None
    if lesson is None:
        return f"没有编号为 {reference} 的一课"
    if lesson.number is None:
        return f"《{lesson.title}》已经不在它的微课里"
    return shut(session, str(lesson.course_id), at)


def titles(session: Session, abouts: Sequence[About]) -> Mapping[About, Title]:
    """Return the titles of the messages of courses, of the daily question, and of lessons that are led to."""
    daily = {about: Title(WORD) for about in abouts if about.link == ABOUT}
    return {**daily, **_of_courses(session, _named(abouts, "course")), **_of_lessons(session, _named(abouts, "lesson"))}


def _of_courses(session: Session, named: Mapping[About, int]) -> dict[About, Title]:
    if not named:
        return {}
    found = select(Course.id, Course.title).where(Course.id.in_(set(named.values())))
    titles = {row.id: Title(f"微课《{row.title}》", f"/console/courses/{row.id}") for row in session.execute(found)}
    return {about: titles[course_id] for about, course_id in named.items() if course_id in titles}


def _of_lessons(session: Session, named: Mapping[About, int]) -> dict[About, Title]:
    if not named:
        return {}
    found = select(Lesson.id, Lesson.course_id, Lesson.title).where(Lesson.id.in_(set(named.values())))
    titles = {
        row.id: Title(f"一课《{row.title}》", f"/console/courses/{row.course_id}") for row in session.execute(found)
    }
    return {about: titles[lesson_id] for about, lesson_id in named.items() if lesson_id in titles}


def _named(abouts: Sequence[About], topic: str) -> dict[About, int]:
    """Return which of our things of a topic each message is about, by its id."""
    named = {}
    for about in abouts:
        of, _, reference = about.link.partition(":")
        number = whole_number(reference)
        if of == topic and number is not None:
            named[about] = number
    return named
