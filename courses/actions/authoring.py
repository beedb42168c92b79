"""Authoring of a course by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, literal, select, update
from sqlalchemy.orm import Session

from console import authored
from courses.actions import media, shelving
from courses.models.courses import Course, CourseMediaUse, CourseVersion, Lesson
from courses.models.learning import Enrolment
from courses.queries import readiness
from courses.rules.definition import CourseDefinition, from_json, to_json, with_ids
from courses.rules.review import CALLED
from foundation.database import Moment, changed, upsert
from foundation.errors import Refused
from people import audiences
from people.models import Manager
from questions.authoring.spelling import Mistaken
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class CoursePublished:
    """Result of a publication: the version now learnt, and how many learners it newly enrolled."""

    number: int
    enrolled: int


def load(session: Session, definition: CourseDefinition, *, who: str, now: datetime) -> Course:
    """Save a definition as a new course's draft; nobody can learn it yet, and it may still have no lesson."""
    course = authored.begin(session, Course, definition.title, to_json(definition), who=who, now=now)
    media.hold(session, course.id, 0, definition.media, now=now)
    return course


def keep(
    session: Session, course_id: int, definition: CourseDefinition, *, stamp: int, who: str, now: datetime
) -> Course:
    """Save a draft, complete or not; `stamp` is that of the draft it is based on, which is kept for an undo.

    Raises Refused where the course does not exist, DraftOvertaken where another draft was saved meanwhile: nothing is
    overwritten unseen.
    """
    course = authored.keep(
        session,
        Course,
        course_id,
        to_json(definition),
        title=definition.title,
        stamp=stamp,
        who=who,
        unknown=unknown(course_id),
        now=now,
    )
    media.hold(session, course_id, 0, definition.media, now=now)
    return course


def take_back(session: Session, course_id: int, *, stamp: int, who: str, now: datetime) -> Course:
    """Put the draft back as it was before its last change. Raises as `keep` does, and Refused where nothing was
    changed."""
    before = authored.before(session, Course, course_id)
    return keep(session, course_id, from_json(before), stamp=stamp, who=who, now=now)


def discard(session: Session, course_id: int, *, stamp: int) -> None:
    """Delete a course that was never published. Raises Refused where it was or does not exist, DraftOvertaken where
    `stamp` is no longer that of the draft."""
    authored.check_discardable(locked(session, course_id), stamp=stamp, unit="微课")
    session.execute(delete(CourseMediaUse).where(CourseMediaUse.course_id == course_id))
    session.execute(delete(Course).where(Course.id == course_id))


def publish(
    session: Session, course_id: int, *, criteria: Criteria, stamp: int, who: str, now: datetime
) -> CoursePublished:
    """Freeze the draft into the version that is learnt from now on, each lesson with the id it keeps.

    The first publication enrols the audience; a later one does so again only where it was changed, and never removes
    anybody. Who has begun ends under their own version. Publishing an unchanged draft makes no version. Raises Refused:
    no such course, a draft that is unfinished or not the one looked at, an audience that is broken or empty.
    """
    course = locked(session, course_id)
    authored.check_looked_at(course, stamp=stamp)
    definition = from_json(course.draft)
    if faults := readiness.faults(definition, now=now):
        raise Mistaken(faults, CALLED)
    last = session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id).order_by(CourseVersion.number.desc()).limit(1)
    )
    before = from_json(last.definition) if last else None
    if before is not None and before.is_for_staff != definition.is_for_staff:
        raise Refused("发布过的课不能改学的人：请复制一份，再改成给客户经理或给店学。")
    content = with_ids(definition, _lessons(session, course_id, definition))
    version = authored.freeze(
        session, course, definition, last, partial(CourseVersion, course_id=course_id), to_json(content), now=now
    )
    course.is_for_staff = definition.is_for_staff
    media.hold(session, course_id, version.number, definition.media, now=now)
    shelving.put(session, course_id, content)
    enrolled = 0
    if before is None or before.audience != definition.audience:
        enrolled = enrol(session, course_id, definition, criteria, now)
        if before is None and definition.audience is not None:
            audiences.require_some(enrolled)
    return CoursePublished(version.number, enrolled)


def close(session: Session, course_id: int, *, now: datetime) -> None:
    """End a course now: nobody begins or goes on any more, nothing is released. Raises Refused where it is not
    running."""
    course = locked(session, course_id)
    authored.check_running(course, unit="微课", now=now)
    course.closes_at = now
    session.flush()
    shelving.remove(session, course_id)


def locked(session: Session, course_id: int) -> Course:
    """Lock and return a course. Raises Refused where there is none."""
    return authored.locked(session, Course, course_id, unknown=unknown(course_id))


def known(session: Session, course_id: int) -> Course:
    """Return a course. Raises Refused where there is none."""
    course = session.get(Course, course_id)
    if course is None:
        raise Refused(unknown(course_id))
    return course


def unknown(course_id: int) -> str:
    """Return the sentence for staff who named a course that does not exist."""
    return f"没有编号为 {course_id} 的微课。"


def enrol(
    session: Session, course_id: int, definition: CourseDefinition, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """Enrol the audience in one statement, or its learners for which further conditions hold; gives how many were
    new."""
    if definition.is_for_staff:
        learner = "staff_id"
        those = select(Manager.id).where(Manager.disabled_at.is_(None), *of_those).subquery()
    else:
        learner = "retailer_id"
        those = audiences.select_ids(session, definition.audience, criteria, now=now).where(*of_those).subquery()
    columns = {
        "course_id": literal(course_id),
        learner: those.c[0],
        "enrolled_at": literal(now, Moment()),
    }
    if definition.is_for_staff:
        columns["tell_at"] = literal(now, Moment())  # managers are told by the clock; shops are invited
    # SQLite accepts ON CONFLICT after a SELECT only with a WHERE between them.
    listed = select(*columns.values()).where(those.c[0].is_not(None))
    return changed(
        session,
        upsert(session, Enrolment).from_select(list(columns), listed, include_defaults=False).on_conflict_do_nothing(),
    )


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
