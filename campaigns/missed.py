"""Missed recipients of a campaign: who was left out, to whom it failed, and who was in a part that was not sent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from campaigns import rules
from campaigns.models import Campaign, CampaignPart, Outcome, Recipient
from wechat_bot.mass.models import MassJob
from wechat_bot.mass.states import NOT_SENT

#: Outcomes by which a message did not arrive, and will not.
OUTCOMES = (*rules.FAILED, Outcome.STOPPED)


def page(
    session: Session, campaign: Campaign, *, after: int, limit: int, within: Sequence[ColumnElement[bool]] = ()
) -> Select[Any]:
    """Build the select of the shop ids of a page of missed recipients, behind a shop, in the order of their ids.

    `within` narrows the recipients, to those of some areas. The cost is that of a page, wherever it is: each kind of
    miss is read by its own index, from the cursor on.
    """
    kinds: list[ColumnElement[bool]] = [Recipient.outcome.is_(None)]
    outcomes: Sequence[Outcome] = OUTCOMES
    if campaign.state in rules.ENDED:
        outcomes = (*OUTCOMES, Outcome.LISTED)
    kinds += [Recipient.outcome == each for each in outcomes]
    kinds += [Recipient.part == number for number in session.scalars(_parts(campaign))]
    pages = [
        select(
            select(Recipient.retailer_id)
            .where(Recipient.campaign_id == campaign.id, each, Recipient.retailer_id > after, *within)
            .order_by(Recipient.retailer_id)
            .limit(limit)
            .subquery()
            .c.retailer_id
        )
        for each in kinds
    ]
    found = union_all(*pages).subquery()
    return select(found.c.retailer_id).order_by(found.c.retailer_id).limit(limit)


def is_missed(session: Session, campaign: Campaign) -> ColumnElement[bool]:
    """Return the condition on `Recipient` that it was missed: for files, which read all of them."""
    numbers = session.scalars(_parts(campaign)).all()
    ended = (Outcome.LISTED, Outcome.BATCHED) if campaign.state in rules.ENDED else ()
    is_alone = and_(Recipient.part.is_(None), Recipient.outcome.in_((*OUTCOMES, *ended)))
    return or_(Recipient.outcome.is_(None), is_alone, Recipient.part.in_(numbers))


def why(session: Session, campaign: Campaign) -> ColumnElement[str]:
    """Return as an SQL expression why a recipient was missed: its reason, or its own outcome or its part's
    (`texts.REASONS`, `texts.OUTCOMES`)."""
    jobs = session.execute(_jobs(campaign)).all()
    of_part = [(Recipient.part == row.number, literal(rules.outcome_of_part(row.state).value)) for row in jobs]
    alone = case((Recipient.outcome.in_((Outcome.LISTED, Outcome.BATCHED)), Outcome.STOPPED), else_=Recipient.outcome)
    return func.coalesce(Recipient.why, case(*of_part, else_=alone) if of_part else alone)


def _jobs(campaign: Campaign) -> Any:
    return (
        select(CampaignPart.number, MassJob.state)
        .join(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(CampaignPart.campaign_id == campaign.id, MassJob.state.in_(NOT_SENT))
        .order_by(CampaignPart.number)
    )


def _parts(campaign: Campaign) -> Any:
    return _jobs(campaign).with_only_columns(CampaignPart.number)
