"""Visit plans: which shops are due today or overdue, and which had no contact for long."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from foundation import paging
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import IS_THERE, Area, Manager, Retailer
from visits.models.plans import Visited, VisitPlan
from visits.queries import audience, visibility
from visits.queries.audience import Condition, Criteria
from visits.queries.visibility import Colleague
from wechat_bot.models import Follower

PAGE = 50
#: A shop due within so many days is shown beforehand.
SOON = timedelta(days=7)
#: The parts of a plan's list, each with the day, counted from today, by which its shops are due.
PARTS = {"overdue": timedelta(days=-1), "due": timedelta(0), "soon": SOON}
#: Days without contact that a page asks for by default.
QUIET_DAYS = 30
#: Largest number of a plan's shops that is counted while a page with other content waits.
COUNTED = 2_000
#: How long after midnight a visit noted before it may still be deleted.
TAKEN_BACK_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """Running plan, with the numbers of the visitor's shops in it: all, due by today, and overdue."""

    id: int
    name: str
    audience: dict[str, Any]
    every_days: int
    begins_on: date
    shops: int = 0
    due: int = 0
    overdue: int = 0
    #: Whether these numbers were counted: for very many shops only on a page that waits for it.
    is_counted: bool = True
    #: Why its audience can no longer be read.
    broken: str = ""

    @property
    def in_time(self) -> float | None:
        """The share of its shops that are not overdue; None where it has none, or they are not counted."""
        return 1 - self.overdue / self.shops if self.shops else None


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a plan that is due with one manager in one area."""

    manager: str
    area: str
    shops: int
    due: int
    overdue: int


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Shop to be visited."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    manager: str
    last_on: date | None
    #: Its last message to the account, to any service.
    heard_at: datetime | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Noted:
    """Visit that was noted today."""

    id: int
    licence: str
    shop: str
    #: Who made it; empty where office staff noted it.
    manager: str
    how: str
    noted_at: datetime


def due_on(plan: PlanProgress, line: PlanLine) -> date:
    """Return the day a shop is due: so many days after its last visit, or after the plan began."""
    return (line.last_on or plan.begins_on) + timedelta(days=plan.every_days)


_RUNNING = select(VisitPlan).where(VisitPlan.ended_at.is_(None))
_BY_ID: Order[VisitPlan] = Order((VisitPlan.id,), lambda plan: (plan.id,))


def running(session: Session, who: Colleague, criteria: Criteria, *, now: datetime) -> list[PlanProgress]:
    """Return the running plans with their numbers, limited to shops this colleague sees."""
    return _numbered(session, who, session.scalars(_RUNNING.order_by(VisitPlan.id)), criteria, now=now)


def running_page(
    session: Session,
    who: Colleague,
    search: str,
    criteria: Criteria,
    *,
    now: datetime,
    most: int | None,
    cursor: Cursor,
    limit: int,
) -> Page[PlanProgress]:
    """Return a page of the running plans whose name contains a text; a plan with more than `most` shops is left
    uncounted."""
    statement = _RUNNING.where(VisitPlan.name.contains(search, autoescape=True)) if search else _RUNNING
    # At most a page of them: one statement counts all, and SQLite allows 500 parts of it.
    found = paging.page(session, statement, _BY_ID, cursor, limit=min(limit, PAGE))
    return found.of(_numbered(session, who, found.lines, criteria, now=now, most=most))


def _numbered(
    session: Session,
    who: Colleague,
    plans: Iterable[VisitPlan],
    criteria: Criteria,
    *,
    now: datetime,
    most: int | None = None,
) -> list[PlanProgress]:
    """Return plans with their numbers, all counted by one statement."""
    found: list[PlanProgress] = []
    parts = []
    for plan in plans:
        broken = ""
        try:
            turns = _turns(audience.theirs(session, who, plan.audience, criteria, now=now), most=most)
            parts.append(select(literal(plan.id).label("id"), *_numbers(plan, turns, who.today)))
        except Refused as refusal:
            broken = refusal.sentence
        found.append(PlanProgress(plan.id, plan.name, plan.audience, plan.every_days, plan.begins_on, broken=broken))
    rows = session.execute(union_all(*parts)) if parts else ()
    numbers = {row.id: tuple(row)[1:] for row in rows}
    return [_counted(plan, numbers.get(plan.id), most) for plan in found]


def one(session: Session, plan_id: int) -> PlanProgress | None:
    """Return a running plan without its numbers; None where there is none."""
    plan = session.get(VisitPlan, plan_id)
    if plan is None or plan.ended_at is not None:
        return None
    return PlanProgress(plan.id, plan.name, plan.audience, plan.every_days, plan.begins_on)


def shares(session: Session, who: Colleague, plan: PlanProgress, criteria: Criteria, *, now: datetime) -> list[Share]:
    """Return what is due with each manager in each area, the most overdue first. There are some dozens of managers and
    areas."""
    kept = session.get_one(VisitPlan, plan.id)
    turns = _turns(
        audience.theirs(session, who, kept.audience, criteria, now=now), Retailer.manager_id, Retailer.area_id
    )
    manager_id = func.coalesce(turns.manager_id, Area.manager_id)
    shops, due, overdue = _numbers(kept, turns, who.today)
    found = (
        select(
            manager_id.label("manager_id"),
            Area.name.label("area"),
            shops.label("shops"),
            due.label("due"),
            overdue.label("overdue"),
        )
        .join(Area, Area.id == turns.area_id)
        .group_by(manager_id, Area.name)
        .subquery()
    )
    rows = session.execute(
        select(func.coalesce(Manager.name, ""), found.c.area, found.c.shops, found.c.due, found.c.overdue)
        .select_from(found)
        .outerjoin(Manager, Manager.id == found.c.manager_id)
        .order_by(found.c.overdue.desc(), found.c.due.desc(), found.c.area)
    )
    return [Share(*row) for row in rows]


def page(
    session: Session,
    who: Colleague,
    plan: PlanProgress,
    criteria: Criteria,
    *,
    part: str,
    now: datetime,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[PlanLine]:
    """Return a page of a plan's shops that are due, the longest overdue first. `part` is one of `PARTS`."""
    kept = session.get_one(VisitPlan, plan.id)
    since = func.coalesce(_last(), literal(plan.begins_on))
    order: Order[PlanLine] = Order(
        (since, Retailer.id), lambda line: (line.last_on or plan.begins_on, line.retailer_id)
    )
    statement = _select(_last()).where(
        audience.theirs(session, who, kept.audience, criteria, now=now), audience.is_due(kept, who.today + PARTS[part])
    )
    return paging.page(session, statement, order, cursor, limit=limit, read=PlanLine)


