"""Erasing: what campaigns forget of a person or a shop."""

from typing import Any

from sqlalchemy import String, and_, func, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from campaigns import parts
from campaigns.models import Campaign, CampaignPart, Recipient
from wechat_bot.erasure import Forgetting
from wechat_bot.mass.models import MassJob
from wechat_bot.mass.states import is_waiting


def forget(session: Session, whom: Forgetting) -> None:
    """Remove the recipient's openid and keep the figures; an erased shop is also removed from texts written to many and
    from audiences."""
    if whom.kinds:
        return
    if whom.openid:
        _leave_parts(session, whom.openid)
        theirs = update(Recipient).where(Recipient.openid == whom.openid).values(openid=whom.pseudonym)
        session.execute(theirs)
    if whom.shop_id is None:
        return
    spec = as_type(Campaign.audience, String)
    named = select(Campaign).where(or_(*(spec.contains(name, autoescape=True) for name in whom.names)))
    for campaign in session.scalars(named):
        campaign.audience = _without(campaign.audience, whom)
    for name in whom.names:
        said = update(Campaign).where(Campaign.said.contains(name, autoescape=True))
        without = said.values(said=func.replace(Campaign.said, name, "…"))
        session.execute(without)


def _leave_parts(session: Session, openid: str) -> None:
    """Take somebody out of mass messages that were not sent yet."""
    waiting = (
        select(CampaignPart, MassJob)
        .join(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .join(Recipient, and_(Recipient.campaign_id == CampaignPart.campaign_id, Recipient.part == CampaignPart.number))
        .where(Recipient.openid == openid, is_waiting())
        .order_by(MassJob.id)
        .with_for_update(of=(CampaignPart, MassJob))
    )
    for part, job in session.execute(waiting).all():
        parts.leave_out(session, part, Recipient.openid == openid, "erased")
        job.size = part.size


def _without(spec: Any, whom: Forgetting) -> Any:
    if isinstance(spec, dict):
        return {name: _without(value, whom) for name, value in spec.items()}
    if isinstance(spec, list):
        return [_without(each, whom) for each in spec]
    return whom.pseudonym if spec in whom.names else spec
