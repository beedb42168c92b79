"""Notices of escalation steps: one for each person, however many requests it covers, kept correct until it is sent.

In quiet hours a step is taken at its time and only its notice waits; so does the notice to somebody WeChat lets us send
nothing now. Steps taken meanwhile are added to a waiting notice, requests settled or handed on are removed from it, and
a deadline that moved is told with its new moment.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from people.models import Manager, Retailer
from visits.actions import notices
from visits.models import FIRST_NUMBER, Deadline, Escalation, Request, Told
from visits.rules import promises
from visits.rules.promises import EscalationStep
from visits.texts import escalation as texts
from visits.texts.escalation import Warned
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import states

#: Prefix of these notices' keys; other messages about a step are not withdrawn here.
STEP_KEY = "visit-step:"


@dataclass(frozen=True, slots=True)
class Taken:
    """Step that was just taken and whose notices are still to be queued."""

    escalation_id: int
    request_id: int
    step: EscalationStep
    promise: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class _Shop:
    """Shop of a request, and the request's owner."""

    number: int
    name: str
    owner_id: int | None
    owner: str


def tell(
    session: Session, to: Mapping[int, Sequence[Taken]], *, now: datetime, due_at: datetime, zone: ZoneInfo
) -> None:
    """Notify each manager of these steps in one notice; a notice that waits for `due_at` is merged with the one already
    waiting."""
    waiting = _waiting(session, to, now)
    all_of_it = {manager_id: [*waiting.get(manager_id, ()), *those] for manager_id, those in to.items()}
    shops = _shops(session, {each.request_id for those in all_of_it.values() for each in those})
    for manager_id, those in sorted(all_of_it.items()):
        _tell_one(session, manager_id, those, shops, now=now, due_at=due_at, zone=zone)


def refresh(
    session: Session, requests: Collection[int], *, now: datetime, former: Mapping[int, int | None] | None = None
) -> None:
    """Correct the waiting notices about these requests: they were settled, handed on (`former` has their previous
    owners), or are due at another moment."""
    session.flush()
    held = session.execute(
        select(Delivery.id, Delivery.due_at)
        .where(
            Delivery.id.in_(
                select(Told.delivery_id)
                .join(Escalation, Escalation.id == Told.escalation_id)
                .join(Deadline, Deadline.id == Escalation.deadline_id)
                .where(Deadline.request_id.in_(requests))
            ),
            *_unsent(),
        )
        # Skipped where it is being released or sent at this moment: waiting for that lock could deadlock.
        .with_for_update(skip_locked=True)
    ).all()
    if not held:
        return
    due_at = {row.id: max(row.due_at, now) for row in held}
    told = _told_with(session, Told.delivery_id.in_(due_at))
    shops = _shops(session, {each.taken.request_id for each in told})
    rest: dict[int, list[Taken]] = defaultdict(list)
    for each in told:
        if _concerns(each, shops[each.taken.request_id], former or {}):
            rest[each.delivery_id].append(each.taken)
    for delivery_id, those in rest.items():
        warned = _worst(those, shops)
        text = texts.several(warned, now=due_at[delivery_id])
        notices.rewrite(session, delivery_id, text, who=warned[0].shop, when=warned[0].due_at)
    _take_back(session, due_at.keys() - rest.keys(), now, "settled before it was sent")


def _concerns(told: "_Told", shop: _Shop, former: Mapping[int, int | None]) -> bool:
    """Whether a person must still hear of a step: the owner of every step, whoever stands above only of a breach."""
    if told.manager_id == shop.owner_id:
        return True
    if told.manager_id == former.get(told.taken.request_id):
        return False
    return shop.owner_id is None or told.taken.step in (EscalationStep.DUE, EscalationStep.LATE)


