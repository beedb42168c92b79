"""What can be edited of visits, put in words for its stamps (`console/stamps.py`), and for a second writer to see."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.stamps import Kept
from visits.models import Canned, Category, Policy, SpecialDay, VisitPlan, WorkingWeek
from visits.queries import groups
from visits.rules import calendar as hours
from visits.rules.calendar import WEEKDAYS
from visits.rules.whom import from_json
from visits.texts.times import span


def policy(session: Session, class_id: int | None) -> Kept:
    """What a class of shops is promised, or (None) all others; nothing where it has no policy of its own."""
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


def week(session: Session) -> Kept:
    """The working hours; nothing while there are none."""
    found = session.scalar(select(WorkingWeek).limit(1).execution_options(populate_existing=True))
    if found is None:
        return {}
    days = (hours.write_spans([(a, b) for a, b in day]) or "休息" for day in found.days)
    return dict(zip(WEEKDAYS, days, strict=True)) | {"国家放假安排": "按" if found.keeps_public_days else "不按"}


def day(session: Session, on: date | None) -> Kept:
    """One special day, or (None) all of them."""
    rows = select(SpecialDay).order_by(SpecialDay.day_on).execution_options(populate_existing=True)
    found = session.scalars(rows if on is None else rows.where(SpecialDay.day_on == on))
    return {
        each.day_on.isoformat(): f"{each.name} {hours.write_spans([(a, b) for a, b in each.spans]) or '不上班'}"
        for each in found
    }


def category(session: Session, category_id: int | None) -> Kept:
    """A category and its keywords; nothing of a new one."""
    found = session.get(Category, category_id, populate_existing=True) if category_id is not None else None
    if found is None:
        return {}
    return {
        "名称": found.name,
        "关键词": "、".join(map(str, found.keywords)),
        "顺序": str(found.position),
        "交给上级": "是" if found.goes_up else "否",
        "状态": "已停用" if found.retired_at else "使用中",
    }


def canned(session: Session, canned_id: int | None) -> Kept:
    """An answer kept ready; nothing of a new one."""
    found = session.get(Canned, canned_id, populate_existing=True) if canned_id is not None else None
    if found is None:
        return {}
    return {"标题": found.title, "内容": found.content, "给谁用": "大家" if found.manager_id is None else "自己"}


def plan(session: Session, plan_id: int | None) -> Kept:
    """A plan; nothing of a new one."""
    found = session.get(VisitPlan, plan_id, populate_existing=True) if plan_id is not None else None
    if found is None or found.ended_at is not None:
        return {}
    return {
        "名称": found.name,
        "给哪些店": groups.words(session, from_json(found.audience)),
        "每隔": f"{found.every_days} 天",
        "从哪天算起": found.begins_on.isoformat(),
    }
