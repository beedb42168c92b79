"""What tests of learning ask of a house: a step, an answer, and what is kept of both."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from courses.actions import learning
from courses.actions.learning import AnswerMarked, StepGiven
from courses.models.courses import Lesson
from courses.models.learning import Enrolment, Reading
from courses.queries import lesson_sheet
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen

#: A hundred and twenty characters: ten seconds.
TEN_SECONDS = "看清喷码再收钱。" * 15


def course_of(*screens: Screen, **changes: Any) -> CourseDefinition:
    """A course of one lesson without an end question."""
    return CourseDefinition("一课", lessons=(LessonDefinition("l1", "看喷码", screens),), **changes)


def wait(school, seconds: float) -> None:
    school.house.clock.advance(timedelta(seconds=seconds))


def lesson_ids(school, course_id: int) -> dict[str, int]:
    with school.house.look() as session:
        rows = session.execute(select(Lesson.code, Lesson.id).where(Lesson.course_id == course_id))
        return {row.code: row.id for row in rows}


def ask(school, phone, lesson_id: int, step: int) -> StepGiven:
    """Ask for a step as a page does."""
    services = school.house.services
    now = services.clock()
    with services.transaction() as session:
        sheet = lesson_sheet.look(session, lesson_id, phone.openid, now=now)
        return learning.give(session, sheet, step, openid=phone.openid, heard_at=now, now=now, zone=services.zone)


def answer(school, phone, lesson_id: int, option: int, tries: int | None = None) -> AnswerMarked:
    """Answer the end question as a page does."""
    services = school.house.services
    now = services.clock()
    with services.transaction() as session:
        sheet = lesson_sheet.look(session, lesson_id, phone.openid, now=now)
        given = {"o": option}
        return learning.answer(session, sheet, given, openid=phone.openid, tries=tries, now=now, zone=services.zone)


def readings(school) -> list[Reading]:
    with school.house.look() as session:
        return list(session.scalars(select(Reading).order_by(Reading.enrolment_id, Reading.lesson_id)))


def begun(school) -> list[Enrolment]:
    with school.house.look() as session:
        started = select(Enrolment).where(Enrolment.started_at.is_not(None)).order_by(Enrolment.id)
        return list(session.scalars(started))
