"""Notices of escalation steps: one for each person, however many requests it covers, kept correct until it is sent.

In quiet hours a step is taken at its time and only its notice waits; so does the notice to somebody WeChat lets us send
nothing now. Steps taken meanwhile are added to a waiting notice, requests settled or handed on are removed from it, and
a deadline that moved is told with its new moment.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from people.models import Manager, Retailer
from visits.actions import notices
from visits.actions.notices import ManagerNotice
from visits.models.deadlines import Deadline, Escalation, StepNotice
from visits.models.requests import Request
from visits.rules import promises
from visits.rules.promises import EscalationStep
from visits.texts import escalation as texts
from visits.texts.escalation import Warned
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import states

#: Prefix of these notices' keys; other messages about a step are not withdrawn here.
STEP_KEY = "visit-step:"


def tell(session: Session, to: Mapping[int, Sequence[int]], *, now: datetime, due_at: datetime, zone: ZoneInfo) -> None:
    """Notify each manager of these escalations in one notice; a notice that waits for `due_at` is merged with the one
    already waiting."""
    those = {key for keys in to.values() for key in keys}
    taken = {each.escalation_id: each for each in map(_read, session.execute(_select(Escalation.id.in_(those))))}
    waiting = _waiting(session, to, now)
    for manager_id, keys in sorted(to.items()):
        warned = [*waiting[manager_id], *(taken[key] for key in keys)]
        # A step is told of once, so what was just taken makes the key. What joins it may have a later number: another
        # process took it meanwhile.
        key = f"{STEP_KEY}{max(keys)}:{manager_id}"
        _tell_one(session, manager_id, warned, key, now=now, due_at=due_at, zone=zone)


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
                select(StepNotice.delivery_id)
                .join(Escalation, Escalation.id == StepNotice.escalation_id)
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
    rest: dict[int, list[Warned]] = defaultdict(list)
    for *step, delivery_id, manager_id in session.execute(_select_told(due_at)):
        warned = _read(step)
        if _concerns(warned, manager_id, former or {}):
            rest[delivery_id].append(warned)
    for delivery_id, those in rest.items():
        worst = _worst(those)
        text = texts.several(worst, now=due_at[delivery_id])
        notices.rewrite(session, delivery_id, text, who=worst[0].shop, when=worst[0].due_at)
    _take_back(session, due_at.keys() - rest.keys(), now, "settled before it was sent")


def _concerns(warned: Warned, manager_id: int, former: Mapping[int, int | None]) -> bool:
    """Whether a person must still hear of a step: the owner of every step, whoever stands above only of a breach."""
    if manager_id == warned.owner_id:
        return True
    if manager_id == former.get(warned.request_id):
        return False
    return warned.owner_id is None or warned.step in (EscalationStep.DUE, EscalationStep.LATE)


def _tell_one(
    session: Session,
    manager_id: int,
    those: Sequence[Warned],
    key: str,
    *,
    now: datetime,
    due_at: datetime,
    zone: ZoneInfo,
) -> None:
    worst = _worst(those)
    first = worst[0]
    if len(worst) == 1:
        # Worded for the moment it is read: a notice that waits for the morning must not give the time left at night.
        text = texts.one(first, is_owner=first.owner_id == manager_id, now=due_at, zone=zone)
        about, url = notices.about(first.request_id), notices.page(first.request_id)
    else:
        text, about, url = texts.several(worst, now=due_at), notices.ABOUT_ALL, notices.PAGE
    one = ManagerNotice(text, about, key, url, first.shop, first.due_at, due_at=due_at, folds=False)
    delivery_id = notices.tell(session, manager_id, one, now=now)
    values = [
        {"escalation_id": each.escalation_id, "manager_id": manager_id, "delivery_id": delivery_id} for each in those
    ]
    told = upsert(session, StepNotice).values(values)
    session.execute(
        told.on_conflict_do_update(
            index_elements=["escalation_id", "manager_id"], set_={"delivery_id": told.excluded.delivery_id}
        )
    )


def _worst(those: Sequence[Warned]) -> list[Warned]:
    """Return the worst step of each request, the worst request first."""
    worst: dict[int, Warned] = {}
    for each in those:
        known = worst.get(each.request_id)
        if known is None or _severity(each) > _severity(known):
            worst[each.request_id] = each
    return sorted(worst.values(), key=lambda each: (-_severity(each), each.due_at))


def _severity(warned: Warned) -> int:
    return promises.SEVERITY.index(EscalationStep(warned.step))


def _waiting(session: Session, managers: Collection[int], now: datetime) -> Mapping[int, list[Warned]]:
    """Return the steps these managers have waiting notices of and that still hold; those notices are withdrawn."""
    is_put_off = or_(Delivery.state == states.HELD, and_(Delivery.due_at > now, Delivery.attempts == 0))
    of = select(StepNotice.delivery_id).where(StepNotice.manager_id.in_(managers))
    held = session.scalars(
        select(Delivery.id)
        .where(Delivery.id.in_(of), is_put_off, *_unsent())
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    ).all()
    found: dict[int, list[Warned]] = defaultdict(list)
    if held:
        for *step, _, manager_id in session.execute(_select_told(held)):
            found[manager_id].append(_read(step))
        _take_back(session, held, now, "joined by what came later")
    return found


def _select_told(deliveries: Collection[int]) -> Select[Any]:
    """Build the select of the steps that these deliveries tell of and that still hold, each with its delivery and
    manager."""
    is_spent_still = and_(
        Escalation.step == EscalationStep.SPENT,
        Request.unanswered_since.is_not(None),
        Request.shop_wrote_at <= Escalation.taken_at,
    )
    # A paused clock has no due moment.
    runs = and_(Deadline.ended_at.is_(None), Deadline.due_at.is_not(None))
    told = _select(StepNotice.delivery_id.in_(deliveries), or_(runs, is_spent_still))
    return told.join(StepNotice, StepNotice.escalation_id == Escalation.id).add_columns(
        StepNotice.delivery_id, StepNotice.manager_id
    )


def _select(*which: Any) -> Select[Any]:
    """Build the select of escalation steps, for `_read`."""
    columns: tuple[Any, ...] = (
        Request.id,
        Retailer.shop,
        Manager.name,
        Escalation.step,
        Deadline.promise,
        func.coalesce(Deadline.due_at, Escalation.due_at),
        Request.owner_id,
        Escalation.id,
    )
    return (
        select(*columns)
        .select_from(Escalation)
        .join(Deadline, Deadline.id == Escalation.deadline_id)
        .join(Request, Request.id == Deadline.request_id)
        .outerjoin(Retailer, Retailer.id == Request.retailer_id)
        .outerjoin(Manager, Manager.id == Request.owner_id)
        .where(*which)
        .order_by(Escalation.id)
    )


def _read(row: Sequence[Any]) -> Warned:
    request_id, shop, owner, *rest = row
    return Warned(request_id, shop or texts.NO_SHOP, owner or "", *rest)


def _unsent() -> tuple[Any, ...]:
    return Delivery.key.startswith(STEP_KEY), Delivery.state.in_(states.WAITING)


def _take_back(session: Session, deliveries: Collection[int], now: datetime, why: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(deliveries))
        .values(state=DeliveryState.CANCELLED, settled_at=now, error=why)
    )
