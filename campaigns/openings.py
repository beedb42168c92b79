"""Openings of what a campaign leads to, and acts behind it, credited to the recipient by the row itself: a message of
one's own or a part of a mass message.

Counted in the transaction that notes them, once for each recipient, with the hour in which it happened. An act counts
as an opening too, so that there are never more acts than openings.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from campaigns import rules, tally
from campaigns.last_said import ARRIVED, MISSED
from campaigns.models import Campaign, CampaignPart, Recipient
from foundation.database import Moment
from foundation.dialects import table_of
from wechat_bot.mass.models import MassJob
from wechat_bot.models import Delivery
from wechat_bot.outbox import states

_campaign, _recipient, _part = table_of(Campaign), table_of(Recipient), table_of(CampaignPart)
_delivery, _job = table_of(Delivery), table_of(MassJob)

#: Counted besides: openings of those whom a mass message reached, so that the others can be compared with how many a
#: message of their own reached; and those who wrote in reply.
OPENED_IN_PART, ASKED = f"{rules.ONLY}part", f"{rules.ONLY}asked"
#: Those who stopped following soon after.
GONE = f"{rules.ONLY}gone"
#: The prefix of the counters of openings by hour since the campaign's moment.
HOUR = f"{rules.ONLY}hour:"
#: Hours that are told apart; all later ones are one.
HOURS = 72
#: The counters of what recipients did, each as a condition on its rows; openings by hour have none.
DID: Mapping[str, ColumnElement[bool]] = {
    rules.OPENED: Recipient.is_opened.is_(True),
    rules.ACTED: Recipient.acted_at.is_not(None),
    # Parts are numbered from 1. By `part IS NOT NULL` SQLite would read all rows of parts for a few shops.
    OPENED_IN_PART: and_(Recipient.is_opened, func.coalesce(Recipient.part, 0) > 0),
    ASKED: Recipient.asked_at.is_not(None),
    GONE: Recipient.gone_at.is_not(None),
}


@dataclass(frozen=True, slots=True)
class FoundRecipient:
    """Recipient as an opening finds it. It `was_reached` by its own message or its part, as far as is known."""

    campaign_id: int
    retailer_id: int
    area_id: int
    due_at: datetime
    is_in_part: bool
    was_reached: bool


def find(session: Session, campaign_id: int, openid: str, retailer_id: int | None) -> FoundRecipient | None:
    """Return a follower's recipient row in a campaign: the one it was sent to, else their shop's that was left out.

    A message to a shop's former keeper was not sent to its new one.
    """
    given = {"campaign": campaign_id, "openid": openid, "retailer": retailer_id}
    row = session.connection().execute(_FIND, given).first()
    if row is None:
        return None
    return FoundRecipient(
        row.campaign_id, row.retailer_id, row.area_id, row.due_at, row.part is not None, bool(row.reached)
    )


def credit(
    session: Session, found: FoundRecipient, *, has_acted: bool = False, has_asked: bool = False, now: datetime
) -> Counter[str]:
    """Note that a recipient opened what they were sent, did what it asks for, or wrote in reply; gives what was noted
    for the first time. Of several calls at once exactly one notes each."""
    who = {"campaign": found.campaign_id, "retailer": found.retailer_id, "moment": now}
    if not found.was_reached:
        # It came to them by another's card: known, and no opening of what we sent.
        session.connection().execute(_NOTE, who)
        return Counter()
    counts: Counter[str] = Counter()
    if session.connection().execute(_OPEN, who).rowcount == 1:
        counts.update([rules.OPENED, hour(now - found.due_at), *([OPENED_IN_PART] if found.is_in_part else [])])
    for is_meant, statement, key in ((has_acted, _ACT, rules.ACTED), (has_asked, _ASK, ASKED)):
        if is_meant and session.connection().execute(statement, who).rowcount == 1:
            counts[key] += 1
    tally.add(session, {(found.campaign_id, found.area_id, key): 1 for key in counts})
    return counts


def gone(session: Session, kind: str, openid: str, *, since: datetime, now: datetime) -> int | None:
    """Note that a follower left: put to the latest campaign of a kind that reached them since a moment; gives its
    number, None where there is none. Who comes back and leaves again is counted once."""
    row = session.connection().execute(_LATEST, {"kind": kind, "openid": openid, "since": since}).first()
    if row is None:
        return None
    who = {"campaign": row.campaign_id, "retailer": row.retailer_id, "moment": now}
    if session.connection().execute(_GO, who).rowcount != 1:
        return None
    tally.add(session, {(row.campaign_id, row.area_id, GONE): 1})
    return int(row.campaign_id)


def apart(session: Session, campaign_id: int, who: str) -> None:
    """Count an opening by somebody it was not sent to, under no area: `others` or `staff`."""
    tally.add(session, {(campaign_id, tally.NOWHERE, who): 1})


def hour(since: timedelta) -> str:
    """Return the counter of the hour of an opening, so long after the campaign's moment.

    >>> hour(timedelta(minutes=59)), hour(timedelta(hours=1)), hour(timedelta(days=9)), hour(timedelta(minutes=-1))
    ('only:hour:0', 'only:hour:1', 'only:hour:72', 'only:hour:0')
    """
    return f"{HOUR}{min(max(since // timedelta(hours=1), 0), HOURS)}"


_reached_alone = and_(_recipient.c.part.is_(None), _delivery.c.state.in_(states.ARRIVED))
_reached_in_part = and_(_recipient.c.outcome.not_in(MISSED), _job.c.state.in_(ARRIVED))
_sent = _recipient.alias("sent")
#: The shop whose message was sent to this follower, else theirs of today. Found by its key: with OR in its place, both
#: databases would read every recipient of the campaign.
_WHOSE = func.coalesce(
    select(_sent.c.retailer_id)
    .where(_sent.c.openid == bindparam("openid"), _sent.c.campaign_id == bindparam("campaign"))
    .limit(1)
    .scalar_subquery(),
    bindparam("retailer", type_=_recipient.c.retailer_id.type),
)
_FIND: Any = (
    select(
        _recipient.c.campaign_id,
        _recipient.c.retailer_id,
        _recipient.c.area_id,
        _campaign.c.due_at,
        _recipient.c.part,
        and_(_recipient.c.why.is_(None), or_(_reached_alone, _reached_in_part)).label("reached"),
    )
    .select_from(_recipient)
    .join(_campaign, _campaign.c.id == _recipient.c.campaign_id)
    .outerjoin(_delivery, _delivery.c.id == _recipient.c.delivery_id)
    .outerjoin(_part, and_(_part.c.campaign_id == _recipient.c.campaign_id, _part.c.number == _recipient.c.part))
    .outerjoin(_job, _job.c.id == _part.c.mass_job_id)
    .where(
        _recipient.c.campaign_id == bindparam("campaign"),
        _recipient.c.retailer_id == _WHOSE,
        or_(_recipient.c.openid == bindparam("openid"), _recipient.c.openid.is_(None)),
    )
)
_mine = (_recipient.c.campaign_id == bindparam("campaign"), _recipient.c.retailer_id == bindparam("retailer"))
_OPEN: Any = (
    update(_recipient)
    .where(*_mine, _recipient.c.is_opened.is_(False))
    .values(is_opened=True, opened_at=func.coalesce(_recipient.c.opened_at, bindparam("moment", type_=Moment())))
)
_NOTE: Any = (
    update(_recipient)
    .where(*_mine, _recipient.c.opened_at.is_(None))
    .values(opened_at=bindparam("moment", type_=Moment()))
)
_ACT: Any = (
    update(_recipient)
    .where(*_mine, _recipient.c.acted_at.is_(None))
    .values(acted_at=bindparam("moment", type_=Moment()))
)
_ASK: Any = (
    update(_recipient)
    .where(*_mine, _recipient.c.asked_at.is_(None))
    .values(asked_at=bindparam("moment", type_=Moment()))
)
_at = func.coalesce(_delivery.c.settled_at, _job.c.accepted_at)
_LATEST: Any = (
    select(_recipient.c.campaign_id, _recipient.c.retailer_id, _recipient.c.area_id)
    .select_from(_recipient)
    .join(_campaign, _campaign.c.id == _recipient.c.campaign_id)
    .outerjoin(_delivery, _delivery.c.id == _recipient.c.delivery_id)
    .outerjoin(_part, and_(_part.c.campaign_id == _recipient.c.campaign_id, _part.c.number == _recipient.c.part))
    .outerjoin(_job, _job.c.id == _part.c.mass_job_id)
    .where(
        _recipient.c.openid == bindparam("openid"),
        _campaign.c.kind == bindparam("kind"),
        or_(_reached_alone, _reached_in_part),
        _at > bindparam("since", type_=Moment()),
    )
    .order_by(_at.desc())
    .limit(1)
)
_GO: Any = (
    update(_recipient).where(*_mine, _recipient.c.gone_at.is_(None)).values(gone_at=bindparam("moment", type_=Moment()))
)
