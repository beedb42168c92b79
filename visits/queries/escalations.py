"""Unheard breaches: overdue requests of which nobody above the owner could be notified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Visitor
from people.models import Retailer
from visits.models import FIRST_NUMBER, Deadline, Escalation, Request, Told
from visits.rules.promises import EscalationStep
from wechat_bot.services import Services

#: So many are shown; of further ones only that there are more.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class UnheardBreach:
    """Overdue request of which nobody but its owner was notified."""

    number: int
    shop: str
    due_at: datetime


def unheard(session: Session, limit: int) -> list[UnheardBreach]:
    """Return open requests with a breach that no one but the owner was notified of, the oldest first."""
    breach = (EscalationStep.DUE, EscalationStep.LATE)
    taken = aliased(Escalation)
    # Either step counts: where only one person stands above the owner, only the first step has somebody to notify.
    told = (
        select(Told.escalation_id)
        .join(taken, taken.id == Told.escalation_id)
        .where(
            taken.deadline_id == Deadline.id,
            taken.step.in_(breach),
            Told.delivery_id.is_not(None),
            Told.manager_id.is_distinct_from(Request.owner_id),
        )
        .correlate(Deadline, Request)
    )
    breached = (
        select(Deadline.request_id)
        .join(Escalation, Escalation.deadline_id == Deadline.id)
        .where(
            Deadline.request_id == Request.id,
            Deadline.ended_at.is_(None),
            Escalation.step.in_(breach),
            ~told.exists(),
        )
        .correlate(Request)
    )
    rows = session.execute(
        select(Request.id, Retailer.shop, Request.due_at)
        .outerjoin(Retailer, Retailer.id == Request.retailer_id)
        .where(breached.exists(), Request.closed_at.is_(None), Request.due_at.is_not(None))
        .order_by(Request.due_at, Request.id)
        .limit(limit)
    )
    return [UnheardBreach(key + FIRST_NUMBER, shop or "未绑定的关注者", due_at) for key, shop, due_at in rows if due_at]


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return what the dashboard shows of them."""
    found = unheard(session, SHOWN + 1)
    return {"requests": found[:SHOWN], "has_more": len(found) > SHOWN}
