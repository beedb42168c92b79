"""Moving many requests to other owners at once: taken from absent owners, or handed on by somebody. No clock is
reset."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.database import one_at_a_time
from foundation.errors import Refused
from people.models import Area, Retailer
from people.rules import Person
from visits.actions import alerts, deadlines, notices, routing, withdrawing
from visits.actions.notices import ManagerNotice
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline, Promise
from visits.models.owners import Assignment, AssignmentReason, HiddenFrom
from visits.models.requests import FIRST_NUMBER, Request
from visits.queries import org_chart, visibility
from visits.queries.org_chart import OrgChart
from visits.rules.routing import OwnerChoice
from visits.texts import notices as texts

log = structlog.get_logger(__name__)

#: Its owner was chosen as the shop's or its area's manager, who is somebody else now; or as a deputy or supervisor of
#: an area the shop has left. A complaint stays with whoever stands above.
_LAST_REASON = (
    select(Assignment.reason)
    .where(Assignment.request_id == Request.id)
    .order_by(Assignment.id.desc())
    .limit(1)
    .correlate(Request)
    .scalar_subquery()
)
_HAS_MOVED = and_(
    Request.goes_up.is_(False),
    or_(
        and_(
            Request.owner_id.is_distinct_from(func.coalesce(Retailer.manager_id, Area.manager_id)),
            Retailer.id.is_not(None),
            _LAST_REASON.in_((AssignmentReason.OWN, AssignmentReason.AREA)),
        ),
        and_(
            Retailer.area_id != Request.area_id,
            _LAST_REASON.in_((AssignmentReason.DEPUTY, AssignmentReason.SUPERVISOR)),
        ),
    ),
)
#: Request numbers listed in the one notice about many requests.
LISTED = 5
#: Key of an advisory lock (any number): two workers at once would each take some, and tell the new owner twice.
REASSIGNING = 0x5EED_0003


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Result of handing on many requests: how many, and the ids of those somebody else had handed on meanwhile."""

    moved: int
    overtaken: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """Locked request, as far as giving it to another owner needs."""

    id: int
    owner_id: int | None
    version: int
    own_id: int | None
    area_id: int | None
    was_handed_over: bool
    is_overdue: bool
    goes_up: bool
    #: The roster has since given its shop to another manager than when its owner was set.
    has_moved: bool


def reassign(session: Session, *, now: datetime, zone: ZoneInfo, after: int = 0, limit: int = 1000) -> int:
    """Give open requests to whoever answers for them today: those of absent or disabled owners, those without an owner,
    and those whose shop the roster gave to another manager. Requests handed on by hand stay where they are.

    Checks up to `limit` such requests with ids above `after`; gives the last one's id, 0 where no more are left.
    However many requests a manager held, this takes one decision for each area, one statement for each new owner, and
    one notice.
    """
    one_at_a_time(session, REASSIGNING)
    chart = org_chart.read(session, day_in(now, zone))
    held = _held(session, chart, after, limit, now)
    moved: dict[int | None, list[tuple[_Held, OwnerChoice]]] = defaultdict(list)
    choices: dict[tuple[int | None, int | None], OwnerChoice] = {}
    hidden = visibility.hidden_from(session, [each.id for each in held if each.goes_up])
    for each in held:
        home = each.own_id, each.area_id
        if each.goes_up:
            choice = chart.choose_above(each.area_id, hidden.get(each.id, ()))
        else:
            choice = choices.get(home) or choices.setdefault(home, chart.choose(*home))
        to_id = choice.manager.id if choice.manager else None
        if to_id != each.owner_id:
            why = texts.MOVED_ALONG.format(choice.explained) if each.has_moved else choice.explained
            moved[to_id].append((each, replace(choice, explained=why)))
    for to_id, those in moved.items():
        _move(session, chart, to_id, those, now=now, zone=zone)
        _tell_who_had_them(session, [each for each, _ in those if each.has_moved], chart.managers.get(to_id or 0), now)
    return held[-1].id if len(held) == limit else 0


def transfer_many(
    session: Session,
    were_with: Mapping[int, int | None],
    to_manager_id: int,
    *,
    by: str,
    now: datetime,
    zone: ZoneInfo,
) -> HandedOn:
    """Hand open requests to another manager with one notice for all, leaving out those they own already.

    `were_with` gives each request's owner when it was chosen, 0 for none, None where unknown: a request somebody else
    handed on meanwhile stays with its new owner.
    """
    chart = org_chart.read(session, day_in(now, zone))
    person = chart.managers.get(to_manager_id)
    if person is None or person.is_disabled:
        raise Refused("没有这位客户经理，或已停用。")
    routing.check_here(chart, person)
    others = or_(Request.owner_id.is_(None), Request.owner_id != to_manager_id)
    # A complaint is never handed to somebody it is hidden from.
    is_theirs = exists().where(HiddenFrom.request_id == Request.id, HiddenFrom.manager_id == to_manager_id)
    chosen = _select_held().where(Request.id.in_(were_with), others, ~is_theirs)
    held = _read(session, chosen.with_for_update(of=Request), now)
    overtaken = tuple(each.id for each in held if were_with[each.id] not in (None, each.owner_id or 0))
    held = [each for each in held if each.id not in overtaken]
    choice = OwnerChoice(person, AssignmentReason.TRANSFER, f"{by}转给{person.name}")
    if held:
        _move(session, chart, person.id, [(each, choice) for each in held], by=by, now=now, zone=zone)
    return HandedOn(len(held), overtaken)


