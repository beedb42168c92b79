"""Last said by a mass message: its receivers have no delivery of their own, only their part of a campaign."""

from typing import Any

from sqlalchemy import and_, literal, select

from campaigns import rules
from campaigns.models import Campaign, CampaignPart, Outcome, Recipient
from wechat_bot.mass.models import MassJob, MassState

#: The states of a part that has arrived, as far as is known.
ARRIVED = (MassState.ACCEPTED, MassState.FINISHED, MassState.UNSURE)
#: What became of a receiver to whom their part did not go.
MISSED = (*rules.FAILED, Outcome.STOPPED, Outcome.SPARED)


def last_said(openid: str) -> Any:
    """Return the select of the last mass message that reached a follower."""
    at = MassJob.accepted_at
    in_part = and_(CampaignPart.campaign_id == Recipient.campaign_id, CampaignPart.number == Recipient.part)
    return (
        select(Campaign.about, literal("").label("key"), at)
        .select_from(Recipient)
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .join(CampaignPart, in_part)
        .join(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(Recipient.openid == openid, Recipient.part.is_not(None), Recipient.outcome.not_in(MISSED))
        .where(MassJob.state.in_(ARRIVED), at.is_not(None))
        .order_by(at.desc())
        .limit(1)
    )
