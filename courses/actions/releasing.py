"""Release of lessons: the first with the beginning, the others by the clock; where lessons are ordered, after a finish.

Nothing else writes how many lessons are `released` and when the `next_at` comes. A lesson that is not released is
refused at every door by that number.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session

from campaigns.kinds import CampaignContext
from console.authored import AuthoredState
from courses.actions import telling
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.queries import versions
from courses.rules import releasing
from courses.rules import telling as rules
from courses.rules.definition import CourseDefinition
from courses.rules.releasing import Pace
from courses.rules.telling import ToldOf
from foundation.clock import day_in
from foundation.database import SYNCHRONISED, changed
from foundation.dialects import among, gathered
from foundation.quiet import QuietHours

#: Enrolments whose next lesson is released in one transaction.
BATCH = telling.BATCH


class DueVersion(NamedTuple):
    """Version of a running course of which a lesson is due for somebody."""

    id: int
    digest: str
    course_id: int


def begin(
    session: Session, enrolment_id: int, version_id: int, definition: CourseDefinition, *, zone: ZoneInfo, now: datetime
) -> bool:
    """Begin a course under a version: its first lesson is released, or all of them. Gives False where it was begun
    before, and changes nothing."""
    pace, released = Pace.of(definition), definition.open_at_first
    paced_at = pace.paced_at(day_in(now, zone), zone) if released < len(definition.lessons) else None
    begun = update(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.started_at.is_(None))
    values = {
        "version_id": version_id,
        "started_at": now,
        "released": released,
        "released_at": now,
        "paced_at": paced_at,
        "next_at": None if pace.is_ordered else paced_at,
        # Whoever begins has the first lesson in hand.
        "told": released,
        "tell_at": rules.reminded_at(pace, now, zone),
        "reminded": 0,
    }
    return changed(session, begun.values(values).execution_options(**SYNCHRONISED)) == 1


def finished(
    session: Session, enrolment_id: int, number: int, definition: CourseDefinition, *, zone: ZoneInfo, now: datetime
) -> int:
    """Note that a learner finished the lesson with this number, in the transaction that has counted it and so holds
    their enrolment: in an ordered course the next one is due from now on, and reminders begin anew or end. Gives how
    many lessons they have finished."""
    pace = Pace.of(definition)
    columns = (Enrolment.released, Enrolment.lessons, Enrolment.paced_at, Enrolment.stopped_at)
    released, lessons, paced_at, stopped_at = session.execute(
        select(*columns).where(Enrolment.id == enrolment_id)
    ).one()
    values: dict[str, object] = {"reminded": 0}
    if pace.is_ordered and number == released and released < len(definition.lessons):
        due = pace.after_finish(paced_at, now, zone)
        if due <= now:
            # Whoever finishes a lesson is led to the next.
            released += 1
            values |= {"released": released, "told": released, "released_at": now}
        else:
            values |= {"next_at": due}
    goes_on = lessons < released and stopped_at is None
    values["tell_at"] = rules.reminded_at(pace, now, zone) if goes_on else None
    mine = update(Enrolment).where(Enrolment.id == enrolment_id)
    session.execute(mine.values(values).execution_options(**SYNCHRONISED))
    telling.withdraw(session, enrolment_id, now=now)
    return int(lessons)


def due_versions(session: Session, *, now: datetime) -> Sequence[DueVersion]:
    """Return the versions of running courses of which a lesson is due for somebody."""
    is_due = exists().where(Enrolment.version_id == CourseVersion.id, Enrolment.next_at <= now)
    found = (
        select(CourseVersion.id, CourseVersion.digest, CourseVersion.course_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.is_in(AuthoredState.OPEN, now), is_due)
        .order_by(CourseVersion.id)
    )
    return [DueVersion(*row) for row in session.execute(found)]


def release_some(session: Session, version: DueVersion, context: CampaignContext, *, quiet: QuietHours | None) -> int:
    """Release the next lesson to the next enrolments of a version for which it is due, and write to their learners in
    the same transaction, so that their rows are written once; gives to how many it was released."""
    telling.take_turns(session)
    now, zone = context.now, context.zone
    course = session.get_one(Course, version.course_id)
    definition = versions.definition(session, version.id, version.digest)
    pace, count = Pace.of(definition), len(definition.lessons)
    told: dict[int, list[int]] = defaultdict(list)
    held: list[int] = []
    done = 0
    for alike in _due(session, version, course, context):
        said, then = rules.decide_released(alike.is_reachable, alike.has_heard_today, pace, now=now, zone=zone)
        day = releasing.counted_day(alike.next_at, now, quiet, zone)
        # Of the last lesson nothing follows.
        paced_at = pace.paced_at(day, zone) if alike.released + 1 < count else None
        values = {
            "released": alike.released + 1,
            "released_at": now,
            "is_filed": False,
            "paced_at": paced_at,
            "next_at": None if pace.is_ordered else paced_at,
            **telling.noted(said, then, alike.released + 1, now),
        }
        session.execute(update(Enrolment).where(among(session, Enrolment.id, alike.ids)).values(values))
        done += len(alike.ids)
        if said is ToldOf.LESSON:
            told[alike.released + 1] += alike.ids
            held += alike.ids if alike.has_held else ()
    telling.tell_of_lesson(session, course, definition, told, held, context)
    return done


def _due(session: Session, version: DueVersion, course: Course, context: CampaignContext) -> Sequence[Any]:
    """Lock the next enrolments of a version for which a lesson is due, and return them by what decides about them: one
    row where all began on one day, and more after an outage."""
    columns = ("id", "retailer_id", "staff_id", "next_at", "released", "stopped_at")
    due = (
        select(*(getattr(Enrolment, name) for name in columns))
        .where(Enrolment.version_id == version.id, Enrolment.next_at <= context.now)
        .order_by(Enrolment.next_at, Enrolment.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    of_due = (due.c.id, due.c.next_at, due.c.released, due.c.stopped_at)
    each = telling.with_learner(course, due.c, context, *of_due).subquery()
    is_reachable = and_(each.c.is_reachable, each.c.stopped_at.is_(None)).label("is_reachable")
    by = (each.c.next_at, each.c.released, is_reachable, each.c.has_heard_today, each.c.has_held)
    return session.execute(select(*by, gathered(session, each.c.id).label("ids")).group_by(*by)).all()
