"""Invitations to a course: whom one would reach."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Session

from campaigns import preview as reach
from campaigns import waves
from campaigns.preview import Preview
from courses.actions import inviting
from courses.models.courses import Course
from courses.models.learning import Enrolment
from people.models import Retailer
from wechat_bot.criterion import Criterion


def preview(
    session: Session,
    course_id: int,
    audience: Mapping[str, Any] | None,
    criteria: Mapping[str, Criterion],
    *,
    has_template: bool,
    now: datetime,
    most: int = waves.PREVIEWED,
) -> Preview:
    """Count whom an invitation would be for now, and who has begun; at most `most` shops. Raises Refused where the
    audience cannot be read."""
    course = session.get_one(Course, course_id)
    listed = exists().where(Enrolment.course_id == course_id, Enrolment.retailer_id == Retailer.id)
    meant: list[ColumnElement[bool]] = [or_(Retailer.openid.is_not(None), listed) if course.is_for_everyone else listed]
    meant += waves.narrowed(session, audience, criteria, now=now)
    begun = inviting.begun_by(course_id)
    return reach.preview(session, meant, has_acted=begun, has_template=has_template, most=most, now=now)
