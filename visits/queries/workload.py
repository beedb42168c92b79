"""Workload of customer managers: open requests of each, besides the number of shops they look after."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import Cursor, Order, Page
from people.models import IS_THERE, Area, Manager, Retailer
from visits.models.requests import Request
from visits.queries import visibility
from visits.queries.visibility import Colleague


@dataclass(frozen=True, slots=True)
class Workload:
    """Workload of one customer manager; with the number 0 that of the pool."""

    manager_id: int
    name: str
    open: int
    overdue: int
    #: Due before midnight, and not yet overdue.
    today: int
    #: Since when the longest waiting shop has waited.
    waits_since: datetime | None
    shops: int = 0
    is_away: bool = False


#: The number of whoever owns what nobody owns.
POOL = 0


def page(
    session: Session, who: Colleague, away: Collection[int], *, search: str, cursor: Cursor, limit: int
) -> Page[Workload]:
    """Return a page of everybody whose requests this colleague sees, and of the managers below them to whom something
    may be given: the most overdue first."""
    now = who.now
    midnight = datetime.combine(who.today + timedelta(days=1), time(), who.zone)
    held = (
        select(
            Request.owner_id,
            func.count().label("open"),
            func.count().filter(Request.due_at < now).label("overdue"),
            func.count().filter(and_(Request.due_at >= now, Request.due_at < midnight)).label("today"),
            func.min(Request.unanswered_since).label("since"),
        )
        .where(Request.closed_at.is_(None), visibility.within(session, who))
        .group_by(Request.owner_id)
        .cte("held")
    )
    of = held.c
    idle = [Manager.disabled_at.is_(None)]
    if not who.sees.is_company_wide:
        idle.append(Manager.id.in_(sorted(visibility.managers_below(session, who))))
    numbers = (func.coalesce(column, 0).label(column.name) for column in (of.open, of.overdue, of.today))
    managers = (
        select(Manager.id, Manager.name, *numbers, of.since)
        .outerjoin(held, of.owner_id == Manager.id)
        .where(or_(of.owner_id.is_not(None), and_(*idle)))
    )
    pool = select(literal(POOL), literal(""), of.open, of.overdue, of.today, of.since).where(of.owner_id.is_(None))
    everybody = union_all(managers, pool).subquery().c
    order: Order[Workload] = Order(
        (everybody.overdue, everybody.today, everybody.open, everybody.id),
        lambda line: (line.overdue, line.today, line.open, line.manager_id),
        is_down=True,
    )
    statement = select(*everybody)
    if search:
        statement = statement.where(everybody.name.contains(search, autoescape=True))
    found = paging.page(session, statement, order, cursor, limit=limit, read=Workload)
    shops = _shops(session, [line.manager_id for line in found.lines if line.manager_id])
    return found.of(
        replace(line, shops=shops.get(line.manager_id, 0), is_away=line.manager_id in away) for line in found.lines
    )


def _shops(session: Session, managers: Collection[int]) -> dict[int, int]:
    """Count the shops each manager looks after: those the roster gives them, or those of their area where it names
    nobody."""
    headed = select(Area.id).where(Area.manager_id.in_(managers))
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    theirs = or_(Retailer.manager_id.in_(managers), and_(Retailer.manager_id.is_(None), Retailer.area_id.in_(headed)))
    statement = select(manager.label("id"), func.count().label("shops")).select_from(Retailer).where(theirs, IS_THERE)
    rows = session.execute(statement.join(Area, Area.id == Retailer.area_id).group_by(manager))
    return {row.id: row.shops for row in rows}
