"""Lessons that can be found by their words, and by whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.models.courses import LESSON, Course, Lesson
from courses.models.learning import Enrolment
from finding.topics import FindableTopic, Seeker


def lessons(session: Session, who: Seeker, now: datetime) -> Select[int]:
    """The ids of the lessons that somebody finds: those of the running courses they learn or may begin. Whether a
    lesson is released already, its own door says.

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


LESSONS = FindableTopic(LESSON, readable=lessons, places=places)
