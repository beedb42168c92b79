"""Moments that a clock wrote which was ahead: put right once it was set back, or learners would wait until then."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.actions import weak_spots as spots
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.models.weak_spots import DailyQuestion, WeakSpot
from courses.queries import versions, weak_spots
from courses.rules import boxes, telling
from courses.rules.releasing import Pace
from foundation.clock import day_in
from foundation.database import Moment
from foundation.dialects import among

#: Shops and enrolments that are put right in one transaction.
SHOPS, ENROLMENTS = 100, 2_000


def shops(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Put right the boxes and daily questions of the next shops that a clock ahead has written; gives how many."""
    today = day_in(now, zone)
    theirs = select(WeakSpot.id).where(WeakSpot.retailer_id == DailyQuestion.retailer_id)
    latest = ((box, today + timedelta(days=days)) for box, days in enumerate(boxes.DAYS))
    too_late = (and_(WeakSpot.box == box, WeakSpot.due_on > day) for box, day in latest)
    # Asked so late, though something is due: worked out by that clock.
    is_late = and_(
        DailyQuestion.next_at > now + timedelta(days=2),
        theirs.where(WeakSpot.due_on <= today, WeakSpot.is_queued.is_(False)).exists(),
    )
    wrong = or_(
        DailyQuestion.last_on > today,
        DailyQuestion.asked_at > now,
        is_late,
        theirs.where(or_(WeakSpot.wrong_at > now, *too_late)).exists(),
    )
    ids = session.scalars(select(DailyQuestion.retailer_id).where(wrong).limit(SHOPS)).all()
    for shop in weak_spots.hold(session, ids).values():
        spots.right(shop, now=now, zone=zone)
    return len(ids)


def versions_of(session: Session, *, now: datetime) -> list[tuple[int, str, bool]]:
    """Return the versions of running courses, by id and digest, and whether each is its course's newest."""
    found = select(CourseVersion.id, CourseVersion.digest, Course.version_id == CourseVersion.id)
    found = found.join(Course, Course.id == CourseVersion.course_id).where(Course.is_in(AuthoredState.OPEN, now))
    return [(row[0], row[1], row[2]) for row in session.execute(found.order_by(CourseVersion.id))]


def enrolments(
    session: Session, version_id: int, digest: str, is_newest: bool, *, now: datetime, zone: ZoneInfo
) -> int:
    """Put right the next enrolments under a version that a clock ahead has written, and with the newest of a course
    those that have not begun; gives how many. The next lesson is due as if the last had been released today."""
    pace = Pace.of(versions.definition(session, version_id, digest))
    paced_at = pace.paced_at(day_in(now, zone), zone) or now
    latest = dict.fromkeys(("enrolled_at", "started_at", "released_at", "last_at", "told_at"), now)
    latest |= {"paced_at": paced_at, "next_at": max(paced_at, now), "tell_at": telling.reminded_at(pace, now, zone)}
    theirs: ColumnElement[bool] = Enrolment.version_id == version_id
    if is_newest:
        of = select(CourseVersion.course_id).where(CourseVersion.id == version_id).scalar_subquery()
        theirs = or_(theirs, and_(Enrolment.version_id.is_(None), Enrolment.course_id == of))
    is_late = {name: getattr(Enrolment, name) > moment for name, moment in latest.items()}
    wrong = select(Enrolment.id).where(theirs, or_(*is_late.values()))
    ids = session.scalars(wrong.order_by(Enrolment.id).limit(ENROLMENTS).with_for_update()).all()
    if ids:
        values: dict[str, Any] = {
            name: case((is_late[name], literal(moment, Moment())), else_=getattr(Enrolment, name))
            for name, moment in latest.items()
        }
        session.execute(update(Enrolment).where(among(session, Enrolment.id, ids)).values(values))
    return len(ids)