def next_on(session: Session, who: Colleague, plan: PlanProgress, criteria: Criteria, *, now: datetime) -> date | None:
    """Return the first due day among one's shops of a plan; None where none is in it."""
    kept = session.get_one(VisitPlan, plan.id)
    turns = _turns(audience.theirs(session, who, kept.audience, criteria, now=now))
    found = session.execute(select(func.count(turns.id), func.min(func.coalesce(turns.last_on, plan.begins_on)))).one()
    return found[1] + timedelta(days=plan.every_days) if found[0] else None


def noted(session: Session, who: Colleague) -> list[Noted]:
    """Return the visits in one's shops that may still be deleted, the newest first."""
    mine = visibility.shops_of(session, who)
    rows = session.execute(
        select(
            Visited.id, Retailer.licence, Retailer.shop, func.coalesce(Manager.name, ""), Visited.how, Visited.noted_at
        )
        .join(Retailer, Retailer.id == Visited.retailer_id)
        .outerjoin(Manager, Manager.id == Visited.manager_id)
        .where(may_be_undone(who), Visited.noted_at.is_not(None), *([] if mine is None else [mine]))
        .order_by(Visited.id.desc())
        .limit(PAGE)
    )
    return [Noted(*row[:5], row[5]) for row in rows if row[5]]


def just_noted(session: Session, who: Colleague, retailer_id: int) -> int | None:
    """Return the visit this colleague noted at this very moment; None where it was noted before."""
    theirs = (Visited.retailer_id == retailer_id, Visited.noted_at == who.now, may_be_undone(who))
    return session.scalar(select(Visited.id).where(*theirs))


_BY_LICENCE: Order[PlanLine] = Order((Retailer.licence,), lambda line: (line.licence,))


def silent(
    session: Session,
    who: Colleague,
    days: int,
    *,
    now: datetime,
    narrowed: Condition | None = None,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[PlanLine]:
    """Return a page of shops with no contact for so many days, by licence: no message in WeChat, and no visit."""
    is_silent = or_(Follower.heard_at.is_(None), Follower.heard_at <= now - timedelta(days=days))
    visited = exists().where(Visited.retailer_id == Retailer.id, Visited.made_on > who.today - timedelta(days=days))
    conditions = [each for each in (visibility.shops_of(session, who), narrowed) if each is not None]
    statement = _select(_last()).where(is_silent, ~visited, IS_THERE, *conditions)
    return paging.page(session, statement, _BY_LICENCE, cursor, limit=limit, read=PlanLine)


def may_be_undone(who: Colleague) -> Condition:
    """Return the condition that a visit may still be deleted: noted today, or just before midnight."""
    return or_(Visited.made_on == who.today, Visited.noted_at > who.now - TAKEN_BACK_WITHIN)


def _counted(plan: PlanProgress, numbers: tuple[int, ...] | None, most: int | None) -> PlanProgress:
    if numbers is None or (most is not None and numbers[0] > most):
        return replace(plan, is_counted=False)
    return replace(plan, shops=numbers[0], due=numbers[1], overdue=numbers[2])


def _turns(theirs: Condition, *columns: Any, most: int | None = None) -> Any:
    """Return the meant shops with the day of their last visit, at most one more than `most`. Without columns, an index
    over shops may be all that is read."""
    found = select(Retailer.id, *columns, _last().label("last_on")).where(theirs)
    # The offset keeps the databases from looking up the last visit again for each number computed from it.
    return (found.offset(0) if most is None else found.limit(most + 1)).subquery().c


def _numbers(plan: VisitPlan, turns: Any, today: date) -> tuple[ColumnElement[int], ...]:
    # The same rule as `audience.is_due` has for a single shop.
    since = func.coalesce(turns.last_on, literal(plan.begins_on))
    due, overdue = (
        func.coalesce(func.sum(case((since <= today + PARTS[part] - timedelta(days=plan.every_days), 1), else_=0)), 0)
        for part in ("due", "overdue")
    )
    return func.count(turns.id), due, overdue


def _last() -> Any:
    return select(func.max(Visited.made_on)).where(Visited.retailer_id == Retailer.id).scalar_subquery()


def _select(last: Any) -> Select[Any]:
    own, head = aliased(Manager), aliased(Manager)
    return (
        select(
            Retailer.id,
            Retailer.licence,
            Retailer.shop,
            Retailer.keeper,
            Retailer.phone,
            Area.name,
            func.coalesce(own.name, head.name, ""),
            last,
            Follower.heard_at,
            Retailer.address,
        )
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(own, own.id == Retailer.manager_id)
        .outerjoin(head, head.id == Area.manager_id)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
    )
