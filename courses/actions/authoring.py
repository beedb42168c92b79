"""Authoring of a course by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from console import drafting
from console.drafting import Published
from courses.actions import media, shelving
from courses.models.courses import Course, CourseMediaUse, Lesson
from courses.models.learning import Enrolment
from courses.queries import readiness, requirements
from courses.queries.versions import WORKS
from courses.rules.definition import CourseDefinition, from_json, to_json, with_ids
from courses.rules.review import CALLED
from foundation.database import one_at_a_time, upsert
from foundation.errors import Refused
from people import audiences, enlisting
from people.models import Manager
from questions.authoring.spelling import Mistaken
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]
#: Key of an advisory lock (any number).
_REQUIRING = 0x5EED_0015


def load(session: Session, definition: CourseDefinition, *, who: str, now: datetime) -> Course:
    """Save a definition as a new course's draft; nobody can learn it yet, and it may still have no lesson."""
    course = drafting.begin(session, WORKS, definition, who=who, now=now)
    media.hold(session, course.id, 0, definition.media, now=now)
    return course


def keep(
    session: Session, course_id: int, definition: CourseDefinition, *, stamp: int, who: str, now: datetime
) -> Course:
    """Save a draft, complete or not; `stamp` is that of the draft it is based on. Raises as `drafting.keep` does."""
    course = drafting.keep(session, WORKS, course_id, definition, stamp=stamp, who=who, now=now)
    media.hold(session, course_id, 0, definition.media, now=now)
    return course


def take_back(session: Session, course_id: int, *, stamp: int, who: str, now: datetime) -> Course:
    """Put the draft back as it was before its last change. Raises as `keep` does, and Refused where nothing was
    changed."""
    before = drafting.before(session, WORKS, course_id)
    return keep(session, course_id, before, stamp=stamp, who=who, now=now)


def discard(session: Session, course_id: int, *, stamp: int) -> None:
    """Delete a course that was never published. Raises as `drafting.discard` does."""
    held = delete(CourseMediaUse).where(CourseMediaUse.course_id == course_id)
    drafting.discard(session, WORKS, course_id, stamp=stamp, let_go=lambda: session.execute(held))


def publish(session: Session, course_id: int, *, criteria: Criteria, stamp: int, who: str, now: datetime) -> Published:
    """Freeze the draft into the version that is learnt from now on, each lesson with the id it keeps.

    The first publication enrols the audience; a later one does so again only where it was changed, and never removes
    anybody. Who has begun ends under their own version. Publishing an unchanged draft makes no version. Raises Refused:
    no such course, a draft that is unfinished or not the one looked at, an audience that is broken or empty.
    """
    course = drafting.locked(session, WORKS, course_id)
    drafting.check_looked_at(course, stamp=stamp)
    definition = from_json(course.draft)
    if definition.requires:
        # Of two that require each other, the later one sees the first.
        one_at_a_time(session, _REQUIRING)
    if faults := readiness.faults(definition, now=now) + requirements.faults(session, course_id, definition, now=now):
        raise Mistaken(faults, CALLED)
    last, before = drafting.newest(session, WORKS, course_id)
    if before is not None and before.is_for_staff != definition.is_for_staff:
        raise Refused("发布过的课不能改学的人：请复制一份，再改成给客户经理或给店学。")
    content = with_ids(definition, _lessons(session, course_id, definition))
    version = drafting.freeze(session, WORKS, course, definition, last, to_json(content), now=now)
    course.is_for_staff = definition.is_for_staff
    media.hold(session, course_id, version.number, definition.media, now=now)
    shelving.put(session, course_id, content)
    enrolled = enlisting.at_publication(
        before, definition, lambda: enrol(session, course_id, definition, criteria, now)
    )
    return Published(version.number, enrolled)


def close(session: Session, course_id: int, *, now: datetime) -> None:
    """End a course now: nobody begins or goes on any more, nothing is released. Raises Refused where it is not
    running."""
    drafting.close(session, WORKS, course_id, now=now)
    shelving.remove(session, course_id)


def enrol(
    session: Session, course_id: int, definition: CourseDefinition, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """Enrol the audience in one statement, or its learners for which further conditions hold; gives how many were
    new."""
    values = {"course_id": course_id, "enrolled_at": now}
    if definition.is_for_staff:  # they are told by the clock; shops are invited
        managers = select(Manager.id).where(Manager.disabled_at.is_(None), *of_those)
        return enlisting.enlist(session, Enrolment, managers, "staff_id", values | {"tell_at": now})
    those = audiences.select_ids(session, definition.audience, criteria, now=now).where(*of_those)
    return enlisting.enlist(session, Enrolment, those, "retailer_id", values)


def _lessons(session: Session, course_id: int, definition: CourseDefinition) -> dict[str, int]:
    """Store the lessons of a version; gives their ids by their codes. Those it no longer has lose their place."""
    session.execute(update(Lesson).where(Lesson.course_id == course_id).values(number=None))
    rows = [
        {"course_id": course_id, "code": each.code, "number": number, "title": each.title}
        for number, each in enumerate(definition.lessons, start=1)
    ]
    if rows:
        put = upsert(session, Lesson)
        newer = {"number": put.excluded.number, "title": put.excluded.title}
        session.execute(put.on_conflict_do_update(index_elements=["course_id", "code"], set_=newer), rows)
    known = session.execute(select(Lesson.code, Lesson.id).where(Lesson.course_id == course_id))
    return {row.code: row.id for row in known}
