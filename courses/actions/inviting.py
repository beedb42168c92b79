"""Invitations to a course: a kind of campaign, planned by staff; who begins is credited to the last wave. Who stopped
on the way is reminded by the course itself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import answering
from campaigns import invitations as kit
from campaigns.invitations import Addressees, invitations
from campaigns.kinds import Condition
from campaigns.waves import WavePlan
from console import drafting
from courses.actions import authoring
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.queries import versions
from courses.texts import notices as texts
from foundation.errors import Refused


def plan(
    session: Session, course_id: int, given: WavePlan, *, who: str, criteria: authoring.Criteria, now: datetime
) -> list[int]:
    """Plan an invitation and its reminders; gives the numbers of the waves. Raises Refused as `waves.plan` does, and
    for a course of customer managers, who are told of it by themselves."""
    course = drafting.locked(session, versions.WORKS, course_id)
    if course.is_for_staff:
        raise Refused("给客户经理的课不用邀请：发布以后系统会通知他们。")
    return kit.plan(session, INVITATIONS, course, given, who=who, criteria=criteria, now=now)


def begun(session: Session, course_id: int, retailer_id: int | None, *, now: datetime) -> None:
    """Note that a shop began: messages still waiting for it are withdrawn, and the last invitation that arrived is
    credited."""
    if retailer_id is not None and session.scalar(select(Course.waves).where(Course.id == course_id)):
        answering.acted(session, INVITATIONS.kind, course_id, retailer_id, now=now)


def _enlist(session: Session, course_id: int, step: Condition, now: datetime) -> None:
    course = session.get_one(Course, course_id)
    version = session.get_one(CourseVersion, course.version_id)
    definition = versions.definition(session, version.id, version.digest)
    authoring.enrol(session, course_id, definition, {}, now, step)


INVITATIONS = invitations(
    "course",
    "微课",
    Addressees(Course, Enrolment, Enrolment.course_id, lambda session, course: Enrolment.started_at.is_not(None)),
    enlist=_enlist,
    page="/m/courses/{}",
    tap=texts.on_a_page,
)
