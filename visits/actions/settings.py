"""Settings of visits: policies, working hours, special days, categories. Running deadlines are recomputed."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation import calendar as hours
from foundation.calendar import Calendar, Span
from foundation.database import upsert
from foundation.errors import Refused
from people.models import ShopClass
from people.working_time import company
from people.working_time.models import SpecialDay, WorkingWeek
from visits.actions import categories, clocks
from visits.models.deadlines import Policy
from visits.models.requests import Category
from visits.rules import settings as rules
from visits.rules.promises import Terms

#: Requests recomputed at once; a job does the rest.
BATCH = 2000


def save_policy(session: Session, class_id: int | None, wanted: Terms, *, now: datetime) -> None:
    """Save the policy of a class of shops, or (None) of all without their own. Raises `Refused`."""
    rules.check_terms(wanted)
    if wanted.counts_working_hours and company.hours(session) is None:
        raise Refused("还没有设置工作时间，期限没法只算工作时间。请先设置工作时间。")
    if class_id is not None and session.get(ShopClass, class_id) is None:
        raise Refused("没有这个客户类型。")
    policy = session.scalar(
        select(Policy).where(Policy.class_id.is_(None) if class_id is None else Policy.class_id == class_id)
    )
    if policy is None:
        policy = Policy(class_id=class_id)
        session.add(policy)
    policy.handing_over, policy.first_answer = wanted.handing_over, wanted.first_answer
    policy.next_answer, policy.closing = wanted.next_answer, wanted.closing
    policy.counts_working_hours, policy.changed_at = wanted.counts_working_hours, now
    _renew(session, now)


def drop_policy(session: Session, class_id: int, *, now: datetime) -> None:
    """Delete the policy of a class of shops: the common one holds for it."""
    session.execute(delete(Policy).where(Policy.class_id == class_id))
    _renew(session, now)


def save_hours(
    session: Session, zone: str, days: Sequence[Sequence[Span]], *, keeps_public_days: bool, now: datetime
) -> Calendar:
    """Save the company's working week. Raises `Refused` where it leaves no working time."""
    week = session.scalar(select(WorkingWeek).order_by(WorkingWeek.id).limit(1).with_for_update())
    if week is None:
        week = WorkingWeek()
        session.add(week)
    week.zone, week.keeps_public_days, week.changed_at = zone, keeps_public_days, now
    week.days = [[list(span) for span in day] for day in days]
    return _checked(session, now)


def save_special_days(
    session: Session, first: date, last: date, name: str, spans: Sequence[Span], *, now: datetime
) -> Calendar | None:
    """Set other working hours on these days, both included; without spans, none. Raises `Refused`."""
    days = rules.days_between(first, last)
    name = rules.day_name(name)
    values = [{"day_on": day, "name": name, "spans": [list(span) for span in spans]} for day in days]
    statement = upsert(session, SpecialDay).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["day_on"], set_={"name": statement.excluded.name, "spans": statement.excluded.spans}
        )
    )
    return _checked(session, now) if company.hours(session) else None


def drop_special_day(session: Session, day: date, *, now: datetime) -> None:
    """Make a special day an ordinary one again. Raises `Refused`."""
    session.execute(delete(SpecialDay).where(SpecialDay.day_on == day))
    if company.hours(session):
        _checked(session, now)


def save_category(
    session: Session,
    category_id: int | None,
    name: str,
    keywords: Sequence[str],
    position: int,
    *,
    goes_up: bool,
    is_looked_up: bool,
) -> Category:
    """Save a category of requests, its keywords, whether it goes to the supervisor, and whether questions about it are
    looked up first. Raises `Refused`."""
    name = rules.category_name(name)
    same = session.scalar(select(Category).where(Category.name == name))
    if same is not None and same.id != category_id:
        raise Refused(f"已经有“{name}”这一类了。")
    category = session.get(Category, category_id) if category_id is not None else Category()
    if category is None:
        raise Refused("没有这一类。")
    category.name, category.keywords, category.position = name, list(keywords), position
    category.goes_up, category.is_looked_up = goes_up, is_looked_up
    session.add(category)
    session.flush()
    categories.are_changed(session)
    return category


def retire_category(session: Session, category_id: int, *, is_retired: bool, now: datetime) -> str:
    """Retire a category, or use it again; requests in it stay there. Gives its name."""
    category = session.get(Category, category_id)
    if category is None:
        raise Refused("没有这一类。")
    category.retired_at = now if is_retired else None
    categories.are_changed(session)
    return category.name


def _checked(session: Session, now: datetime) -> Calendar:
    session.flush()
    calendar = company.hours(session)
    if calendar is None:
        raise AssertionError("hours were just kept")
    hours.check(calendar, now)
    _renew(session, now)
    return calendar


def _renew(session: Session, now: datetime) -> None:
    session.flush()
    clocks.renew_all(session, now=now, limit=BATCH)
