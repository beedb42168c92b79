"""Missed recipients of a campaign: who was left out, to whom it failed, and who was in a part that was not sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Subquery, literal, select, union_all
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
