"""Answers of recipients: the campaign's link was opened, what it asks for was done, messages still waiting are
withdrawn.

An opening or an act is credited to the last message that arrived. The statements are built once, because some of them
run for every answer of a shop.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from campaigns import rules, tally
from campaigns.kinds import CampaignKind
from campaigns.models import Campaign, Recipient
from foundation.database import Moment
from foundation.dialects import table_of
from people.models import Retailer
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing, states

_campaign, _recipient = table_of(Campaign), table_of(Recipient)
_delivery, _retailer = table_of(Delivery), table_of(Retailer)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Campaign whose message reached a follower and which waits for their answer."""

    campaign_id: int
    reference: int
    retailer_id: int
    said: str
    delivery_id: int
    #: When the campaign was written, and when its message went out.
    sent_at: datetime
    settled_at: datetime | None


def is_unopened(session: Session, kind: CampaignKind, reference: int, retailer_id: int) -> bool:
    """Whether the last message that arrived about `reference` has not been opened yet."""
    row = session.connection().execute(_LATEST, _whose(kind, reference, retailer_id)).first()
    return row is not None and not row.is_opened


def opened(session: Session, kind: CampaignKind, reference: int, retailer_id: int) -> None:
    """Note that a shop opened what a campaign leads to: credited once, to the last message that arrived."""
    row = session.connection().execute(_OPEN_LATEST, _whose(kind, reference, retailer_id)).first()
    if row is not None:
        tally.add(session, {(row.campaign_id, row.area_id, rules.OPENED): 1})


def acted(
    session: Session, kind: CampaignKind, reference: int, retailer_id: int, *, now: datetime, is_secret: bool = False
) -> int | None:
    """Note that a shop did what it was asked for: messages still waiting for it are withdrawn, and the act is credited
    to the last message that arrived, unless its last moment is over. Gives the number of the campaign credited.

    With `is_secret` neither the moment nor the shop nor its area is kept, nor the number given: each would point at
    what the shop said.
    """
    connection = session.connection()
    whose = _whose(kind, reference, retailer_id)
    moment = None if is_secret else now
    openid = select(_retailer.c.openid).where(_retailer.c.id == retailer_id).scalar_subquery()
    waiting = (_delivery.c.openid == openid, _delivery.c.about == kind.about(reference))
    # One that is being released at this moment is sent: waiting for it, a shop that answers elsewhere would deadlock.
    queueing.withdraw_free(session, *waiting, why=rules.WAS_ACTED, now=moment)
    row = connection.execute(_LATEST_IN_TIME, {**whose, "now": now}).first()
    if row is None:
        return None
    if is_secret:
        counts = {(row.campaign_id, tally.NOWHERE, rules.ACTED): 1}
        if not row.is_opened:  # opened while they were answering
            connection.execute(_OPEN_LATEST, whose)
            counts[row.campaign_id, row.area_id, rules.OPENED] = 1
        tally.add(session, counts)
        return None
    return row.number if first(session, row.campaign_id, retailer_id, now=now) else None


def unacted(session: Session, kind: CampaignKind, reference: int, retailer_id: int) -> None:
    """Take back that a shop did what it was asked for: it is asked once more."""
    rows = session.connection().execute(_UNACT, _whose(kind, reference, retailer_id)).all()
    tally.add(session, {(row.campaign_id, row.area_id, rules.ACTED): -1 for row in rows})


def first(session: Session, campaign_id: int, retailer_id: int, *, now: datetime) -> bool:
    """Note that a recipient did what a campaign asks for; gives whether that is the first time. Of several calls at
    once exactly one gives True."""
    who = {"campaign": campaign_id, "retailer": retailer_id}
    row = session.connection().execute(_ACT, {**who, "moment": now}).first()
    if row is None:
        return False
    counts = {(campaign_id, row.area_id, rules.ACTED): 1}
    if not row.is_opened:
        session.connection().execute(_OPEN, who)
        counts[campaign_id, row.area_id, rules.OPENED] = 1
    tally.add(session, counts)
    return True


