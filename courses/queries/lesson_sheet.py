"""Lesson sheet: one learner and one lesson, with what was handed out of it, read in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from courses.models.courses import Lesson
from courses.queries import course_sheet
from courses.queries.course_sheet import CourseSheet, LessonReading
from courses.rules import screens
from courses.rules.definition import LessonDefinition, Screen
from courses.rules.progress import LessonPlace
from courses.texts import chat
from foundation.dialects import table_of
from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class LessonSheet:
    """Lesson as one learner stands in it. Its steps are its screens, from 1, and its end: the question, or the finish
    where it has none."""

    course: CourseSheet
    #: Its place in the course, from 1.
    number: int
    lesson: LessonDefinition
    #: None before its first screen.
    reading: LessonReading | None
    #: Numbers of earlier lessons to finish before it can be begun.
    lacks: tuple[int, ...] = ()

    @property
    def place(self) -> LessonPlace:
        """How far the learner is, as the rules of progress take it."""
        at, shown_at = (self.reading.at, self.reading.shown_at) if self.reading else (0, None)
        return LessonPlace(at, shown_at, screens.least(self.lesson))

    @property
    def at(self) -> int:
        """The furthest step that was handed out; 0 before the first."""
        return self.reading.at if self.reading else 0

    @property
    def end(self) -> int:
        """The number of the step behind the last screen."""
        return len(self.lesson.screens) + 1

    @property
    def tries(self) -> int:
        """How many answers its end question got."""
        return self.reading.tries if self.reading else 0

    @property
    def is_finished(self) -> bool:
        return self.reading is not None and self.reading.finished_at is not None

    @property
    def is_asked(self) -> bool:
        """Whether its end question waits for an answer."""
        return self.lesson.question is not None and self.at == self.end and not self.is_finished

    def screen(self, step: int) -> Screen:
        """The screen of a step that is not the end."""
        return self.lesson.screens[step - 1]


def look(session: Session, lesson_id: int, openid: str, *, now: datetime) -> LessonSheet:
    """Return the sheet of the learner behind an openid, in one statement; one more for a version not used lately, and
    for a lesson that requires others.

    Raises Refused where there is no such lesson, it is not for whom this openid stands, or the version they began has
    it not.
    """
    row = session.execute(_LOOK, {"lesson_id": lesson_id, "openid": openid}).first()
    if row is None:
        raise Refused(chat.UNKNOWN_LESSON)
    (course,) = course_sheet.of_rows(session, [row], openid, now=now)
    number = course.number(lesson_id)
    if not number:
        # Who has not begun is shown the newest version: that has no lesson which they could have.
        raise Refused(chat.OTHER_VERSION if course.started_at is not None else chat.UNKNOWN_LESSON)
    reading = course_sheet.reading_of(row) if row.at is not None else None
    lesson, lacks = course.lesson(number), tuple[int, ...]()
    if lesson.requires and reading is None:
        enrolments = [course.enrolment_id] if course.enrolment_id is not None else []
        found = course_sheet.readings(session, enrolments).get(course.enrolment_id, {})
        lacks = course.left_before(lesson, found)
    return LessonSheet(course, number, lesson, reading, lacks)


def obstacle(sheet: LessonSheet, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the sentence that says why a lesson cannot be read now: its course is closed or not for this learner, or
    it is not released; empty where it can. Every door asks, whatever address or number led to it."""
    course = sheet.course
    sentence = course_sheet.obstacle(course, now=now, zone=zone)
    if not sentence and sheet.lacks:
        first = sheet.lacks[0]
        return chat.lesson_requires(sheet.number, first, course.lesson(first).title)
    return sentence or unreleased(course, sheet.number, now=now, zone=zone)


def unreleased(course: CourseSheet, number: int, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the sentence that says when a lesson is released, or what comes before it; empty where it is."""
    if number <= course.released:
        return ""
    if course.next_at is not None:
        opens = chat.opens_at(course.released + 1, course.next_at, now=now, zone=zone)
        return opens if number == course.released + 1 else f"{chat.not_yet(number)}{opens}"
    return chat.not_released(number, max(1, course.released))


_lesson, _reading = table_of(Lesson), course_sheet.reading
_LOOK: Select[Any] = (
    course_sheet.joined(
        select(*course_sheet.COLUMNS, *course_sheet.READING),
        _lesson.join(course_sheet.course, course_sheet.course.c.id == _lesson.c.course_id),
    )
    .outerjoin(
        _reading,
        (_reading.c.enrolment_id == course_sheet.enrolment.c.id) & (_reading.c.lesson_id == _lesson.c.id),
    )
    .where(_lesson.c.id == bindparam("lesson_id"))
)