def _held(session: Session, chart: OrgChart, after: int, limit: int, now: datetime) -> list[_Held]:
    is_away = Request.owner_id.in_(sorted(chart.absent))
    is_left = and_(Request.owner_id.is_(None), or_(Retailer.id.is_not(None), Request.area_id.is_not(None)))
    found = _select_held().where(Request.id > after, or_(is_away, is_left, _HAS_MOVED)).limit(limit)
    return _read(session, found.with_for_update(of=Request, skip_locked=True), now)


def _select_held() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Request.id,
        Request.owner_id,
        Request.version,
        Retailer.manager_id,
        func.coalesce(Retailer.area_id, Request.area_id),
        Request.handed_over_at,
        Request.due_at,
        Request.goes_up,
        _HAS_MOVED,
    )
    of_shops = select(*columns).outerjoin(Retailer, Retailer.id == Request.retailer_id)
    of_shops = of_shops.outerjoin(Area, Area.id == Retailer.area_id)
    return of_shops.where(Request.closed_at.is_(None)).order_by(Request.id)


def _read(session: Session, statement: Select[Any], now: datetime) -> list[_Held]:
    return [
        _Held(key, owner, version, own, area, handed_over_at is not None, due_at is not None and due_at <= now, *flags)
        for key, owner, version, own, area, handed_over_at, due_at, *flags in session.execute(statement)
    ]


def _move(
    session: Session,
    chart: OrgChart,
    to_id: int | None,
    those: Sequence[tuple[_Held, OwnerChoice]],
    *,
    by: str = "",
    now: datetime,
    zone: ZoneInfo,
) -> None:
    """Give locked requests to one new owner (or none), with as many statements for a thousand as for one."""
    ids = [each.id for each, _ in those]
    session.execute(
        update(Request)
        .where(Request.id.in_(ids))
        .values(owner_id=to_id, version=Request.version + 1, snoozed_until=None)
    )
    session.expire_all()
    withdrawing.withdraw_all(session, ids, [each.owner_id for each, _ in those], now=now)
    alerts.refresh(session, ids, now=now, former={each.id: each.owner_id for each, _ in those})
    whys = list(dict.fromkeys(choice.explained for _, choice in those))
    told = _tell_owner(session, chart, to_id, those, whys, now=now, zone=zone)
    rows: list[dict[str, Any]] = [
        {
            "request_id": each.id,
            "at": now,
            "from_id": each.owner_id,
            "to_id": to_id,
            "reason": choice.reason,
            "explained": choice.explained[:300],
            "by": by,
            "delivery_id": told,
        }
        for each, choice in those
    ]
    session.execute(insert(Assignment), rows)
    fresh = [each.id for each, _ in those if not each.was_handed_over]
    if told is not None and fresh:
        _handed_over(session, fresh, now)


def _tell_who_had_them(session: Session, those: Sequence[_Held], now_with: Person | None, now: datetime) -> None:
    """Notify the former owners of requests whose shops the roster gave to another manager."""
    of_each: dict[int, list[_Held]] = defaultdict(list)
    for each in those:
        if each.owner_id is not None:
            of_each[each.owner_id].append(each)
    for owner_id, theirs in of_each.items():
        numbers = [each.id + FIRST_NUMBER for each in theirs[:LISTED]]
        text = texts.moved_away(len(theirs), numbers, now_with.name if now_with else "")
        about = notices.about(theirs[0].id) if len(theirs) == 1 else notices.ABOUT_ALL
        key = f"visits:left:{theirs[0].id}:{theirs[0].version}:{owner_id}"
        one = ManagerNotice(text, about, key, heeds_quiet=True, folds=False)
        notices.tell(session, owner_id, one, now=now)


def _tell_owner(
    session: Session,
    chart: OrgChart,
    to_id: int | None,
    those: Sequence[tuple[_Held, OwnerChoice]],
    whys: Sequence[str],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> int | None:
    request = OpenRequest(session, session.get_one(Request, those[0][0].id), now, zone)
    request.chart = chart
    if len(those) == 1:
        (held, choice), *_ = those
        if to_id is None:
            notices.no_owner(request, why=choice.explained)
            return None
        return notices.hand_over(request, to_id, why=choice.explained, is_first=not held.was_handed_over)
    key = f"visits:moved:{those[0][0].id}:{those[0][0].version}"
    if to_id is None:
        log.warning("requests have no owner", count=len(those))
        for top in chart.tops():
            text = texts.many_without_owner(len(those), whys)
            notices.tell(session, top.id, ManagerNotice(text, key=f"{key}:{top.id}"), now=now)
        return None
    numbers = [each.id + FIRST_NUMBER for each, _ in those[:LISTED]]
    text = texts.many_handed_on(len(those), numbers, whys, sum(each.is_overdue for each, _ in those))
    # A leave begins at midnight: notices of what it moves may wait for the morning.
    one = ManagerNotice(text, key=f"{key}:{to_id}", heeds_quiet=True, watch=notices.WATCH)
    told = notices.tell(session, to_id, one, now=now)
    if told is None:
        notices.not_reached(request, to_id)
    return told


def _handed_over(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Do what `clocks.handed_over` does, for many requests with as many statements as for one."""
    session.execute(
        update(Deadline)
        .where(Deadline.request_id.in_(ids), Deadline.promise == Promise.HANDING_OVER, Deadline.ended_at.is_(None))
        .values(ended_at=now, met_at=now, step=None, step_at=None)
    )
    requests = session.scalars(select(Request).where(Request.id.in_(ids)).order_by(Request.id)).all()
    for request, its in deadlines.with_deadlines(session, list(requests)):
        request.handed_over_at = now
        deadlines.settle(request, its)