def awaiting(session: Session, kind: CampaignKind, openid: str, *, now: datetime) -> Awaited | None:
    """Return the newest campaign of a kind whose message reached this follower and which they have not answered in
    time."""
    row = session.connection().execute(_AWAITING, {"kind": kind.name, "openid": openid, "now": now}).first()
    return Awaited(*row) if row is not None else None


def _whose(kind: CampaignKind, reference: int, retailer_id: int) -> Mapping[str, Any]:
    return {"kind": kind.name, "reference": reference, "retailer": retailer_id}


_last = (
    select(_recipient.c.campaign_id, _recipient.c.area_id, _recipient.c.is_opened, _campaign.c.number)
    .join(_campaign, _campaign.c.id == _recipient.c.campaign_id)
    .join(_delivery, _delivery.c.id == _recipient.c.delivery_id)
    .where(
        _campaign.c.kind == bindparam("kind"),
        _campaign.c.reference == bindparam("reference"),
        _recipient.c.retailer_id == bindparam("retailer"),
        # By the delivery itself: some answer before the clock has noted that it arrived.
        _delivery.c.state.in_(states.ARRIVED),
    )
    .order_by(_recipient.c.delivery_id.desc())
    .limit(1)
)
_LATEST: Any = _last
_LATEST_IN_TIME: Any = _last.where(
    or_(_campaign.c.not_after.is_(None), _campaign.c.not_after > bindparam("now", type_=Moment()))
)
_OPEN_LATEST: Any = (
    update(_recipient)
    .where(
        _recipient.c.campaign_id == _last.with_only_columns(_recipient.c.campaign_id).correlate(None).scalar_subquery(),
        _recipient.c.retailer_id == bindparam("retailer"),
        _recipient.c.is_opened.is_(False),
    )
    .values(is_opened=True)
    .returning(_recipient.c.campaign_id, _recipient.c.area_id)
)
_mine = (_recipient.c.campaign_id == bindparam("campaign"), _recipient.c.retailer_id == bindparam("retailer"))
_OPEN: Any = update(_recipient).where(*_mine).values(is_opened=True)
_ACT: Any = (
    update(_recipient)
    .where(*_mine, _recipient.c.acted_at.is_(None))
    .values(acted_at=bindparam("moment", type_=Moment()))
    .returning(_recipient.c.area_id, _recipient.c.is_opened)
)
_UNACT: Any = (
    update(_recipient)
    .where(
        _recipient.c.campaign_id.in_(
            select(_campaign.c.id).where(
                _campaign.c.kind == bindparam("kind"), _campaign.c.reference == bindparam("reference")
            )
        ),
        _recipient.c.retailer_id == bindparam("retailer"),
        _recipient.c.acted_at.is_not(None),
    )
    .values(acted_at=None)
    .returning(_recipient.c.campaign_id, _recipient.c.area_id)
)
_AWAITING: Any = (
    select(
        _campaign.c.id,
        _campaign.c.reference,
        _recipient.c.retailer_id,
        _campaign.c.said,
        _delivery.c.id,
        _campaign.c.created_at,
        _delivery.c.settled_at,
    )
    .select_from(_recipient)
    .join(_campaign, _campaign.c.id == _recipient.c.campaign_id)
    .join(_delivery, _delivery.c.id == _recipient.c.delivery_id)
    .where(
        _campaign.c.kind == bindparam("kind"),
        _recipient.c.openid == bindparam("openid"),
        _recipient.c.acted_at.is_(None),
        _campaign.c.not_after > bindparam("now", type_=Moment()),
        # A message held for their next contact is sent right after the message that is being heard now.
        _delivery.c.state.in_(states.ARRIVED),
    )
    .order_by(_campaign.c.id.desc())
    .limit(1)
)
