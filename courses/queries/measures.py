"""Measures of courses: lessons and courses finished, certificates given, and shops that learnt, in a period."""

from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate
from courses.models.learning import Enrolment, Reading
from foundation.clock import Period
from people.models import IS_THERE, Area, Binding, Retailer
from wechat_bot.measure import Measure, columns

_MANAGER = func.coalesce(Retailer.manager_id, Area.manager_id)


def lessons(session: Session, period: Period) -> Select[Any]:
    """Select the lessons that shops finished, each once for a shop."""
    return (
        select(*columns(Retailer.area_id, Retailer.class_id, _MANAGER))
        .select_from(Reading)
        .join(Enrolment, Enrolment.id == Reading.enrolment_id)
        .join(Retailer, Retailer.id == Enrolment.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(Reading.finished_at >= period.begins_at, Reading.finished_at < period.ends_at)
    )


def learnt(session: Session, period: Period) -> Select[Any]:
    """Select the courses that shops finished, each once for a shop."""
    at = Enrolment.finished_at
    found = select(*columns(Enrolment.area_id, Enrolment.class_id, Enrolment.manager_id))
    return found.where(at >= period.begins_at, at < period.ends_at, Enrolment.retailer_id.is_not(None))


def certified(session: Session, period: Period) -> Select[Any]:
    """Select the certificates given to shops that were not revoked."""
    at = Certificate.made_at
    return (
        select(*columns(Enrolment.area_id, Enrolment.class_id, Enrolment.manager_id))
        .select_from(Certificate)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .where(at >= period.begins_at, at < period.ends_at, Certificate.retailer_id.is_not(None))
        .where(Certificate.revoked_at.is_(None))
    )


def learning(session: Session, period: Period) -> Select[Any]:
    """Select the shops that were bound at the period's end, and whether they finished a lesson in it."""
    finished = (
        select(Enrolment.retailer_id)
        .join(Reading, Reading.enrolment_id == Enrolment.id)
        .where(Reading.finished_at >= period.begins_at, Reading.finished_at < period.ends_at)
        .where(Enrolment.retailer_id.is_not(None))
    )
    has_learnt = case((Retailer.id.in_(finished), 1), else_=0)
    ends_at = period.ends_at
    return (
        select(*columns(Retailer.area_id, Retailer.class_id, _MANAGER, n=has_learnt, of=1))
        .select_from(Binding)
        .join(Retailer, and_(Retailer.id == Binding.retailer_id, IS_THERE))
        .join(Area, Area.id == Retailer.area_id)
        .where(Binding.bound_at < ends_at, or_(Binding.unbound_at.is_(None), Binding.unbound_at >= ends_at))
    )


MEASURES = (
    Measure("lessons_finished", "学完的课", lessons, unit="课", order=10),
    Measure("courses_finished", "学完的微课", learnt, unit="门", order=20),
    Measure("learning", "学过课的店", learning, unit="家", of="绑定的店", is_state=True, order=25),
    Measure("certificates", "结业证书", certified, unit="张", order=30),
)
