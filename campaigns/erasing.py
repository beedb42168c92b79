"""Erasing: what campaigns forget of a person or a shop."""

from typing import Any

from sqlalchemy import String, func, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from campaigns import parts
from campaigns.models import Campaign, Recipient
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Remove the recipient's openid and keep the figures; an erased shop is also removed from texts written to many and
    from audiences."""
    if whom.kinds:
        return
    if whom.openid:
        parts.leave_waiting(session, whom.openid, "erased")
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


def _without(spec: Any, whom: Forgetting) -> Any:
    if isinstance(spec, dict):
        return {name: _without(value, whom) for name, value in spec.items()}
    if isinstance(spec, list):
        return [_without(each, whom) for each in spec]
    return whom.pseudonym if spec in whom.names else spec
