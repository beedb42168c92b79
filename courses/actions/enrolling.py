"""Enrolment of a shop that was bound after a course was published."""

from datetime import datetime

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.actions.telling import KEY
from courses.models.courses import Course
from courses.models.learning import Enrolment
from foundation.database import Moment, upsert
from people.models import Binding
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing


def bound(session: Session, retailer_id: int, openid: str, *, now: datetime) -> None:
    """Enrol a shop that was just bound in every running course for everyone, in one statement. What still waits to be
    said to who kept the shop before is withdrawn."""
    runs = or_(*(Course.is_in(each, now) for each in (AuthoredState.OPEN, AuthoredState.WAITING)))
    those = select(Course.id, literal(retailer_id), literal(now, Moment())).where(
        runs, Course.is_for_everyone, Course.is_for_staff.is_(False)
    )
    columns = ["course_id", "retailer_id", "enrolled_at"]
    session.execute(
        upsert(session, Enrolment).from_select(columns, those, include_defaults=False).on_conflict_do_nothing()
    )
    before = select(Binding.openid).where(Binding.retailer_id == retailer_id, Binding.openid != openid)
    kept = session.scalars(
        select(Enrolment.id).where(Enrolment.retailer_id == retailer_id, Enrolment.told_at.is_not(None))
    )
    if keys := [Delivery.key.startswith(f"{KEY}{each}:") for each in kept]:
        queueing.withdraw(session, Delivery.openid.in_(before), or_(*keys), now=now)
