"""Lessons that can be found by their words, and by whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.models.courses import LESSON, Course, CourseVersion, Lesson
from courses.models.learning import Enrolment
from courses.queries import course_sheet, versions
from courses.texts import chat
from finding.topics import FindableTopic, Seeker


def lessons(session: Session, who: Seeker, now: datetime) -> Select[int]:
    """The ids of the lessons that somebody finds: those of the running courses they learn or may begin. Whether a
    lesson is released already, `shut` says, and its own door.

    A shop never finds what is for customer managers, and who is neither finds none.
    """
    running = select(Lesson.id).join(Course, Course.id == Lesson.course_id)
    running = running.where(Lesson.number.is_not(None), Course.is_in(AuthoredState.OPEN, now))
    if who.is_staff:
        return running
    enrolled = exists().where(Enrolment.course_id == Course.id)
    if who.retailer_id is not None:
        is_theirs = or_(Course.is_for_everyone, enrolled.where(Enrolment.retailer_id == who.retailer_id))
        return running.where(and_(Course.is_for_staff.is_(False), is_theirs))
    if who.manager_id is not None:
        is_theirs = or_(Course.is_for_everyone, enrolled.where(Enrolment.staff_id == who.manager_id))
        return running.where(and_(Course.is_for_staff, is_theirs))
    return running.where(false())


def places(session: Session, references: Sequence[int]) -> Mapping[int, str]:
    """The courses that lessons belong to, with their places in them."""
    which = (
        select(Lesson.id, Lesson.number, Course.title)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.id.in_(references))
    )
    return {row.id: f"微课《{row.title}》第 {row.number} 课" for row in session.execute(which)}


def shut(session: Session, who: Seeker, references: Sequence[int]) -> Mapping[int, str]:
    """Why somebody may not read some of the lessons that they find: not released to them yet, or not of the version
    they have begun. One statement, and one for a version not used lately."""
    if not who.is_bound or who.is_staff:
        return {}
    learner = (
        Enrolment.staff_id == who.manager_id if who.retailer_id is None else Enrolment.retailer_id == who.retailer_id
    )
    standing = (Enrolment.started_at, Enrolment.released, Enrolment.next_at)
    which = (
        select(Lesson.id, *standing, CourseVersion.id.label("version_id"), CourseVersion.digest)
        .join(Course, Course.id == Lesson.course_id)
        .outerjoin(Enrolment, and_(Enrolment.course_id == Course.id, learner))
        .join(CourseVersion, CourseVersion.id == func.coalesce(Enrolment.version_id, Course.version_id))
        .where(Lesson.id.in_(references))
    )
    found = {}
    for row in session.execute(which):
        definition = versions.definition(session, row.version_id, row.digest)
        number = next((n for n, each in enumerate(definition.lessons, 1) if each.id == row.id), 0)
        released = course_sheet.released(row, definition)
        if not number:
            found[row.id] = chat.OTHER_VERSION
        elif number > released:
            later = row.next_at is not None
            found[row.id] = chat.told_then(number) if later else chat.not_released(number, max(1, released))
    return found


LESSONS = FindableTopic(LESSON, readable=lessons, places=places, shut=shut)
