"""Weak spots of lessons: end questions that shops answered wrong, given to their boxes, and read from the newest
version."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from courses.models.courses import LESSON, Course, CourseVersion, Lesson
from courses.models.learning import Enrolment, Reading
from courses.queries import versions
from foundation.dialects import table_of
from questions.weak_spots import AskedAgain, NewlyWrong, ShopQuestion, WeakSpotSource

_reading, _enrolment = table_of(Reading), table_of(Enrolment)


def take(session: Session, most: int, now: datetime) -> Sequence[NewlyWrong]:
    """Return the next wrong answers to end questions that were not given yet, and note that they were."""
    rows = session.execute(
        select(_reading.c.enrolment_id, _reading.c.lesson_id, _reading.c.wrong_at, _enrolment.c.retailer_id)
        .join(_enrolment, _enrolment.c.id == _reading.c.enrolment_id)
        # Written as in the partial index.
        .where(text("course_reading.wrong_at is not null"))
        .limit(most)
        .with_for_update(of=_reading, skip_locked=True)
    ).all()
    if rows:
        given = [{"enrolment": row.enrolment_id, "lesson": row.lesson_id} for row in rows]
        session.connection().execute(_GIVEN, given)
    return [
        NewlyWrong(row.retailer_id, str(row.lesson_id), row.wrong_at) for row in rows if row.retailer_id is not None
    ]


def items(session: Session, wanted: Collection[ShopQuestion], now: datetime) -> dict[ShopQuestion, AskedAgain]:
    """Return end questions as the newest versions of their courses ask them; one that was taken out is left out."""
    rows = session.execute(
        select(Lesson.id, CourseVersion.id.label("version_id"), CourseVersion.digest)
        .join(Course, Course.id == Lesson.course_id)
        .join(CourseVersion, CourseVersion.id == Course.version_id)
        .where(Lesson.id.in_({int(reference) for _, reference in wanted}), Lesson.number.is_not(None))
    )
    found = {}
    for row in rows:
        of = versions.definition(session, row.version_id, row.digest)
        item = next((each.question for each in of.lessons if each.id == row.id), None)
        if item is not None:
            link = f"{LESSON}:{row.id}"
            found[str(row.id)] = AskedAgain(replace(item, lesson=item.lesson or link), f"/m/lessons/{row.id}")
    return {which: found[which[1]] for which in wanted if which[1] in found}


_GIVEN = (
    update(_reading)
    .where(_reading.c.enrolment_id == bindparam("enrolment"), _reading.c.lesson_id == bindparam("lesson"))
    .values(wrong_at=None)
)
OF_LESSONS = WeakSpotSource(LESSON, take=take, items=items)
