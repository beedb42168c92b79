"""Missed recipients of a campaign: who was left out, to whom it failed, and who was in a part that was not sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Subquery, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from campaigns import rules
from campaigns.models import Campaign, CampaignPart, Outcome, Recipient
from wechat_bot.mass.models import MassJob, MassState


@dataclass(frozen=True, slots=True)
class MissedKind:
    """Kind of miss: conditions on `Recipient` that an index finds, and what became of their message or part; None where
    each was left out for a reason of its own."""

    which: Sequence[ColumnElement[bool]]
    outcome: Outcome | None


def kinds(session: Session, campaign: Campaign) -> list[MissedKind]:
    """Return the kinds of misses of a campaign, those of whom it is not known among them; nobody is of two."""
    is_ended, alone = campaign.state in rules.ENDED, Recipient.part.is_(None)
    wanted = (*rules.NOT_ARRIVED, Outcome.UNSURE)
    found = [MissedKind((Recipient.outcome.is_(None),), None)]
    found += [MissedKind((Recipient.outcome == each, alone), each) for each in wanted]
    if is_ended:
        waited = (Outcome.LISTED, Outcome.BATCHED)
        found += [MissedKind((Recipient.outcome == each, alone), Outcome.STOPPED) for each in waited]
    jobs = select(CampaignPart.number, MassJob.state).outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
    for number, state in session.execute(jobs.where(CampaignPart.campaign_id == campaign.id)):
        became = rules.outcome_of_part(MassState(state) if state else None)
        if became is Outcome.BATCHED and is_ended:
            became = Outcome.STOPPED
        if became in wanted:
            found.append(MissedKind((Recipient.part == number,), became))
    return found


def all_of(campaign_ids: Select[Any]) -> Select[Any]:
    """Build the select of the ids of the shops that missed some of these campaigns, those that are unsure among them:
    once for each that they missed. `campaign_ids` selects from `Campaign`.

    However many campaigns there are, and however many parts they have, it is one statement of four selects.
    """
    wanted, alone = (*rules.NOT_ARRIVED, Outcome.UNSURE), Recipient.part.is_(None)
    became = {state: rules.outcome_of_part(state) for state in MassState}
    is_missed = MassJob.state.in_([state for state, outcome in became.items() if outcome in wanted])
    waits = MassJob.state.in_([state for state, outcome in became.items() if outcome is Outcome.BATCHED])
    has_ended = Campaign.state.in_(rules.ENDED)
    mine = Recipient.campaign_id.in_(campaign_ids)
    ended = Recipient.campaign_id.in_(campaign_ids.where(has_ended))
    part = and_(Recipient.campaign_id == CampaignPart.campaign_id, Recipient.part == CampaignPart.number)
    in_part = (
        select(Recipient.retailer_id)
        .select_from(CampaignPart)
        .join(Campaign, Campaign.id == CampaignPart.campaign_id)
        .join(Recipient, part)
        .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(CampaignPart.campaign_id.in_(campaign_ids))
        .where(or_(is_missed, and_(has_ended, or_(MassJob.id.is_(None), waits))))
    )
    shop = select(Recipient.retailer_id)
    found = union_all(
        shop.where(mine, Recipient.outcome.is_(None)),
        shop.where(mine, alone, Recipient.outcome.in_(wanted)),
        shop.where(ended, alone, Recipient.outcome.in_((Outcome.LISTED, Outcome.BATCHED))),
        in_part,
    ).subquery()
    return select(found.c.retailer_id)


def select_from(
    campaign: Campaign,
    kinds: Sequence[MissedKind],
    narrow: Callable[[Select[Any]], Select[Any]],
    name: Callable[[Outcome], str] = lambda outcome: outcome.value,
) -> Subquery:
    """Return the shop ids of these kinds of misses with the reason of each, as a table: `retailer_id` and `why`.

    `narrow` narrows the select of each kind, which has `Recipient`. Ordered and limited there, a page costs what a page
    has, wherever it is and however few missed it: each kind is read by its own index. `name` names what became of a
    message.
    """
    pages: list[Select[Any]] = []
    for kind in kinds:
        why: Any = Recipient.why if kind.outcome is None else literal(name(kind.outcome), String)
        mine: Any = select(Recipient.retailer_id, why.label("why"))
        chosen: Any = narrow(mine.where(Recipient.campaign_id == campaign.id, *kind.which)).subquery()
        # SQLite takes no LIMIT in a part of a UNION.
        pages.append(select(chosen))
    return union_all(*pages).subquery()
