"""Measures of campaigns: what became of everybody in the audiences of those that began in a period, counted from the
recipients as they stand."""

from typing import Any

from sqlalchemy import Integer, Select, and_, case, cast, func, literal, or_, select, union_all

from campaigns import rules
from campaigns.models import Campaign, CampaignPart, Outcome, Recipient
from foundation.clock import Period
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.measure import columns

#: What can be counted: everybody, those left out among them; those it was meant for; and what became of them.
AUDIENCE, MEANT, REACHED, OPENED, ACTED, MISSED = "audience", "meant", "reached", "opened", "acted", "missed"


def figures(kind: str, period: Period, *, n: str, of: str = "") -> Select[Any]:
    """Select how many were in the audiences of the campaigns of a kind that began in a period, by area, class and
    manager as they were written down with them: one of the figures above, and the one it is a share of.

    As the report of a push counts them: who was left out has missed it, and who surely got nothing; of whom nothing is
    known is neither reached nor missed. Of a mass message WeChat tells how many it reached and not whom: those it did
    not are taken off the area that their part is of, else off none.
    """
    began = (Campaign.kind == kind, Campaign.frozen_at >= period.begins_at, Campaign.frozen_at < period.ends_at)
    counted, lost = _rows(began), _lost(began)
    wanted = counted.c, lost.c
    each = [select(*columns(c.area_id, c.class_id, c.manager_id, n=c[n], of=c[of] if of else None)) for c in wanted]
    both = union_all(*each).subquery()
    return select(both)


def _rows(began: Any) -> Any:
    """The recipients of the campaigns, each group of the same outcome counted once, and what that means."""
    whose = (Recipient.area_id, Recipient.class_id, Recipient.manager_id)
    by = (Recipient.campaign_id, *whose, Recipient.part, Recipient.outcome)
    # Counted first, by their own columns: then parts and jobs are looked up for a few rows.
    same = (
        select(
            *by,
            func.count().label("times"),
            func.sum(cast(Recipient.is_opened, Integer)).label("opened"),
            func.count(Recipient.acted_at).label("acted"),
        )
        .where(Recipient.campaign_id.in_(select(Campaign.id).where(*began)))
        .group_by(*by)
        .subquery()
        .c
    )
    became = {state: rules.outcome_of_part(state) for state in MassState}
    part_missed = MassJob.state.in_([state for state, each in became.items() if each in rules.NOT_ARRIVED])
    part_waits = or_(
        MassJob.id.is_(None), MassJob.state.in_([state for state, each in became.items() if each is Outcome.BATCHED])
    )
    alone, has_ended = same.part.is_(None), Campaign.state.in_(rules.ENDED)
    is_reached = or_(and_(alone, same.outcome.in_(rules.REACHED)), and_(~alone, MassJob.state == MassState.FINISHED))
    is_missed = or_(
        same.outcome.is_(None),
        and_(alone, same.outcome.in_(rules.NOT_ARRIVED)),
        and_(alone, has_ended, same.outcome.in_((Outcome.LISTED, Outcome.BATCHED))),
        and_(~alone, part_missed),
        and_(~alone, has_ended, part_waits),
    )
    return (
        select(
            same.area_id,
            same.class_id,
            same.manager_id,
            same.times.label(AUDIENCE),
            case((same.outcome.is_not(None), same.times), else_=0).label(MEANT),
            case((is_reached, same.times), else_=0).label(REACHED),
            same.opened.label(OPENED),
            same.acted.label(ACTED),
            case((is_missed, same.times), else_=0).label(MISSED),
        )
        .select_from(same.campaign_id.table)
        .join(Campaign, Campaign.id == same.campaign_id)
        .outerjoin(CampaignPart, and_(CampaignPart.campaign_id == same.campaign_id, CampaignPart.number == same.part))
        .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .subquery()
    )


def _lost(began: Any) -> Any:
    """Those in the parts of the campaigns whom WeChat says it did not reach, as a correction."""
    none = literal(0)
    others = (AUDIENCE, MEANT, OPENED, ACTED, MISSED)
    return (
        select(
            CampaignPart.area_id,
            literal(None, Integer).label("class_id"),
            literal(None, Integer).label("manager_id"),
            (MassJob.sent - CampaignPart.size).label(REACHED),
            *(none.label(each) for each in others),
        )
        .select_from(CampaignPart)
        .join(Campaign, Campaign.id == CampaignPart.campaign_id)
        .join(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(*began, MassJob.state == MassState.FINISHED, MassJob.sent < CampaignPart.size)
        .subquery()
    )