def _tell_one(
    session: Session,
    manager_id: int,
    those: Sequence[Taken],
    shops: Mapping[int, _Shop],
    *,
    now: datetime,
    due_at: datetime,
    zone: ZoneInfo,
) -> None:
    warned = _worst(those, shops)
    request_id = those[0].request_id
    if len(warned) == 1:
        # Worded for the moment it is read: a notice that waits for the morning must not give the time left at night.
        text = texts.one(warned[0], is_owner=shops[request_id].owner_id == manager_id, now=due_at, zone=zone)
        about, url = notices.about(request_id), notices.page(request_id)
    else:
        text, about, url = texts.several(warned, now=due_at), notices.ABOUT_ALL, notices.PAGE
    newest = max(each.escalation_id for each in those)
    delivery_id = notices.tell(
        session,
        manager_id,
        text,
        now=now,
        about=about,
        key=f"{STEP_KEY}{newest}:{manager_id}",
        url=url,
        due_at=due_at,
        who=warned[0].shop,
        when=warned[0].due_at,
        folds=False,
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


def _worst(those: Sequence[Taken], shops: Mapping[int, _Shop]) -> list[Warned]:
    """Return the worst step of each request, the worst request first."""
    by_request: dict[int, list[Taken]] = defaultdict(list)
    for each in those:
        by_request[each.request_id].append(each)
    warned = []
    for request_id, steps in by_request.items():
        worst = max(steps, key=lambda each: promises.SEVERITY.index(each.step))
        shop = shops[request_id]
        warned.append(Warned(shop.number, shop.name, shop.owner, worst.step, worst.promise, worst.due_at))
    return sorted(warned, key=lambda each: (-promises.SEVERITY.index(EscalationStep(each.step)), each.due_at))


def _waiting(session: Session, managers: Collection[int], now: datetime) -> dict[int, list[Taken]]:
    """Return the steps these managers have waiting notices of and that still hold; those notices are withdrawn."""
    is_put_off = or_(Delivery.state == states.HELD, and_(Delivery.due_at > now, Delivery.attempts == 0))
    of = select(Told.delivery_id).where(Told.manager_id.in_(managers))
    held = session.scalars(
        select(Delivery.id)
        .where(Delivery.id.in_(of), is_put_off, *_unsent())
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    ).all()
    found: dict[int, list[Taken]] = defaultdict(list)
    if held:
        for each in _told_with(session, Told.delivery_id.in_(held)):
            found[each.manager_id].append(each.taken)
        _take_back(session, held, now, "joined by what came later")
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """Step that a person is notified of."""

    delivery_id: int
    manager_id: int
    taken: Taken


def _told_with(session: Session, which: ColumnElement[bool]) -> list[_Told]:
    """Return the steps that these deliveries tell of and that still hold."""
    is_spent_still = and_(
        Escalation.step == EscalationStep.SPENT,
        Request.unanswered_since.is_not(None),
        Request.shop_wrote_at <= Escalation.taken_at,
    )
    # A paused clock has no due moment.
    runs = and_(Deadline.ended_at.is_(None), Deadline.due_at.is_not(None))
    rows = session.execute(
        select(
            Told.delivery_id,
            Told.manager_id,
            Escalation.id,
            Deadline.request_id,
            Escalation.step,
            Deadline.promise,
            func.coalesce(Deadline.due_at, Escalation.due_at),
        )
        .join(Escalation, Escalation.id == Told.escalation_id)
        .join(Deadline, Deadline.id == Escalation.deadline_id)
        .join(Request, Request.id == Deadline.request_id)
        .where(which, or_(runs, is_spent_still))
        .order_by(Escalation.id)
    )
    return [
        _Told(delivery_id, manager_id, Taken(escalation_id, request_id, EscalationStep(step), promise, due_at))
        for delivery_id, manager_id, escalation_id, request_id, step, promise, due_at in rows
        if delivery_id is not None
    ]


def _unsent() -> tuple[Any, ...]:
    return Delivery.key.startswith(STEP_KEY), Delivery.state.in_(states.WAITING)


def _take_back(session: Session, deliveries: Collection[int], now: datetime, why: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(deliveries))
        .values(state=DeliveryState.CANCELLED, settled_at=now, error=why)
    )


def _shops(session: Session, requests: Collection[int]) -> dict[int, _Shop]:
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
