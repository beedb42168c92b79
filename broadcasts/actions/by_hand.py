"""Mass messages that staff sent in WeChat's own console: noted here, and booked as uses of the month's four."""

from typing import Any

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from campaigns.kinds import CampaignContext
from foundation.errors import Refused
from people import audiences
from people.audiences import Spec
from people.models import Retailer
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassByHand
from wechat_bot.models import Follower

log = structlog.get_logger(__name__)


def note(session: Session, whom: Spec, *, by: str, token: str | None, context: CampaignContext) -> MassByHand:
    """Note that a mass message went to an audience this month, or to everybody who follows (`whom` is None). Raises
    `Refused` where the audience cannot be read."""
    openids = _openids(session, whom, context)
    kept = None if whom is None else dict(whom)
    return quota.by_hand(session, openids, whom=kept, noted_by=by, token=token, now=context.now)


def go_on(session: Session, context: CampaignContext) -> bool:
    """Book the next followers of what was noted; gives whether there is more to book."""
    noted = quota.to_go_on(session)
    if noted is None:
        return False
    try:
        quota.go_on(session, noted, _openids(session, noted.whom, context))
    except Refused as refusal:
        log.warning("what was sent by hand cannot be booked any more", noted=noted.id, why=refusal.sentence)
        noted.is_booked = True
    return True


def _openids(session: Session, whom: Spec, context: CampaignContext) -> Select[Any]:
    if whom is None:
        return quota.everybody()
    meant = audiences.condition(session, whom, context.criteria, now=context.now)
    follows = (Follower.openid == Retailer.openid, Follower.unfollowed_at.is_(None))
    return select(Follower.openid).where(*follows, meant)
