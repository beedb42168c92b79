"""Courses of a learner: what runs for them, and what they have finished, each with its lessons as they stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from courses.models.courses import Course
from courses.queries import course_sheet
from courses.queries.course_sheet import CourseSheet, LessonLine
from courses.texts import chat
from people import identity


@dataclass(frozen=True, slots=True)
class LearnerCourse:
    """Course of a learner, with its lessons in order."""

    sheet: CourseSheet
    lines: list[LessonLine]

    @property
    def waits(self) -> LessonLine | None:
        """The lesson to go on with; None where none may be read that is not finished."""
        return course_sheet.waiting(self.lines)

    @property
    def opens_next(self) -> LessonLine | None:
        """The next lesson that is not released yet, where it is known when it will be."""
        return next((each for each in self.lines if each.opens_at is not None), None)

    @property
    def is_finished(self) -> bool:
        return self.sheet.finished_at is not None

    def requires(self, course_id: int) -> bool:
        """Whether another course is to be finished before this one."""
        return course_id in self.sheet.definition.requires


def of_openid(session: Session, openid: str, *, now: datetime) -> list[LearnerCourse]:
    """Return the courses of the learner behind an openid: those begun last in front, then those to begin, then the
    finished ones, over or not. Two statements, and one where some are to be finished first. Where there are none,
    `none` says why."""
    sheets = course_sheet.of_rows(session, session.execute(_OF, {"openid": openid, "now": now}), openid, now=now)
    readings = course_sheet.readings(session, [each.enrolment_id for each in sheets if each.enrolment_id is not None])
    return [LearnerCourse(each, course_sheet.lines_of(each, readings.get(each.enrolment_id, {}))) for each in sheets]


def opened_by(session: Session, openid: str, course_id: int, *, now: datetime) -> list[LearnerCourse]:
    """Return the courses that a learner can begin since they finished this one."""
    found = of_openid(session, openid, now=now)
    return [each for each in found if each.waits and each.sheet.started_at is None and each.requires(course_id)]


def none(session: Session, openid: str) -> str:
    """Return the sentence for somebody who has no course: none runs for them, or they are nobody yet."""
    is_somebody = identity.shop_of(session, openid) is not None or identity.manager_of(session, openid) is not None
    return chat.NONE_OPEN if is_somebody else chat.BIND_FIRST


_course, _enrolment = course_sheet.course, course_sheet.enrolment
_now = bindparam("now", type_=Course.created_at.type)
_RUNS = and_(
    or_(_course.c.opens_at.is_(None), _course.c.opens_at <= _now),
    or_(_course.c.closes_at.is_(None), _course.c.closes_at > _now),
)
_OF: Select[Any] = (
    course_sheet.joined(select(*course_sheet.COLUMNS), _course)
    .where(
        or_(course_sheet.RETAILER_ID.is_not(None), course_sheet.STAFF_ID.is_not(None)),
        or_(
            _enrolment.c.finished_at.is_not(None),
            and_(_RUNS, or_(_course.c.is_for_everyone, _enrolment.c.id.is_not(None))),
        ),
    )
    .order_by(
        _enrolment.c.finished_at.is_not(None),
        _enrolment.c.last_at.is_(None),
        _enrolment.c.last_at.desc(),
        _enrolment.c.finished_at.desc(),
        _course.c.id.desc(),
    )
)
