"""Caps: a shop gets campaigns on so many of seven days, whoever sends them, and one push on a day.

What counts is the day in the company's time zone on which a message went, or will go: two messages on one day are one
day. Campaigns of every kind count; their kind says whether they heed it themselves.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from campaigns.kinds import CampaignContext, CampaignKind, Condition, LeftOutReason
from campaigns.models import Campaign, CampaignPart, CampaignState, Outcome, Recipient
from campaigns.rules import ENDED, FAILED
from foundation.clock import day_in
from foundation.database import Moment, one_at_a_time
from foundation.dialects import table_of
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
_campaign, _recipient, _part = table_of(Campaign), table_of(Recipient), table_of(CampaignPart)
_delivery, _job = table_of(Delivery), table_of(MassJob)
_UNCOUNTED = (*FAILED, Outcome.STOPPED, Outcome.SPARED)
_UNDER_WAY = (CampaignState.LISTING, CampaignState.SENDING, CampaignState.PAUSED)


def reasons(
    session: Session,
    campaign: Campaign,
    kind: CampaignKind,
    context: CampaignContext,
    theirs: Whose,
    days_to_come: Sequence[Condition] = (),
) -> Sequence[LeftOutReason]:
    """Return the reasons of a kind to leave out a shop that has had enough. `days_to_come`, for forecasts: of each day
    of the seven on which more will go, the condition on the shops it will go to."""
    if not kind.is_capped and not kind.is_once_a_day:
        return ()
    # Of two campaigns at once neither would see whom the other is writing down.
    one_at_a_time(session, _JUDGING)
    of_kind = () if kind.is_capped else (Campaign.kind == kind.name,)
    others = _others(session, context.now, theirs, Campaign.id != campaign.id, *of_kind)
    if not others and not days_to_come:
        return ()
    had = _had(others, kind.name, context, theirs) if others else None
    found: list[LeftOutReason] = []
    if kind.is_once_a_day and had is not None:
        found.append(LeftOutReason(SAME_DAY, Retailer.id.in_(select(had.c.retailer_id).where(had.c.pushes > 0))))
    if kind.is_capped:
        found += _capped(had, days_to_come, context.cap)
    return found


def had_enough(session: Session, context: CampaignContext, theirs: Whose) -> Condition | None:
    """Return the condition on `Retailer` for shops that had their share of campaigns this week, for messages that are
    none; None where no campaign went to any of these shops."""
    others = _others(session, context.now, theirs)
    if not others:
        return None
    had = _had(others, "", context, theirs)
    return Retailer.id.in_(select(had.c.retailer_id).where(had.c.days >= context.cap))


def _capped(had: CTE | None, days_to_come: Sequence[Condition], cap: int) -> list[LeftOutReason]:
    """Return the reason of those who had enough of the seven days, with those to come."""
    will = sum((case((each, 1), else_=0) for each in days_to_come), start=literal(0))
    enough = []
    for more in range(min(len(days_to_come), cap) + 1):
        # With so many days to come, that many fewer are needed of those that were.
        needed = [will >= more] if more else []
        if more < cap:
            if had is None:
                continue
            needed.append(Retailer.id.in_(select(had.c.retailer_id).where(had.c.days >= cap - more)))
        enough.append(and_(*needed))
    return [LeftOutReason(CAP, or_(*enough))] if enough else []


def _others(session: Session, now: datetime, theirs: Whose, *which: Condition) -> list[int]:
    """Return the campaigns whose messages may count: of hundreds most went to none of these shops."""
    lately = or_(Campaign.frozen_at > now - LOOKED_BACK, Campaign.state.in_(_UNDER_WAY))
    has_one = exists().where(_recipient.c.campaign_id == Campaign.id, theirs(_recipient.c.retailer_id))
    return list(session.scalars(select(Campaign.id).where(Campaign.frozen_at.is_not(None), lately, has_one, *which)))


def _days(context: CampaignContext) -> list[datetime]:
    """Return when each of the seven days begins, the last one being that on which the campaign goes."""
    last = day_in(context.goes_at, context.zone)
    return [datetime.combine(last - timedelta(days=n), time(), context.zone) for n in reversed(range(DAYS))]


def _moment(goes_at: datetime) -> ColumnElement[Any]:
    """Return when a message went, as an SQL expression; what is still to go counts as going with this campaign."""
    soon = literal(goes_at, Moment())
    return case(
        (_recipient.c.outcome.in_((Outcome.LISTED, Outcome.QUEUED)), soon),
        (_recipient.c.outcome == Outcome.BATCHED, func.coalesce(_job.c.accepted_at, soon)),
        else_=func.coalesce(_delivery.c.settled_at, _campaign.c.frozen_at),
    )


def _had(others: Sequence[int], kind: str, context: CampaignContext, theirs: Whose) -> CTE:
    """Build the table of these shops that messages of other campaigns went to or will in the seven days: on how many
    `days`, and how many `pushes` of this kind on the last one."""
    is_batched = _recipient.c.outcome == Outcome.BATCHED
    is_never_sent = and_(
        _campaign.c.state.in_(ENDED),
        or_(_recipient.c.outcome == Outcome.LISTED, and_(is_batched, _job.c.id.is_(None))),
    )
    moment, days = _moment(context.goes_at), _days(context)
    day = case(*((moment >= literal(begun, Moment()), n) for n, begun in reversed(list(enumerate(days)))))
    went = (
        select(_recipient.c.retailer_id, _campaign.c.kind, day.label("day"))
        .select_from(_recipient)
        .join(_campaign, _campaign.c.id == _recipient.c.campaign_id)
        .outerjoin(_delivery, _delivery.c.id == _recipient.c.delivery_id)
        .outerjoin(_part, and_(_part.c.campaign_id == _recipient.c.campaign_id, _part.c.number == _recipient.c.part))
        .outerjoin(_job, _job.c.id == _part.c.mass_job_id)
        .where(
            # By the key of their recipients: a step of shops is read in one piece of each campaign.
            _recipient.c.campaign_id.in_(others),
            theirs(_recipient.c.retailer_id),
            _recipient.c.outcome.not_in(_UNCOUNTED),
            ~is_never_sent,
            or_(_job.c.id.is_(None), _job.c.state.not_in(NOT_SENT)),
        )
        .subquery()
    )
    is_push = and_(went.c.kind == kind, went.c.day == DAYS - 1)
    had = select(
        went.c.retailer_id,
        func.count(went.c.day.distinct()).label("days"),
        func.count().filter(is_push).label("pushes"),
    )
    # Materialised: two reasons ask it, and what a step of shops had is read once.
    return had.where(went.c.day.is_not(None)).group_by(went.c.retailer_id).cte("had").prefix_with("MATERIALIZED")
