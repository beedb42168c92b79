"""Visit plans and visits: a plan says which shops to visit and how often; a visit is noted with one tap."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.database import changed, upsert
from foundation.errors import Refused
from foundation.text import visible
from people import audiences, errands
from people.errands import ErrandEnd
from people.models import Retailer
from visits.models.plans import Visited, VisitPlan
from visits.queries import plans, visibility
from visits.queries.audience import DUE, Criteria
from visits.queries.visibility import Colleague
from visits.texts import groups as texts

#: How a shop was told its errands, by the way of the visit.
TELLS = {"shop": ErrandEnd.VISIT, "phone": ErrandEnd.CALL, "chat": ErrandEnd.MESSAGE}
LONGEST_NAME = 60
LONGEST_NOTE = 300
MOST_DAYS = 400
#: How long after its day a visit may be noted.
NOTED_WITHIN = timedelta(days=31)


def save(
    session: Session,
    plan_id: int | None,
    *,
    name: str,
    spec: Mapping[str, Any],
    every_days: int,
    begins_on: date,
    criteria: Criteria,
    now: datetime,
) -> int:
    """Create or change a plan; gives its id. Raises `Refused` for an audience or interval that is not allowed, and for
    a name in use."""
    name = " ".join(visible(name).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"请给计划起一个名字，最多 {LONGEST_NAME} 个字。")
    if not 1 <= every_days <= MOST_DAYS:
        raise Refused(f"间隔请写 1 到 {MOST_DAYS} 天。")
    audiences.condition(session, spec, criteria, now=now)
    other = select(VisitPlan.id).where(VisitPlan.name == name)
    if session.scalar(other.where(VisitPlan.id != plan_id) if plan_id else other) is not None:
        raise Refused(f"已经有叫“{name}”的计划，请换一个名字。")
    values = {"name": name, "audience": spec, "every_days": every_days, "begins_on": begins_on}
    if plan_id is None:
        plan = VisitPlan(**values)
        session.add(plan)
    else:
        plan = _held(session, plan_id)
        for field, value in values.items():
            setattr(plan, field, value)
    session.flush()
    # Read again as saved: through a saved audience it may now refer to itself.
    audiences.condition(session, {DUE: {"plan": plan.id}}, criteria, now=now)
    return plan.id


def end(session: Session, plan_id: int, *, now: datetime) -> str:
    """End a plan; gives its name. Visits already made stay."""
    plan = _held(session, plan_id)
    plan.ended_at = now
    return plan.name


def resume(session: Session, plan_id: int, ended: str) -> str:
    """Take back the end of a plan; gives its name. Raises `Refused` where it did not end at this moment."""
    plan = session.scalar(select(VisitPlan).where(VisitPlan.id == plan_id).with_for_update())
    if plan is None or plan.ended_at is None or plan.ended_at != _moment(ended):
        raise Refused(texts.NOTHING_TO_UNDO)
    plan.ended_at = None
    return plan.name


def note_visit(session: Session, who: Colleague, retailer_id: int, how: str, *, on: date, note: str = "") -> str:
    """Note that a shop was visited; gives its name. Tapped twice on one day it is one visit.

    Raises `Refused` for a shop this colleague may not see, and for a future or long past day.
    """
    if how not in texts.HOW:
        raise Refused("请选上门、电话或微信。")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"备注最多 {LONGEST_NOTE} 个字。")
    if not who.today - NOTED_WITHIN <= on <= who.today:
        raise Refused("日期请写今天，或最近一个月里的一天。")
    mine = visibility.shops_of(session, who)
    found = select(Retailer.shop).where(Retailer.id == retailer_id, *([] if mine is None else [mine]))
    shop = session.scalar(found)
    if shop is None:
        raise Refused(texts.NO_SUCH_SHOP)
    values = {
        "retailer_id": retailer_id,
        "manager_id": who.manager_id,
        "made_on": on,
        "how": how,
        "note": visible(note),
        "noted_at": who.now,
    }
    changed(session, upsert(session, Visited).values(values).on_conflict_do_nothing())
    errands.told(session, retailer_id, TELLS[how], by=who.name, now=who.now)
    return shop


def forget_visit(session: Session, who: Colleague, retailer_id: int, how: str, *, on: date) -> bool:
    """Delete a visit of this day that this colleague noted by mistake; False where there is none."""
    mine = (Visited.retailer_id == retailer_id, Visited.manager_id == who.manager_id, Visited.request_id.is_(None))
    these = (*mine, Visited.made_on == on, Visited.how == how, plans.may_be_undone(who))
    _untell(session, who, retailer_id, session.scalars(select(Visited.noted_at).where(*these)).all())
    gone = delete(Visited).where(*these)
    return changed(session, gone) > 0


def undo_visit(session: Session, who: Colleague, visit_id: int, stamp: str) -> tuple[str, str]:
    """Delete a visit noted today in a shop this colleague sees; gives how it was made, and the shop's name.

    `stamp` is the moment at which the meant visit was noted. Raises `Refused` where it was deleted already, or is of
    another day.
    """
    mine = visibility.shops_of(session, who)
    lately = (Visited.id == visit_id, plans.may_be_undone(who), Visited.noted_at == _moment(stamp))
    found = session.execute(
        select(Visited.how, Retailer.shop, Retailer.id, Visited.noted_at)
        .join(Retailer, Retailer.id == Visited.retailer_id)
        .where(*lately, *([] if mine is None else [mine]))
    ).first()
    gone = delete(Visited).where(*lately)
    if found is None or not changed(session, gone):
        raise Refused(texts.NOTHING_TO_UNDO)
    _untell(session, who, found.id, [found.noted_at])
    return found.how, found.shop


def _untell(session: Session, who: Colleague, retailer_id: int, noted: Iterable[datetime | None]) -> None:
    """Take back that the shop was told its errands on a visit that was noted by mistake."""
    for at in noted:
        if at is not None:
            errands.untold(session, retailer_id, by=who.name, at=at)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(texts.NOTHING_TO_UNDO) from None


def _held(session: Session, plan_id: int) -> VisitPlan:
    plan = session.scalar(select(VisitPlan).where(VisitPlan.id == plan_id).with_for_update())
    if plan is None or plan.ended_at is not None:
        raise Refused(texts.NO_SUCH_PLAN)
    return plan
