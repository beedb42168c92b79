"""Routing: finding the owner of a request, and changing it. No clock is reset; `moving` does it for many at once."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from foundation.database import changed
from foundation.errors import Refused
from people.models import Manager, Retailer
from people.rules import Person
from visits.actions import alerts, clocks, complaints, notices, withdrawing
from visits.actions.open_request import OpenRequest
from visits.models.owners import Assignment, AssignmentReason
from visits.models.requests import Request
from visits.queries.org_chart import OrgChart


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


def route(current: OpenRequest) -> Decision:
    """Give a request to whoever answers for its shop today, and notify them.

    Where nobody can be found it stays in the pool, and those at the top are notified. Where somebody else changed the
    owner meanwhile, their choice stands. The request's clocks run already (`clocks.opened`).
    """
    request, chart = current.row, current.chart
    if request.goes_up:
        choice = chart.choose_above(current.area_id, current.hidden_from())
    else:
        choice = chart.choose(current.own_id, current.area_id)
    to_id = choice.manager.id if choice.manager else None
    is_told_of_pool = request.version and request.owner_id is None and to_id is None
    if is_told_of_pool or (request.version and request.owner_id == to_id):
        return Decision(choice.manager, choice.reason, choice.explained, is_new=False)
    assignment = _assign(current, to_id, choice.reason, choice.explained)
    if assignment is None:
        return as_it_stands(current)
    if to_id is None:
        current.session.add(assignment)
        notices.no_owner(current, why=choice.explained)
    else:
        _hand_over(current, assignment, to_id)
    return Decision(choice.manager, choice.reason, choice.explained)


def transfer(current: OpenRequest, to_manager_id: int, *, by: str) -> Decision:
    """Hand a request to another manager; `by` is who decided it. Raises `Refused` where it is closed, they are
    disabled, or own it already."""
    request, person = current.row, current.chart.managers.get(to_manager_id)
    if person is None or person.is_disabled:
        raise Refused("没有这位客户经理，或已停用。")
    if request.closed_at is not None:
        raise Refused(f"#{request.number} 已完结，不能再转。")
    if request.owner_id == to_manager_id:
        raise Refused(f"#{request.number} 已经由{person.name}负责。")
    if to_manager_id in current.hidden_from():
        raise Refused("这是投诉，不能转给被投诉的人。请转给别的负责人。")
    check_here(current.chart, person)
    explained = f"{by}转给{person.name}"
    assignment = _assign(current, person.id, AssignmentReason.TRANSFER, explained, by=by)
    if assignment is None:
        raise Refused(f"#{request.number} 刚刚被别人转走了，请重新看一下。")
    is_told = _hand_over(current, assignment, person.id)
    return Decision(person, AssignmentReason.TRANSFER, explained, is_told=is_told)


def check_here(chart: OrgChart, person: Person) -> None:
    """Raise `Refused` for a manager on leave: nothing is handed to them."""
    if person.id in chart.away:  # `moving.reassign` would take it from them
        raise Refused(f"{person.name}正在请假，请转给别的客户经理。")


def take(current: OpenRequest, manager_id: int, *, by: str) -> None:
    """Make whoever answers a request without an owner its owner; they need no notice."""
    if current.row.owner_id is None:
        assigned = _assign(current, manager_id, AssignmentReason.TRANSFER, f"{by}先答复了，由{by}负责", by=by)
        current.session.add_all([assigned] if assigned else [])
        clocks.handed_over(current)


def attach(current: OpenRequest, retailer: Retailer) -> Decision:
    """Give a request to the shop its writer turned out to keep, and route it anew."""
    request = current.row
    request.retailer_id, request.area_id, request.class_id = retailer.id, retailer.area_id, retailer.class_id
    current.session.flush()
    return anew(current)


def anew(current: OpenRequest) -> Decision:
    """Route a request anew that turned out to come from another shop or area: also whom a complaint is hidden from."""
    clocks.promised_anew(current)
    if current.row.goes_up:
        return complain(current, complaints.said(current))
    return route(current)


def complain(current: OpenRequest, text: str) -> Decision:
    """Give a request with a complaint to whoever stands above, and hide it from the managers it is or may be about."""
    complaints.hide(current, text)
    return route(current)


def _assign(
    current: OpenRequest, to_id: int | None, reason: AssignmentReason, explained: str, *, by: str = ""
) -> Assignment | None:
    """Change the owner unless somebody else did since it was read; None where somebody did. The caller adds the
    returned row."""
    session, request = current.session, current.row
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
        withdrawing.withdraw(current)
        alerts.refresh(session, [request.id], now=current.now, former={request.id: from_id})
    return Assignment(
        request_id=request.id,
        at=current.now,
        from_id=from_id,
        to_id=to_id,
        reason=reason,
        explained=explained[:300],
        by=by,
    )


def _hand_over(current: OpenRequest, assignment: Assignment, to_id: int) -> bool:
    """Notify the new owner, or whoever stands above where they cannot be notified; gives whether the owner was."""
    is_first = current.row.handed_over_at is None
    assignment.delivery_id = notices.hand_over(current, to_id, why=assignment.explained, is_first=is_first)
    current.session.add(assignment)
    if assignment.delivery_id is None:
        return False
    clocks.handed_over(current)
    return True


def as_it_stands(current: OpenRequest) -> Decision:
    """Return who answers for a request, and why, as last decided."""
    last = current.session.execute(
        select(Assignment.reason, Assignment.explained, Manager.id, Manager.name, Manager.phone)
        .outerjoin(Manager, Manager.id == current.row.owner_id)
        .where(Assignment.request_id == current.row.id)
        .order_by(Assignment.id.desc())
        .limit(1)
    ).one()
    person = Person(last.id, last.name, last.phone) if last.id else None
    return Decision(person, AssignmentReason(last.reason), last.explained, is_new=False)


def keep_or_route(current: OpenRequest) -> Decision:
    """Leave a request with the owner it was handed to, unless they are away today. Any other is routed anew: back to
    whom a leave took it from, or to whoever has the shop by now."""
    decided = as_it_stands(current)
    is_kept = decided.reason is AssignmentReason.TRANSFER and decided.manager is not None
    if is_kept and decided.manager and decided.manager.id not in current.chart.absent:
        return decided
    return route(current)
