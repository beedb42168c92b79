"""Visibility: which requests a colleague may see and answer. What is left out by mistake is hidden, never shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from console import queries as console
from console.rules.visitors import Role, Visitor
from foundation.clock import day_in
from people import identity
from people import visibility as shops
from people.models import Area, Manager, Retailer
from people.rules import with_sub_areas
from visits.models.groups import VisitGroup
from visits.models.owners import HiddenFrom
from visits.models.requests import Author, Request
from visits.queries import org_chart
from visits.texts.answering import SERVICE
from visits.texts.times import when


@dataclass(frozen=True, slots=True)
class Colleague:
    """Colleague at a moment: a customer manager in WeChat, or a user of the console."""

    name: str
    now: datetime
    zone: ZoneInfo
    #: Which shops they see.
    sees: Visitor
    manager_id: int | None = None
    user_id: int | None = None

    @property
    def today(self) -> date:
        return day_in(self.now, self.zone)

    def when(self, at: datetime) -> str:
        """Return a moment as they read it now."""
        return when(at, now=self.now, zone=self.zone)

    @property
    def public_name(self) -> str:
        """The name a shop sees: a customer manager's own, for everybody else the company's service."""
        return self.name if self.manager_id is not None else SERVICE

    @property
    def author(self) -> Author:
        return Author.STAFF if self.manager_id is None else Author.MANAGER


def of_manager(session: Session, openid: str, *, now: datetime, zone: ZoneInfo) -> Colleague | None:
    """Return the customer manager with this openid; None for everybody else, and for a disabled one."""
    found = identity.manager_of(session, openid)
    if found is None or found.is_disabled:
        return None
    return _manager(found.id, found.name, now, zone)


def of_visitor(session: Session, visitor: Visitor, *, now: datetime, zone: ZoneInfo) -> Colleague:
    """Return the colleague signed in at the console; a customer manager goes by their own name."""
    name = visitor.name
    if visitor.manager_id is not None:
        name = session.scalar(select(Manager.name).where(Manager.id == visitor.manager_id)) or name
    return Colleague(name, now, zone, visitor, manager_id=visitor.manager_id, user_id=visitor.user_id)


def of_writer(
    session: Session, manager_id: int | None, user_id: int | None, *, now: datetime, zone: ZoneInfo
) -> Colleague | None:
    """Return the writer of something, as they are now; None where they are gone or may no longer do anything."""
    if manager_id is None:
        visitor = console.visitor(session, user_id) if user_id is not None else None
        return of_visitor(session, visitor, now=now, zone=zone) if visitor else None
    found = session.get(Manager, manager_id)
    return None if found is None or found.disabled_at is not None else _manager(found.id, found.name, now, zone)


def within(session: Session, who: Colleague, of: Any = Request) -> ColumnElement[bool]:
    """Return the condition on `Request`, or on a row with the same columns, for what they may see.

    A customer manager sees the requests they own, those of the shops they look after (a deputy also during the leave),
    and as a supervisor those of the areas below their own; a complaint only as its owner or from above, and never one
    that is hidden from them. Managers at the top are notified of requests without an area, and see them.
    """
    if who.sees.is_company_wide:
        return true()
    # A fact row names its request; a request is its own.
    key = getattr(of, "request_id", None)
    complaint = exists().where(HiddenFrom.request_id == (of.id if key is None else key))
    if who.manager_id is None:
        areas = shops.area_ids(session, who.sees) or set()
        # A complaint about somebody at the top belongs to the office: their console account may be this one.
        heads = select(Area.manager_id).where(Area.id.in_(select(Area.parent_id)))
        found: ColumnElement[bool] = of.area_id.in_(sorted(areas)) & ~complaint.where(HiddenFrom.manager_id.in_(heads))
        return found
    mine = select(Retailer.id).join(Area, Area.id == Retailer.area_id)
    looked_after = shops.within(session, who.sees, today=who.today)
    assert looked_after is not None  # a manager is never company-wide
    conditions = [of.owner_id == who.manager_id, and_(of.retailer_id.in_(mine.where(looked_after)), ~complaint)]
    supervised = supervised_areas(session, who.manager_id)
    if supervised:
        conditions.append(of.area_id.in_(sorted(supervised)))
    if who.manager_id in {top.id for top in org_chart.read(session, who.today).tops()}:
        conditions.append(of.area_id.is_(None))
    return and_(or_(*conditions), ~complaint.where(HiddenFrom.manager_id == who.manager_id))


def hidden_from(session: Session, requests: Collection[int]) -> dict[int, set[int]]:
    """Return the managers each of these complaints is hidden from; requests hidden from nobody are left out."""
    rows = session.execute(
        select(HiddenFrom.request_id, HiddenFrom.manager_id).where(HiddenFrom.request_id.in_(requests))
    )
    found: dict[int, set[int]] = {}
    for request_id, manager_id in rows:
        found.setdefault(request_id, set()).add(manager_id)
    return found


def shops_of(session: Session, who: Colleague) -> ColumnElement[bool]:
    """Return the condition on `Retailer` for the shops they or the managers below look after."""
    mine = shops.within(session, who.sees, today=who.today)
    if mine is None or who.manager_id is None:
        return true() if mine is None else mine
    supervised = supervised_areas(session, who.manager_id)
    return or_(mine, Retailer.area_id.in_(sorted(supervised))) if supervised else mine


def managers_below(session: Session, who: Colleague) -> set[int]:
    """Return the customer managers of the areas below somebody's own."""
    if who.manager_id is not None:
        areas = supervised_areas(session, who.manager_id)
    else:
        areas = shops.area_ids(session, who.sees) or set()
    if not areas:
        return set()
    heads = session.scalars(select(Area.manager_id).where(Area.id.in_(sorted(areas)), Area.manager_id.is_not(None)))
    return {head for head in heads if head is not None} - {who.manager_id}


def groups_within(session: Session, who: Colleague) -> ColumnElement[bool]:
    """Return the condition on `VisitGroup` for the groups they may see: their own, and those of managers below."""
    if who.sees.is_company_wide:
        return true()
    own = VisitGroup.user_id == who.user_id if who.manager_id is None else VisitGroup.manager_id == who.manager_id
    below = managers_below(session, who)
    return or_(own, VisitGroup.manager_id.in_(sorted(below))) if below else own


def _manager(manager_id: int, name: str, now: datetime, zone: ZoneInfo) -> Colleague:
    sees = Visitor(0, name, Role.MANAGER, manager_id=manager_id)
    return Colleague(name, now, zone, sees, manager_id=manager_id)


def supervised_areas(session: Session, manager_id: int) -> set[int]:
    """Return the areas below those this manager heads, without their own."""
    rows = session.execute(select(Area.id, Area.parent_id, Area.manager_id)).all()
    own = {row.id for row in rows if row.manager_id == manager_id}
    if not own:
        return set()
    return with_sub_areas([(row.id, row.parent_id) for row in rows], own) - own
