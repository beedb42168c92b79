"""Steps of escalation that are due: taken once each, with their notices, in one transaction.

A step's row is unique, and whoever takes it holds the request's row: workers that look at once share the requests out.
After an outage every step that fell into it is taken, and each person gets one notice: of the worst. In quiet hours a
step is taken at its time and its notice waits; what comes in the meantime joins it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.database import upsert
from foundation.quiet import QuietHours
from people.models import Manager, Retailer
from visits import ladder, terms
from visits.actions import clocks, notices
from visits.models import FIRST_NUMBER, Deadline, Escalation, Promise, Request, Told
from visits.rules import hearing, promises
from visits.rules.promises import Step
from visits.texts import escalation as texts
from visits.texts.escalation import Warned
from wechat_bot import outbox
from wechat_bot.models import Delivery, DeliveryState, Follower


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step that was taken, on its way to people."""

    escalation_id: int
    request_id: int
    step: Step
    promise: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class _Shop:
    """Whose request it is, and who answers for it."""

    number: int
    name: str
    owner_id: int | None
    owner: str


def sweep_steps(session: Session, *, now: datetime, zone: ZoneInfo, quiet: QuietHours | None, limit: int = 200) -> int:
    """Take the steps that are due, of at most so many clocks; gives of how many requests.

    A step is taken when it is due; in quiet hours only its notice waits.
    """
    due = (
        select(Deadline.request_id)
        .where(Deadline.step_at <= now, Deadline.step_at.is_not(None), Deadline.ended_at.is_(None))
        .order_by(Deadline.step_at, Deadline.id)
        .limit(limit)
    )
    requests = clocks.locked(session, session.scalars(due).all())
    if not requests:
        return 0
    rows = _take(session, requests, now)
    session.add_all(escalation for escalation, _ in rows)
    session.flush()
    taken = [
        _Taken(row.id, deadline.request_id, Step(row.step), deadline.promise, deadline.due_at or row.due_at)
        for row, deadline in rows
    ]
    _tell(session, {request.id: request for request in requests}, taken, now, zone, quiet)
    return len(requests)


def _take(session: Session, requests: list[Request], now: datetime) -> list[tuple[Escalation, Deadline]]:
    """Move every clock of these requests past the steps that are due; gives a row for each."""
    rows = []
    found = clocks.with_deadlines(session, requests)
    counts_hours = any(deadline.counts_working_hours for _, deadlines in found for deadline in deadlines)
    hours = terms.calendar(session) if counts_hours else None
    for _, deadlines in found:
        for deadline in deadlines:
            while deadline.step is not None and deadline.step_at is not None and deadline.step_at <= now:
                step = Step(deadline.step)
                row = Escalation(deadline_id=deadline.id, step=step, due_at=deadline.step_at, taken_at=now)
                rows.append((row, deadline))
                deadline.step = promises.following(Promise(deadline.promise), step)
                clocks.plan(deadline, hours if deadline.counts_working_hours else None)
    return rows


def _tell(
    session: Session,
    requests: dict[int, Request],
    taken: list[_Taken],
    now: datetime,
    zone: ZoneInfo,
    quiet: QuietHours | None,
) -> None:
    above = _above(session, list(requests.values()), now, zone)
    moot = _moot_windows(session, requests, taken, now)
    to: dict[int, list[_Taken]] = defaultdict(list)
    for each in taken:
        request = requests[each.request_id]
        if each.step is Step.WINDOW and each.request_id in moot:
            continue
        for manager_id in hearing.hear(each.step, request.owner_id, above[request.id]):
            to[manager_id].append(each)
    due_at = (quiet and quiet.over_at(now)) or now
    if due_at > now:
        for manager_id, waiting in _waiting(session, list(to), now).items():
            to[manager_id] = waiting + to[manager_id]
    shops = _shops(session, {each.request_id for those in to.values() for each in those})
    for manager_id, those in sorted(to.items()):
        _tell_one(session, manager_id, those, shops, now=now, due_at=due_at, zone=zone)


