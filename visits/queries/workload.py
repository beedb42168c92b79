"""Workload of customer managers: open requests of each, besides the number of shops they look after."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from people.models import IS_THERE, Area, Manager, Retailer
from visits.models import Request
from visits.queries import visibility
from visits.queries.visibility import Colleague

#: At most so many managers are shown, the most overdue first.
MOST = 60


@dataclass(frozen=True, slots=True)
class Workload:
    """Workload of one customer manager; without a manager, that of the pool."""

    manager_id: int | None
    name: str
    open: int
    overdue: int
    #: Due before midnight, and not yet overdue.
    today: int
    #: Since when the longest waiting shop has waited.
    waits_since: datetime | None
    shops: int
    is_away: bool


def of_all(session: Session, who: Colleague, away: Collection[int]) -> list[Workload]:
    """Return everybody whose requests this colleague sees, and the managers below them: the most overdue first."""
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
        .subquery()
    )
    columns: Any = held.c
    counts: tuple[Any, ...] = (columns.open, columns.overdue, columns.today, columns.since)
    needy = (columns.overdue.desc(), columns.today.desc(), columns.open.desc())
    rows = session.execute(
        select(columns.owner_id, func.coalesce(Manager.name, ""), *counts)
        .outerjoin(Manager, Manager.id == columns.owner_id)
        .order_by(*needy, columns.owner_id)
        .limit(MOST)
    )
    busy: list[tuple[Any, ...]] = [tuple(row) for row in rows]
    idle = _idle(session, who, {row[0] for row in busy if row[0]}, MOST - len(busy))
    shops = _shops(session, [row[0] for row in busy if row[0]] + list(idle))
    found = [Workload(*(*row, shops.get(row[0], 0), row[0] in away)) for row in busy]
    return found + [Workload(key, name, 0, 0, 0, None, shops.get(key, 0), key in away) for key, name in idle.items()]


def _idle(session: Session, who: Colleague, busy: Collection[int], most: int) -> dict[int, str]:
    """Return managers with nothing in hand, to whom something may be given."""
    statement = select(Manager.id, Manager.name).where(Manager.disabled_at.is_(None), Manager.id.not_in(sorted(busy)))
    if not who.sees.is_company_wide:
        statement = statement.where(Manager.id.in_(sorted(visibility.managers_below(session, who))))
    rows = session.execute(statement.order_by(Manager.name, Manager.id).limit(max(most, 0)))
    return {row.id: row.name for row in rows}


def _shops(session: Session, managers: Collection[int]) -> dict[int, int]:
    """Count the shops each manager looks after: those the roster gives them, or those of their area where it names
    nobody."""
    headed = select(Area.id).where(Area.manager_id.in_(managers))
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    theirs = or_(Retailer.manager_id.in_(managers), and_(Retailer.manager_id.is_(None), Retailer.area_id.in_(headed)))
    statement = select(manager.label("id"), func.count().label("shops")).select_from(Retailer).where(theirs, IS_THERE)
    rows = session.execute(statement.join(Area, Area.id == Retailer.area_id).group_by(manager))
    return {row.id: row.shops for row in rows}
