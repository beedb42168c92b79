"""Measures of courses: lessons and courses finished, certificates given, and shops that learnt, in a period."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate
from courses.models.figures import SavedMonth
from courses.models.learning import Enrolment, Reading
from courses.queries import report
from courses.rules import saving
from foundation.clock import Period
from people.models import IS_THERE, Area, Binding, Retailer
from people.shops.counted import bound_among
from wechat_bot.measure import YUAN, Measure, Remedy, columns

_MANAGER = func.coalesce(Retailer.manager_id, Area.manager_id)


def lessons(session: Session, period: Period) -> Select[Any]:
    """Select the lessons that shops finished, each once for a shop."""
    return (
        select(*columns(Reading.area_id, Reading.class_id, Reading.manager_id))
        .select_from(Reading)
        .join(Enrolment, Enrolment.id == Reading.enrolment_id)
        .where(Reading.finished_at >= period.begins_at, Reading.finished_at < period.ends_at)
        .where(Enrolment.retailer_id.is_not(None))
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


def learnt_ever(session: Session, period: Period) -> Select[Any]:
    """Select the bound shops that have ever begun a course by the period's end."""
    begun = Enrolment.started_at < period.ends_at, Enrolment.retailer_id.is_not(None)
    return bound_among(select(Enrolment.retailer_id).where(*begun))


def certified_ever(session: Session, period: Period) -> Select[Any]:
    """Select the bound shops that hold a certificate by the period's end."""
    holds = Certificate.made_at < period.ends_at, Certificate.revoked_at.is_(None), Certificate.retailer_id.is_not(None)
    return bound_among(select(Certificate.retailer_id).where(*holds))


def saved_gatherings(session: Session, period: Period) -> Select[Any]:
    """Select the yuan that shops saved which need not come to the gathering of the year, and how many shops: by month,
    as the counters have them, so that part of a month counts as all of what there is of it."""
    saved, (first, last) = SavedMonth, _months(period)
    # The newest rate in front: the first that had begun is the one in force.
    rates = (*report.rates(session), saving.FIRST)
    price = case(*((saved.month >= saving.month_of(each.from_on), each.shop_yuan) for each in rates))
    found = select(*columns(saved.area_id, saved.class_id, saved.manager_id, n=saved.count * price, of=saved.count))
    return found.where(saved.month >= first, saved.month <= last)


def saved_venues(session: Session, period: Period) -> Select[Any]:
    """Select the yuan saved for venues, once a year, and how many venues."""
    found = report.saved_of_months(session, *_months(period))
    return select(*columns(n=sum(each.venue_yuan for each in found), of=sum(each.venues for each in found)))


def _months(period: Period) -> tuple[int, int]:
    """The first and the last month of a period in its own time zone, such as 202611."""
    first, last = period.begins_at, period.ends_at - timedelta(microseconds=1)
    return saving.month_of(first.date()), saving.month_of(last.astimezone(first.tzinfo).date())


_REMEDIES = (Remedy("看微课", "courses_pages.course_list"),)
_RATES = (Remedy("节省标准", "courses_pages.savings"),)
MEASURES = (
    Measure("lessons_finished", "学完的课", lessons, unit="课", order=10, remedies=_REMEDIES),
    Measure("courses_finished", "学完的微课", learnt, unit="门", order=20, is_headline=True, remedies=_REMEDIES),
    Measure("learning", "当月学课的店", learning, unit="家", of="绑定的店", is_state=True, order=25),
    Measure("certificates", "结业证书", certified, unit="张", order=30, is_headline=True, remedies=_REMEDIES),
    Measure("learnt_ever", "学过课", learnt_ever, unit="家", is_state=True, order=90, step=50, remedies=_REMEDIES),
    Measure(
        "certified_ever", "有证书", certified_ever, unit="家", is_state=True, order=91, step=70, remedies=_REMEDIES
    ),
    Measure("saved_gatherings", "上课", saved_gatherings, unit=YUAN, of="家", order=95, remedies=_RATES),
    Measure("saved_venues", "场地", saved_venues, unit=YUAN, of="场", order=96, is_of_company=True, remedies=_RATES),
)