def _tell_one(
    session: Session,
    manager_id: int,
    those: list[_Taken],
    shops: dict[int, _Shop],
    *,
    now: datetime,
    due_at: datetime,
    zone: ZoneInfo,
) -> None:
    by_request: dict[int, list[_Taken]] = defaultdict(list)
    for each in those:
        by_request[each.request_id].append(each)
    warned = []
    for request_id, steps in by_request.items():
        worst = max(steps, key=lambda each: promises.SEVERITY.index(each.step))
        shop = shops[request_id]
        warned.append(Warned(shop.number, shop.name, shop.owner, worst.step, worst.promise, worst.due_at))
    warned.sort(key=lambda each: (-promises.SEVERITY.index(Step(each.step)), each.due_at))
    if len(warned) == 1:
        is_owner = shops[next(iter(by_request))].owner_id == manager_id
        # As it will be true when it is read: a notice that waits for the morning must not say what was left at night.
        text = texts.one(warned[0], is_owner=is_owner, now=due_at, zone=zone)
        about, url = notices.about(next(iter(by_request))), notices.page(next(iter(by_request)))
    else:
        text, about, url = texts.several(warned, now=due_at), notices.ABOUT_ALL, notices.PAGE
    newest = max(each.escalation_id for each in those)
    delivery_id = notices.tell(
        session,
        manager_id,
        text,
        now=now,
        about=about,
        key=f"{clocks.STEP_KEY}{newest}:{manager_id}",
        url=url,
        due_at=due_at,
        who=warned[0].shop,
        when=warned[0].due_at,
    )
    values = [
        {"escalation_id": each.escalation_id, "manager_id": manager_id, "delivery_id": delivery_id} for each in those
    ]
    told = upsert(session, Told).values(values)
    session.execute(
        told.on_conflict_do_update(
            index_elements=["escalation_id", "manager_id"], set_={"delivery_id": told.excluded.delivery_id}
        )
    )


def _waiting(session: Session, managers: list[int], now: datetime) -> dict[int, list[_Taken]]:
    """What these managers were to be told when the quiet hours end and is still true; its messages are taken back."""
    rows = session.execute(
        select(
            Told.manager_id,
            Delivery.id,
            Escalation.id,
            Deadline.request_id,
            Escalation.step,
            Deadline.promise,
            func.coalesce(Deadline.due_at, Escalation.due_at),
            Deadline.ended_at.is_(None),
        )
        .join(Delivery, Delivery.id == Told.delivery_id)
        .join(Escalation, Escalation.id == Told.escalation_id)
        .join(Deadline, Deadline.id == Escalation.deadline_id)
        .where(
            Told.manager_id.in_(managers),
            Delivery.state == outbox.PENDING,
            Delivery.due_at > now,
            Delivery.attempts == 0,
            Delivery.key.startswith(clocks.STEP_KEY),
        )
        .order_by(Escalation.id)
        .with_for_update(of=Delivery)
    ).all()
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_({row[1] for row in rows}))
        .values(state=DeliveryState.CANCELLED, settled_at=now, error="joined by what came later in the quiet hours")
    )
    found: dict[int, list[_Taken]] = defaultdict(list)
    for manager_id, _, escalation_id, request_id, step, promise, due_at, is_running in rows:
        if is_running:
            found[manager_id].append(_Taken(escalation_id, request_id, Step(step), promise, due_at))
    return found


def _above(session: Session, requests: list[Request], now: datetime, zone: ZoneInfo) -> dict[int, list[int]]:
    """Who is over each of these requests, the nearest first; of one that lies nowhere, those at the top."""
    house = ladder.read(session, day_in(now, zone))
    return {
        each.id: [
            person.id
            for person in (house.supervisors(each.area_id, each.owner_id) if each.area_id else house.tops())
            if person.id != each.owner_id
        ]
        for each in requests
    }


def _moot_windows(session: Session, requests: dict[int, Request], taken: Sequence[_Taken], now: datetime) -> set[int]:
    """Requests whose shop can get no customer-service message any more: that its window closes is no news."""
    warned = {requests[each.request_id].openid: each.request_id for each in taken if each.step is Step.WINDOW}
    if not warned:
        return set()
    can = session.scalars(
        select(Follower.openid).where(
            Follower.openid.in_(warned),
            Follower.unfollowed_at.is_(None),
            Follower.message_left > 0,
            Follower.message_until > now,
        )
    )
    return set(warned.values()) - {warned[openid] for openid in can}


def _shops(session: Session, requests: set[int]) -> dict[int, _Shop]:
    rows = session.execute(
        select(Request.id, Retailer.shop, Request.owner_id, Manager.name)
        .outerjoin(Retailer, Retailer.id == Request.retailer_id)
        .outerjoin(Manager, Manager.id == Request.owner_id)
        .where(Request.id.in_(requests))
    )
    return {
        key: _Shop(key + FIRST_NUMBER, shop or texts.NO_SHOP, owner_id, owner or "")
        for key, shop, owner_id, owner in rows
    }
