"""Handing over shops that may be lost: an errand for the manager of each, once a month."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from effect.rules import months
from effect.rules.risks import Risk
from people import audiences, errands
from people.models import Retailer
from wechat_bot.criterion import Criterion


def hand_over(
    session: Session,
    visitor: Visitor,
    risk: Risk,
    criteria: Mapping[str, Criterion],
    *,
    due_on: date,
    today: date,
    now: datetime,
) -> int:
    """Make an errand for each shop of a risk that the visitor sees and that has none of it this month; gives how many
    were made. Raises Refused where they are too many."""
    meant = audiences.theirs(session, visitor, risk.spec, criteria, now=now, today=today)
    shops = select(Retailer.id).where(meant, Retailer.openid.is_not(None))
    source = f"risk:{risk.name}:{months.written(months.number(today))}"
    return errands.give(session, source, risk.errand, shops, due_on=due_on, by=visitor.name, now=now)
