"""Release of lessons: the first with the beginning, the others by the clock; where lessons are ordered, after a finish.

Nothing else writes how many lessons are `released` and when the `next_at` comes. A lesson that is not released is
refused at every door by that number.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, exists, literal, null, select, update
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
from foundation.clock import day_in
from foundation.database import SYNCHRONISED, Moment, changed
from foundation.dialects import among
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


def release_and_tell(
    session: Session, version: DueVersion, context: CampaignContext, *, quiet: QuietHours | None
) -> int:
    """Release the next lesson to the next enrolments, and tell their learners in the same transaction: the rows are
    written once. Gives for how many."""
    count = release_some(session, version, quiet=quiet, zone=context.zone, now=context.now)
    if count:
        telling.tell_some(session, version.course_id, context)
    return count


def release_some(
    session: Session, version: DueVersion, *, quiet: QuietHours | None, zone: ZoneInfo, now: datetime
) -> int:
    """Release the next lesson to the next enrolments of a version for which it is due; gives for how many."""
    due = (
        select(Enrolment.id, Enrolment.next_at)
        .where(Enrolment.version_id == version.id, Enrolment.next_at <= now)
        .order_by(Enrolment.next_at, Enrolment.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(due).all()
    definition = versions.definition(session, version.id, version.digest)
    pace, count = Pace.of(definition), len(definition.lessons)
    days: dict[datetime | None, list[int]] = {}
    for row in rows:  # after an outage there are several days among them
        day = releasing.counted_day(row.next_at, now, quiet, zone)
        days.setdefault(pace.paced_at(day, zone), []).append(row.id)
    for paced_at, ids in days.items():
        # Of the last lesson nothing follows.
        follows = case((Enrolment.released + 1 < count, literal(paced_at, Moment())), else_=null())
        values = {
            "released": Enrolment.released + 1,
            "released_at": now,
            "is_filed": False,
            "paced_at": follows,
            "next_at": null() if pace.is_ordered else follows,
            "tell_at": case((Enrolment.stopped_at.is_(None), literal(now, Moment())), else_=null()),
        }
        session.execute(update(Enrolment).where(among(session, Enrolment.id, ids)).values(values))
    return len(rows)
