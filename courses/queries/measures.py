"""Measures of courses: lessons and courses finished, and certificates given, in a period."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate
from courses.models.learning import Enrolment, Reading
from foundation.clock import Period
from people.models import Area, Retailer
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


MEASURES = (
    Measure("lessons_finished", "学完的课", lessons, unit="课", order=10),
    Measure("courses_finished", "学完的微课", learnt, unit="门", order=20),
    Measure("certificates", "结业证书", certified, unit="张", order=30),
)
