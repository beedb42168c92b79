"""Lessons that can be found by their words, and by whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.models.courses import LESSON, Course, Lesson
from courses.models.learning import Enrolment
from courses.queries import course_sheet, lesson_sheet
from courses.queries.course_sheet import CourseSheet, LessonReading
from courses.texts import chat
from finding.topics import FindableTopic, Seeker
from foundation.dialects import table_of
from people.models import Manager, Retailer


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


def shut(session: Session, who: Seeker, references: Sequence[int], now: datetime, zone: ZoneInfo) -> Mapping[int, str]:
    """Why somebody may not read some of the lessons that they find: others come first, it is not released to them yet,
    or not of the version they have begun. Three statements; one more each for a version not used lately, and where
    courses are to be finished first."""
    learner = _openid(who)
    openid = None if learner is None else session.scalar(learner)
    if openid is None:
        return {}
    rows = session.execute(_STANDINGS, {"openid": openid, "lessons": list(references)}).all()
    sheets = course_sheet.of_rows(session, rows, openid, now=now)
    read = course_sheet.readings(session, [each.enrolment_id for each in sheets if each.enrolment_id is not None])
    why = {
        row.lesson_id: _why(sheet, row.lesson_id, read.get(sheet.enrolment_id, {}), now, zone)
        for row, sheet in zip(rows, sheets, strict=True)
    }
    return {lesson_id: sentence for lesson_id, sentence in why.items() if sentence}


def _openid(who: Seeker) -> Select[str | None] | None:
    """The follower for whom is sought; none for staff, who read all, and for strangers, who find nothing."""
    if who.retailer_id is not None:
        return select(Retailer.openid).where(Retailer.id == who.retailer_id)
    return select(Manager.openid).where(Manager.id == who.manager_id) if who.manager_id is not None else None


def _why(sheet: CourseSheet, lesson_id: int, read: Mapping[int, LessonReading], now: datetime, zone: ZoneInfo) -> str:
    number = sheet.number(lesson_id)
    if not number:
        return chat.OTHER_VERSION
    if sheet.lacks:
        return chat.requires(sheet.definition.title, sheet.lacks.values())
    for first in sheet.left_before(sheet.lesson(number), read):
        return chat.lesson_requires(number, first, sheet.lesson(first).title)
    return lesson_sheet.unreleased(sheet, number, now=now, zone=zone)


_lesson = table_of(Lesson)
_STANDINGS: Select[Any] = course_sheet.joined(
    select(*course_sheet.COLUMNS, _lesson.c.id.label("lesson_id")),
    _lesson.join(course_sheet.course, course_sheet.course.c.id == _lesson.c.course_id),
).where(_lesson.c.id.in_(bindparam("lessons", expanding=True)))
LESSONS = FindableTopic(LESSON, readable=lessons, places=places, shut=shut)
