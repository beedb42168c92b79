"""Invitations to a course: a kind of campaign, planned by staff; who begins is credited to the last wave."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from campaigns import answering, listing, steering, waves
from campaigns.invitations import invitations
from campaigns.kinds import Condition, LeftOutReason
from campaigns.models import Campaign
from campaigns.waves import WavePlan
from courses.actions import authoring
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.queries import versions
from courses.texts import notices as texts
from foundation.errors import Refused
from people.models import Retailer


def plan(
    session: Session, course_id: int, given: WavePlan, *, who: str, criteria: authoring.Criteria, now: datetime
) -> list[int]:
    """Plan an invitation and its reminders; gives the numbers of the waves. Raises Refused as `waves.plan` does, and
    for a course of customer managers, who are told of it by themselves."""
    course = authoring.locked(session, course_id)
    if course.is_for_staff:
        raise Refused("给客户经理的课不用邀请：发布以后系统会通知他们。")
    meant = (to_do(course),) if course.version_id is not None else ()
    return waves.plan(
        session, INVITATIONS, course, given, meant=meant, noun="微课", who=who, criteria=criteria, now=now
    )


def stop(session: Session, course_id: int, *, now: datetime) -> None:
    """End the waves of a course that is over: no invitation goes out any more."""
    steering.end(session, (INVITATIONS,), course_id, now=now)


def begun(session: Session, course_id: int, retailer_id: int | None, *, now: datetime) -> None:
    """Note that a shop began: messages still waiting for it are withdrawn, and the last invitation that arrived is
    credited."""
    if retailer_id is not None and session.scalar(select(Course.waves).where(Course.id == course_id)):
        answering.acted(session, INVITATIONS, course_id, retailer_id, now=now)


def to_do(course: Course) -> Condition:
    """Return the condition for whom an invitation can be: enrolled and not begun, or, of a course for everyone, bound
    and not enrolled. Who stopped on the way is reminded by the course itself."""
    listed = and_(_theirs(course.id), not_(begun_by(course.id)))
    return (
        or_(listed, and_(Retailer.openid.is_not(None), not_(_theirs(course.id)))) if course.is_for_everyone else listed
    )


def begun_by(course_id: int) -> ColumnElement[bool]:
    """Return the condition for shops that have begun a course."""
    # A value instead of EXISTS, which PostgreSQL would reverse: each step of a listing would then read all shops.
    mine = select(Enrolment.started_at.is_not(None))
    mine = mine.where(Enrolment.course_id == course_id, Enrolment.retailer_id == Retailer.id)
    return mine.scalar_subquery().is_(True)


def _theirs(course_id: int) -> ColumnElement[bool]:
    return exists().where(Enrolment.course_id == course_id, Enrolment.retailer_id == Retailer.id)


def _meant(session: Session, course: Course) -> Sequence[Condition]:
    return _theirs(course.id), not_(begun_by(course.id))


def _reasons(session: Session, campaign: Campaign) -> Sequence[LeftOutReason]:
    return [LeftOutReason("done", begun_by(campaign.reference)), listing.has_waiting(campaign)]


def _enlist(session: Session, course_id: int, step: Condition, now: datetime) -> None:
    course = session.get_one(Course, course_id)
    version = session.get_one(CourseVersion, course.version_id)
    definition = versions.definition(session, version.id, version.digest)
    authoring.enrol(session, course_id, definition, {}, now, step)


INVITATIONS = invitations(
    "course",
    Course,
    Enrolment,
    Enrolment.course_id,
    meant=_meant,
    reasons=_reasons,
    enlist=_enlist,
    reached=lambda session, course_id, count: None,
    page="/m/courses/{}",
    tap=texts.on_a_page,
)
KINDS = (INVITATIONS,)
