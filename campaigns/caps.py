"""Caps: a shop gets campaigns on so many of seven days, whoever sends them, and one push on a day.

What counts is the day in the company's time zone on which a message went, or will go: two messages on one day are one
day. Campaigns of every kind count; their kind says whether they heed it themselves.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from campaigns.kinds import CampaignContext, CampaignKind, LeftOutReason
from campaigns.models import Campaign, CampaignPart, CampaignState, Outcome, Recipient
from campaigns.rules import ENDED, FAILED
from foundation.clock import day_in
from foundation.database import Moment, one_at_a_time
from people.models import Retailer
from wechat_bot.mass.models import MassJob
from wechat_bot.mass.states import NOT_SENT
from wechat_bot.models import Delivery

#: Which shops are meant, as a condition on a column of their ids.
Whose = Callable[[Any], ColumnElement[bool]]
CAP, SAME_DAY = "cap", "same_day"
DAYS = 7
#: Messages of campaigns frozen longer ago are not looked for: they waited a month for a contact.
LOOKED_BACK = timedelta(days=31)
#: Key of an advisory lock (any number) on judging who has had enough.
_JUDGING = 0x5EED_0004
_UNCOUNTED = (*FAILED, Outcome.STOPPED, Outcome.SPARED)
_UNDER_WAY = (CampaignState.LISTING, CampaignState.SENDING, CampaignState.PAUSED)


def reasons(
    session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext, theirs: Whose
) -> Sequence[LeftOutReason]:
    """Return the reasons of a kind to leave out a shop that has had enough."""
    if not kind.is_capped and not kind.is_once_a_day:
        return ()
    # Of two campaigns at once neither would see whom the other is writing down.
    one_at_a_time(session, _JUDGING)
    others = _others(session, campaign, context.now)
    days = _days(context)
    found = []
    pushes = [each for each, name in others.items() if name == kind.name]
    if kind.is_once_a_day and pushes:
        had = _had(pushes, context, theirs).where(_moment(context.goes_at) >= days[-1])
        found.append(LeftOutReason(SAME_DAY, Retailer.id.in_(had)))
    if kind.is_capped and others:
        moment = _moment(context.goes_at)
        day = case(*((moment >= literal(begun, Moment()), n) for n, begun in reversed(list(enumerate(days)))))
        had = _had(list(others), context, theirs).where(moment >= days[0]).group_by(Recipient.retailer_id)
        found.append(LeftOutReason(CAP, Retailer.id.in_(had.having(func.count(day.distinct()) >= context.cap))))
    return found


def _others(session: Session, campaign: Campaign, now: datetime) -> dict[int, str]:
    """Return the other campaigns whose messages may count, with their kinds."""
    lately = or_(Campaign.frozen_at > now - LOOKED_BACK, Campaign.state.in_(_UNDER_WAY))
    found = select(Campaign.id, Campaign.kind).where(
        Campaign.id != campaign.id, Campaign.frozen_at.is_not(None), lately
    )
    return {row.id: row.kind for row in session.execute(found)}


def _days(context: CampaignContext) -> list[datetime]:
    """Return when each of the seven days begins, the last one being that on which the campaign goes."""
    last = day_in(context.goes_at, context.zone)
    return [datetime.combine(last - timedelta(days=n), time(), context.zone) for n in reversed(range(DAYS))]


def _moment(goes_at: datetime) -> ColumnElement[Any]:
    """Return when a message went, as an SQL expression; what is still to go counts as going with this campaign."""
    soon = literal(goes_at, Moment())
    return case(
        (Recipient.outcome.in_((Outcome.LISTED, Outcome.QUEUED)), soon),
        (Recipient.outcome == Outcome.BATCHED, func.coalesce(MassJob.accepted_at, soon)),
        else_=func.coalesce(Delivery.settled_at, Campaign.frozen_at),
    )


def _had(others: Sequence[int], context: CampaignContext, theirs: Whose) -> Select[Any]:
    """Build the select of these shops that messages of other campaigns went to or will, once for each."""
    is_never_sent = and_(
        Campaign.state.in_(ENDED),
        or_(Recipient.outcome == Outcome.LISTED, and_(Recipient.outcome == Outcome.BATCHED, MassJob.id.is_(None))),
    )
    is_in_part = and_(CampaignPart.campaign_id == Recipient.campaign_id, CampaignPart.number == Recipient.part)
    return (
        select(Recipient.retailer_id)
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
        .outerjoin(CampaignPart, is_in_part)
        .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
        .where(
            # By the key of their recipients: a step of shops is read in one piece of each campaign.
            Recipient.campaign_id.in_(others),
            theirs(Recipient.retailer_id),
            Recipient.outcome.not_in(_UNCOUNTED),
            ~is_never_sent,
            or_(MassJob.id.is_(None), MassJob.state.not_in(NOT_SENT)),
        )
    )
