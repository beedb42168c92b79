"""Editable things of visits: the rows a writer locks, and what is saved, in words (`console/stamps.py`)."""

from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from console.stamps import Editable, Kept
from foundation import calendar as hours
from foundation.calendar import WEEKDAYS
from people.picker import short
from people.working_time.models import SpecialDay, WorkingWeek
from visits.actions import canned as canned_actions
from visits.models.answers import Canned
from visits.models.deadlines import Policy
from visits.models.plans import VisitPlan
from visits.models.requests import Category
from visits.queries.audience import Criteria
from visits.texts.times import span

#: The audit log's subject where one entry covers all.
EVERY_CLASS, HOURS, DAYS = "class:", "visit-hours", "visit-days"


def policy(class_id: int | None) -> Editable:
    """Editable policy of a class of shops, or (None) of all others; empty where it has none of its own."""
    about = f"class:{class_id}" if class_id else EVERY_CLASS
    return Editable(about, select(Policy.id), partial(_policy, class_id=class_id))


def week() -> Editable:
    """Editable working hours; empty while there are none."""
    return Editable(HOURS, select(WorkingWeek.id), _week)


def day(on: date | None) -> Editable:
    """Editable special day, or (None) all of them."""
    rows = select(SpecialDay.day_on)
    return Editable(DAYS, rows if on is None else rows.where(SpecialDay.day_on == on), partial(_day, on=on))


def category(category_id: int | None) -> Editable:
    """Editable category with its keywords; empty for a new one."""
    rows = select(Category.id).where(Category.id == category_id)
    return Editable(f"category:{category_id}", rows, partial(_category, category_id=category_id))


def canned(canned_id: int | None, by: Visitor) -> Editable:
    """Editable canned answer; empty for a new one. Raises `Refused` for one this person may not see."""

    def kept(session: Session) -> Kept:
        return canned_words(canned_actions.find(session, canned_id, by=by)) if canned_id is not None else {}

    return Editable(f"visit-canned:{canned_id}", select(Canned.id).where(Canned.id == canned_id), kept)


def canned_words(found: Canned) -> Kept:
    """Return a canned answer in words."""
    return {"标题": found.title, "内容": found.content, "给谁用": "大家" if found.manager_id is None else "自己"}


def plan(plan_id: int | None, criteria: Criteria) -> Editable:
    """Editable visit plan; empty for a new one."""
    rows = select(VisitPlan.id).where(VisitPlan.id == plan_id)
    return Editable(f"visit-plan:{plan_id}", rows, partial(_plan, plan_id=plan_id, criteria=criteria))


def _policy(session: Session, class_id: int | None) -> Kept:
    theirs = Policy.class_id.is_(None) if class_id is None else Policy.class_id == class_id
    found = session.scalar(select(Policy).where(theirs).execution_options(populate_existing=True))
    if found is None:
        return {}
    return {
        "首次答复": span(found.first_answer),
        "后续答复": span(found.next_answer),
        "办结": span(found.closing),
        "转交": span(found.handing_over),
        "计时": "只算工作时间" if found.counts_working_hours else "全天计时",
    }


def _week(session: Session) -> Kept:
    found = session.scalar(select(WorkingWeek).limit(1).execution_options(populate_existing=True))
    if found is None:
        return {}
    days = (hours.write_spans([(a, b) for a, b in day]) or "休息" for day in found.days)
    return dict(zip(WEEKDAYS, days, strict=True)) | {"国家放假安排": "按" if found.keeps_public_days else "不按"}


def _day(session: Session, on: date | None) -> Kept:
    rows = select(SpecialDay).order_by(SpecialDay.day_on).execution_options(populate_existing=True)
    found = session.scalars(rows if on is None else rows.where(SpecialDay.day_on == on))
    return {
        each.day_on.isoformat(): f"{each.name} {hours.write_spans([(a, b) for a, b in each.spans]) or '不上班'}"
        for each in found
    }


def _category(session: Session, category_id: int | None) -> Kept:
    found = session.get(Category, category_id, populate_existing=True) if category_id is not None else None
    if found is None:
        return {}
    return {
        "名称": found.name,
        "关键词": "、".join(map(str, found.keywords)),
        "顺序": str(found.position),
        "交给上级": "是" if found.goes_up else "否",
        "先查资料": "是" if found.is_looked_up else "否",
        "状态": "已停用" if found.retired_at else "使用中",
    }


def _plan(session: Session, plan_id: int | None, criteria: Criteria) -> Kept:
    found = session.get(VisitPlan, plan_id, populate_existing=True) if plan_id is not None else None
    if found is None or found.ended_at is not None:
        return {}
    return {
        "名称": found.name,
        "给哪些店": short.words(session, found.audience, criteria),
        "每隔": f"{found.every_days} 天",
        "从哪天算起": found.begins_on.isoformat(),
    }
