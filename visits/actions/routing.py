"""Routing: finding the owner of a request, and changing it. No clock is reset; `moving` does it for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from foundation.clock import day_in
from foundation.database import changed
from foundation.errors import Refused
from people.models import Manager, Retailer
from people.rules import Person
from visits.actions import alerts, clocks, complaints, notices, withdrawing
from visits.actions import open_request as cases
from visits.actions.open_request import Case
from visits.models import Assignment, AssignmentReason, Request
from visits.queries import org_chart
from visits.queries.org_chart import Ladder

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Decision:
    """Owner of a request now, and why. `is_new` is False where nothing was changed."""

    manager: Person | None
    reason: AssignmentReason
    explained: str
    is_new: bool = True
    #: Whether a notice to them was queued: they are bound and follow the account.
    is_told: bool = True

    @property
    def is_deputy(self) -> bool:
        """Whether they stand in for somebody on leave."""
        return self.reason is AssignmentReason.DEPUTY


def route(session: Session, request: Request, *, now: datetime, zone: ZoneInfo, case: Case | None = None) -> Decision:
    """Give a request to whoever answers for its shop today, and notify them. `case` is what was read of it already.

    Where nobody can be found it stays in the pool, and those at the top are notified. Where somebody else changed the
    owner meanwhile, their choice stands. The request's clocks run already (`clocks.opened`).
    """
    case = case or cases.read(session, request, now=now)
    stairs = org_chart.read(session, day_in(now, zone))
    own_id, area_id = _home(request, case)
    kept = _kept(session, request)
    choice = stairs.choose_above(area_id, kept) if request.goes_up else stairs.choose(own_id, area_id)
    to_id = choice.manager.id if choice.manager else None
    is_told_of_pool = request.version and request.owner_id is None and to_id is None
    if is_told_of_pool or (request.version and request.owner_id == to_id):
        return Decision(choice.manager, choice.reason, choice.explained, is_new=False)
    assignment = _assign(session, request, to_id, choice.reason, choice.explained, by="", now=now)
    if assignment is None:
        return as_it_stands(session, request)
    if to_id is None:
        log.warning("a request has no owner", request=request.number)
        session.add(assignment)
        tops = [each.id for each in stairs.tops() if each.id not in kept]
        notices.no_owner(session, request, tops, case, why=choice.explained, now=now)
    else:
        above = [each.id for each in stairs.supervisors(area_id, below_id=to_id) if each.id not in kept]
        _hand_over(session, request, assignment, to_id, above, case, now=now, zone=zone)
    return Decision(choice.manager, choice.reason, choice.explained)


def transfer(
    session: Session, request: Request, to_manager_id: int, *, by: str, now: datetime, zone: ZoneInfo
) -> Decision:
    """Hand a request to another manager; `by` is who decided it. Raises `Refused` where it is closed, they are
    disabled, or own it already."""
    person = session.execute(
        select(Manager.id, Manager.name, Manager.phone, Manager.disabled_at).where(Manager.id == to_manager_id)
    ).first()
    if person is None or person.disabled_at is not None:
        raise Refused("没有这位客户经理，或已停用。")
    if request.closed_at is not None:
        raise Refused(f"#{request.number} 已完结，不能再转。")
    if request.owner_id == to_manager_id:
        raise Refused(f"#{request.number} 已经由{person.name}负责。")
    kept = _kept(session, request)
    if to_manager_id in kept:
        raise Refused("这是投诉，不能转给被投诉的人。请转给别的负责人。")
    stairs = org_chart.read(session, day_in(now, zone))
    check_here(stairs, person.id, person.name)
    explained = f"{by}转给{person.name}"
    assignment = _assign(session, request, person.id, AssignmentReason.TRANSFER, explained, by=by, now=now)
    if assignment is None:
        raise Refused(f"#{request.number} 刚刚被别人转走了，请重新看一下。")
    case = cases.read(session, request, now=now)
    _, area_id = _home(request, case)
    above = [each.id for each in stairs.supervisors(area_id, below_id=person.id) if each.id not in kept]
    is_told = _hand_over(session, request, assignment, person.id, above, case, now=now, zone=zone)
    return Decision(Person(person.id, person.name, person.phone), AssignmentReason.TRANSFER, explained, is_told=is_told)


def check_here(stairs: Ladder, manager_id: int, name: str) -> None:
    """Raise `Refused` for a manager on leave: nothing is handed to them."""
    if manager_id in stairs.away:  # the next sweep would take it from them
        raise Refused(f"{name}正在请假，请转给别的客户经理。")


def take(session: Session, request: Request, manager_id: int, *, by: str, now: datetime) -> None:
    """Make whoever answers a request without an owner its owner; they need no notice."""
    if request.owner_id is None:
        assigned = _assign(
            session, request, manager_id, AssignmentReason.TRANSFER, f"{by}先答复了，由{by}负责", by=by, now=now
        )
        session.add_all([assigned] if assigned else [])
        clocks.handed_over(session, request, now=now)


def attach(session: Session, request: Request, retailer: Retailer, *, now: datetime, zone: ZoneInfo) -> Decision:
    """Give a request to the shop its writer turned out to keep, and route it anew."""
    request.retailer_id, request.area_id, request.class_id = retailer.id, retailer.area_id, retailer.class_id
    session.flush()
    clocks.promised_anew(session, request, now=now)
    if request.goes_up:
        return complained(session, request, now=now, zone=zone)
    return route(session, request, now=now, zone=zone)


def complain(session: Session, request: Request, text: str, case: Case, *, now: datetime, zone: ZoneInfo) -> Decision:
    """Give a request with a complaint to whoever stands above, and hide it from the managers it is or may be about."""
    stairs = org_chart.read(session, day_in(now, zone))
    complaints.keep(session, request, text, stairs, _home(request, case), now=now)
    return route(session, request, now=now, zone=zone, case=case)


def complained(session: Session, request: Request, *, now: datetime, zone: ZoneInfo) -> Decision:
    """Work out anew whom a complaint is hidden from, since it turned out to come from another shop or area."""
    case = cases.read(session, request, now=now)
    return complain(session, request, complaints.said(session, request), case, now=now, zone=zone)


def _kept(session: Session, request: Request) -> set[int]:
    return complaints.kept_from(session, [request.id]).get(request.id, set()) if request.goes_up else set()


def _home(request: Request, case: Case) -> tuple[int | None, int | None]:
    """Return the manager the shop names and its area, as of today."""
    if case.shop is None:
        return None, request.area_id
    return case.shop.own.id if case.shop.own else None, case.shop.area_id


def _assign(
    session: Session,
    request: Request,
    to_id: int | None,
    reason: AssignmentReason,
    explained: str,
    *,
    by: str,
    now: datetime,
) -> Assignment | None:
    """Change the owner unless somebody else did since it was read; None where somebody did. The caller adds the
    returned row."""
    won = changed(
        session,
        update(Request)
        .where(Request.id == request.id, Request.version == request.version)
        .values(owner_id=to_id, version=Request.version + 1, snoozed_until=None),
    )
    if not won:
        session.refresh(request, ["owner_id", "version"])
        return None
    from_id = request.owner_id
    # As the statement left them: reading them again would be one more round trip in a callback.
    set_committed_value(request, "owner_id", to_id)
    set_committed_value(request, "version", request.version + 1)
    set_committed_value(request, "snoozed_until", None)  # snoozed by the former owner, not by the next
    if request.version > 1:
        withdrawing.withdraw(session, request, now=now)
        alerts.refresh(session, [request.id], now=now, former={request.id: from_id})
    return Assignment(
        request_id=request.id, at=now, from_id=from_id, to_id=to_id, reason=reason, explained=explained[:300], by=by
    )


def _hand_over(
    session: Session,
    request: Request,
    assignment: Assignment,
    to_id: int,
    above: Sequence[int],
    case: Case,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Notify the new owner, or whoever stands above where they cannot be notified; gives whether the owner was."""
    is_first = request.handed_over_at is None
    why = assignment.explained
    told = notices.hand_over(session, request, to_id, case, why=why, is_first=is_first, now=now, zone=zone)
    assignment.delivery_id = told.delivery_id
    request.told_id = None
    session.add(assignment)
    if told.delivery_id is not None:
        if told.is_held:
            notices.not_reached(session, request, to_id, above, case, is_held=True, now=now)
        clocks.handed_over(session, request, now=now, book=case.book)
        return True
    log.warning("an owner cannot be told in WeChat", request=request.number, manager=to_id)
    notices.not_reached(session, request, to_id, above, case, now=now)
    return False


def as_it_stands(session: Session, request: Request) -> Decision:
    """Return who answers for a request, and why, as last decided."""
    last = session.execute(
        select(Assignment.reason, Assignment.explained, Manager.id, Manager.name, Manager.phone)
        .outerjoin(Manager, Manager.id == request.owner_id)
        .where(Assignment.request_id == request.id)
        .order_by(Assignment.id.desc())
        .limit(1)
    ).one()
    person = Person(last.id, last.name, last.phone) if last.id else None
    return Decision(person, AssignmentReason(last.reason), last.explained, is_new=False)


def keep_or_route(session: Session, request: Request, case: Case, *, now: datetime, zone: ZoneInfo) -> Decision:
    """Leave a request with the owner it was handed to, unless they are away today. Any other is routed anew: back to
    whom a leave took it from, or to whoever has the shop by now."""
    decided = as_it_stands(session, request)
    stairs = org_chart.read(session, day_in(now, zone))
    is_kept = decided.reason is AssignmentReason.TRANSFER and decided.manager is not None
    if is_kept and decided.manager and decided.manager.id not in stairs.absent:
        return decided
    return route(session, request, now=now, zone=zone, case=case)
