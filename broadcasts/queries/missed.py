"""Missed list of a push: every shop that surely got nothing, by name and with the reason; and those that are unsure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from broadcasts.queries.report import ReportScope, conditions
from broadcasts.rules import figures
from campaigns import rules
from campaigns.models import Campaign, CampaignPart, Outcome, Recipient
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Area, Errand, Manager, Retailer, ShopClass
from wechat_bot.mass.models import MassJob, MassState

PAGE = 50
#: The reason of those of whom it is not known whether they got it.
UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class MissedLine:
    """Shop that a push did not reach, with its errand if it was given to the manager."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    class_name: str
    area: str
    manager: str
    why: str
    errand_id: int | None
    due_on: Any
    done_at: Any
    done_how: str | None


def reason(campaign: Campaign) -> Any:
    """Return why a recipient missed a push, as an SQL expression: why it was left out, or what became of its message or
    its part (`figures.name_of_part`); null for who got it, or is still to get it."""
    is_ended = campaign.state in rules.ENDED
    names = {state: figures.name_of_part(state, is_ended=is_ended) for state in MassState}
    of_part = case(
        (_job.state == MassState.UNSURE, literal(UNSURE)),
        *((_job.state == state, literal(name)) for state, name in names.items() if name),
        *([(_job.id.is_(None), literal(Outcome.STOPPED.value))] if is_ended else []),
    )
    waits = [Outcome.LISTED, Outcome.BATCHED] if is_ended else []
    return case(
        (Recipient.why.is_not(None), Recipient.why),
        (Recipient.part.is_not(None), of_part),
        (Recipient.outcome == Outcome.UNSURE, literal(UNSURE)),
        (Recipient.outcome == Outcome.REFUSED, literal(figures.NOT_DELIVERED)),
        (Recipient.outcome.in_(figures.NOT_ARRIVED), Recipient.outcome),
        (Recipient.outcome.in_(waits), literal(Outcome.STOPPED.value)),
        else_=literal(None, String),
    )


def page(
    session: Session,
    campaign: Campaign,
    seen: ReportScope,
    narrowed: Sequence[ColumnElement[bool]] = (),
    *,
    why: str = "",
    source: str,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[MissedLine]:
    """Return a page of the shops that missed a push, by id; narrowed by conditions on `Retailer` and to one reason."""
    statement = _select(campaign, seen, narrowed, why, source)
    return paging.page(session, statement, _BY_SHOP, cursor, limit=limit, read=MissedLine)


def shops(campaign: Campaign, seen: ReportScope) -> Any:
    """Build the select of the ids of the shops that missed a push, those that are unsure among them."""
    return _of(select(Recipient.retailer_id), campaign, seen, (), "")


def unopened(
    session: Session, campaign: Campaign, seen: ReportScope, narrowed: Sequence[ColumnElement[bool]], *, why: str = ""
) -> Any:
    """Build the select of the ids of the shops that missed a push and have not opened it by another's card: those that
    are unsure among them."""
    found = select(Recipient.retailer_id).where(Recipient.opened_at.is_(None))
    joined = _of(found, campaign, seen, narrowed, why)
    return joined.join(Retailer, Retailer.id == Recipient.retailer_id)


_job, _part = aliased(MassJob), aliased(CampaignPart)
_own, _head = aliased(Manager), aliased(Manager)
_BY_SHOP: Order[MissedLine] = Order((Recipient.retailer_id,), lambda line: (line.retailer_id,))


def _of(found: Any, campaign: Campaign, seen: ReportScope, narrowed: Sequence[ColumnElement[bool]], why: str) -> Any:
    became = reason(campaign)
    is_missed = became.is_not(None) if not why else became == why
    return (
        found.select_from(Recipient)
        .outerjoin(_part, and_(_part.campaign_id == Recipient.campaign_id, _part.number == Recipient.part))
        .outerjoin(_job, _job.id == _part.mass_job_id)
        .where(Recipient.campaign_id == campaign.id, is_missed, *conditions(seen), *narrowed)
    )


def _select(
    campaign: Campaign, seen: ReportScope, narrowed: Sequence[ColumnElement[bool]], why: str, source: str
) -> Any:
    columns = (
        Retailer.id,
        Retailer.licence,
        Retailer.shop,
        Retailer.keeper,
        Retailer.phone,
        ShopClass.name,
        Area.name,
        func.coalesce(_own.name, _head.name, ""),
        reason(campaign),
        Errand.id,
        Errand.due_on,
        Errand.done_at,
        Errand.done_how,
    )
    return (
        _of(select(*columns), campaign, seen, narrowed, why)
        .join(Retailer, Retailer.id == Recipient.retailer_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        # As they were: a later move of the shop changes no report.
        .join(Area, Area.id == Recipient.area_id)
        .outerjoin(_own, _own.id == Recipient.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .outerjoin(Errand, and_(Errand.source == source, Errand.retailer_id == Recipient.retailer_id))
    )
