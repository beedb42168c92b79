"""Enrolment of who was not there at the publication: a shop bound later, and whoever opens a course for everyone."""

from datetime import datetime

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from courses.actions.telling import KEY
from courses.models.courses import Course
from courses.models.learning import Enrolment
from foundation.database import Moment, changed, upsert
from people.models import Binding
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing


def take_in(
    session: Session, course: Course, *, now: datetime, retailer_id: int | None = None, staff_id: int | None = None
) -> bool:
    """Enrol somebody who opens a course for everyone like them; gives whether they are newly enrolled."""
    if not course.is_for_everyone or course.is_for_staff != (staff_id is not None):
        return False
    values = {"course_id": course.id, "retailer_id": retailer_id, "staff_id": staff_id, "enrolled_at": now}
    return changed(session, upsert(session, Enrolment).values(values).on_conflict_do_nothing()) == 1


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
