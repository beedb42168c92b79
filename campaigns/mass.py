"""Mass messages of campaigns: what the sender of mass jobs asks about a part, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from campaigns import kinds, parts, steering, texts
from campaigns.models import Campaign, CampaignPart, CampaignState, Recipient
from foundation.dialects import rows_of
from foundation.errors import Refused
from people.models import ERASED, Retailer
from wechat_bot.mass import planning, quota
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.mass.source import MassContent, MassSource
from wechat_bot.mass.states import NOT_SENT, WAITING
from wechat_bot.models import Follower
from wechat_bot.services import Services

_HELD_BY = {CampaignState.PAUSED: texts.PART_PAUSED, CampaignState.LISTING: texts.PART_EARLY}


def note_news(session: Session, *, now: datetime) -> bool:
    """Note what became of one mass job: WeChat refused it, so its campaign pauses and its sends of the month are given
    back; where it refused the content of the very first, the campaign has failed. Gives whether there was news.

    Figures need no noting: a part's state is its job's.
    """
    # The campaign is locked before its job, as by whoever stops it: in another order they would deadlock.
    found = (
        planning.has_news(parts.SOURCE)
        .join(CampaignPart, CampaignPart.mass_job_id == MassJob.id)
        .join(Campaign, Campaign.id == CampaignPart.campaign_id)
        .add_columns(Campaign, CampaignPart)
        .limit(1)
        .with_for_update(of=Campaign, skip_locked=True, key_share=True)
    )
    row = session.execute(found).first()
    if row is None:
        return False
    job, campaign, part = row
    session.refresh(job, with_for_update=True)
    news = planning.read_news(job)
    if campaign.state in (CampaignState.SENDING, CampaignState.LISTING):
        why = texts.refused_part(part.number, news.error or "")
        if news.is_of_content and not parts.is_any_taken(session, campaign.id):
            steering.fail(session, campaign, why, now=now)
        elif news.state is MassState.REFUSED or news.pauses:
            steering.pause_because(session, campaign, why, now=now)
    if news.state in NOT_SENT:
        parts.give_back(session, part, news.month)
    planning.noted(session, [job.id])
    return True


def _receivers(services: Services, session: Session, job: MassJob) -> Sequence[str]:
    """The openids of a part. Whoever unfollowed, has another shop's keeper, or has a reason of the kind's own since it
    was listed is left out while nothing was sent."""
    part = parts.of_job(session, job)
    if part is None:
        return []
    if job.state not in WAITING:
        # Asked about again: WeChat refuses the whole list for one it does not know, who was erased meanwhile.
        known = ~Recipient.openid.startswith(ERASED, autoescape=True)
        return session.scalars(parts.receivers(part.campaign_id, part.number).where(known)).all()
    keeper = exists().where(Retailer.id == Recipient.retailer_id, Retailer.openid == Recipient.openid)
    follows = exists().where(Follower.openid == Recipient.openid, Follower.unfollowed_at.is_(None))
    left_out: list[tuple[Any, str]] = [(~keeper, "unbound"), (~follows, "unfollowed")]
    campaign = session.get_one(Campaign, part.campaign_id)
    kind = kinds.declared(services).get(campaign.kind)
    for reason in kind.reasons(session, campaign) if kind is not None else ():
        theirs = select(Retailer.id).outerjoin(Follower, Follower.openid == Retailer.openid).where(reason.condition)
        left_out.append((Recipient.retailer_id.in_(theirs), reason.name))
    for which, why in left_out:
        gone = parts.leave_out(session, part, which, why)
        if gone:
            quota.give_back(session, rows_of(session, gone), job.month)
    return session.scalars(parts.receivers(part.campaign_id, part.number)).all()


def _content(services: Services, session: Session, job: MassJob) -> MassContent:
    part = parts.of_job(session, job)
    campaign = session.get_one(Campaign, part.campaign_id) if part is not None else None
    kind = kinds.declared(services).get(campaign.kind) if campaign is not None else None
    if campaign is None or kind is None or kind.mass is None:
        raise Refused(texts.NO_SUCH)
    return kind.mass(services, session, campaign)


def _picture(services: Services, sha256: str) -> tuple[bytes, str]:
    for kind in kinds.declared(services).values():
        if kind.picture is not None:
            return kind.picture(services, sha256)
    raise Refused(texts.NO_SUCH)


def _excepted(session: Session, job: MassJob, openids: Sequence[str], why: str) -> None:
    part = parts.of_job(session, job)
    if part is not None:
        parts.leave_out(session, part, Recipient.openid.in_(rows_of(session, openids)), why)


def _holds(session: Session, job: MassJob, now: datetime) -> str:
    part = parts.of_job(session, job)
    state = session.scalar(select(Campaign.state).where(Campaign.id == part.campaign_id)) if part is not None else None
    if state == CampaignState.SENDING:
        return ""
    return _HELD_BY.get(CampaignState(state), texts.PART_OVER) if state is not None else texts.PART_OVER


MASS = MassSource(
    name=parts.SOURCE,
    receivers=_receivers,
    content=_content,
    picture=_picture,
    excepted=_excepted,
    holds=_holds,
)
