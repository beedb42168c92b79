"""Settings of promises, as the console shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import calendar as hours
from foundation.calendar import Calendar, Why
from people.models import ShopClass
from people.working_time import company
from people.working_time.models import SpecialDay, WorkingWeek
from visits.models.deadlines import Policy
from visits.models.requests import Category
from visits.queries import policies
from visits.rules import settings as rules
from visits.rules.promises import DEFAULT, Terms
from visits.rules.settings import Worst

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """Policy of a class of shops, and when an answer to a message that comes now would be due."""

    class_id: int | None
    name: str
    terms: Terms
    #: False where the class has no policy of its own.
    is_own: bool
    due_at: datetime
    worst: Worst | None


@dataclass(frozen=True, slots=True)
class SpecialLine:
    """Day that differs from the week."""

    day_on: date
    name: str
    spans: str


@dataclass(frozen=True, slots=True)
class MonthDay:
    """Day of a month's calendar: the hours worked on it, and why these."""

    day_on: date
    #: False for a day of the month before or after, in a week that both share.
    is_within: bool
    spans: str
    why: Why
    #: Name of a day that differs from the week.
    name: str


def policy_lines(session: Session, *, now: datetime) -> list[PolicyLine]:
    """Return the common policy, then that of every class of shops."""
    calendar = company.hours(session)
    kept = {each.class_id: policies.of_policy(each) for each in session.scalars(select(Policy))}
    for_all = kept.get(None, DEFAULT)
    classes = session.execute(select(ShopClass.id, ShopClass.name).order_by(ShopClass.id)).all()
    worst: dict[Terms, Worst | None] = {}
    found = []
    for class_id, name in [(None, "所有客户类型"), *((key, name) for key, name in classes)]:
        each = kept.get(class_id, for_all)
        if each not in worst:
            worst[each] = rules.worst(each, calendar, now)
        due_at = due(each, calendar, now)
        found.append(PolicyLine(class_id, name, each, class_id is None or class_id in kept, due_at, worst[each]))
    return found


def due(wanted: Terms, calendar: Calendar | None, now: datetime) -> datetime:
    """Return until when a message that comes now would be answered."""
    return hours.add(calendar if wanted.counts_working_hours else None, now, wanted.first_answer)


def week(session: Session) -> tuple[list[str], bool] | None:
    """Return the working hours of each day from Monday in words, and whether public holidays are kept."""
    kept = session.scalars(select(WorkingWeek).order_by(WorkingWeek.id).limit(1)).first()
    if kept is None:
        return None
    return [hours.write_spans([(a, b) for a, b in day]) for day in kept.days], kept.keeps_public_days


def special_days(session: Session, *, today: date) -> list[SpecialLine]:
    """Return the special days from today on."""
    rows = session.scalars(
        select(SpecialDay).where(SpecialDay.day_on >= today).order_by(SpecialDay.day_on).limit(MOST_DAYS)
    )
    return [SpecialLine(each.day_on, each.name, hours.write_spans([(a, b) for a, b in each.spans])) for each in rows]


def month(session: Session, first: date, zone: ZoneInfo) -> list[MonthDay]:
    """Return the days of a month, which begins on `first`, with those that fill its first and its last week."""
    calendar = company.calendar(session, zone)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    begin, end = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    found = []
    for on in (begin + timedelta(days=each) for each in range((end - begin).days + 1)):
        spans, why = calendar.day(on)
        found.append(MonthDay(on, on.month == first.month, hours.write_spans(spans), why, calendar.name(on)))
    return found


def ranges(days: list[SpecialLine]) -> list[tuple[date, SpecialLine]]:
    """Join consecutive special days that are alike: the first day, and the last with the other values."""
    found: list[tuple[date, SpecialLine]] = []
    for each in days:
        first, last = found[-1] if found else (each.day_on, None)
        if last and (last.name, last.spans, last.day_on) == (each.name, each.spans, each.day_on - timedelta(days=1)):
            found[-1] = (first, each)
        else:
            found.append((each.day_on, each))
    return found


def categories(session: Session) -> Sequence[Category]:
    """Return all categories, those in use first."""
    order = (Category.retired_at.is_not(None), Category.position, Category.id)
    return session.scalars(select(Category).order_by(*order)).all()
