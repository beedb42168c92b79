"""Moving pushes in the calendar: to another day, or two in each other's place."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from broadcasts.actions.pushes import hold
from broadcasts.actions.sending import PUSHES
from broadcasts.models.pushes import Push, PushKind
from broadcasts.rules import drafts
from broadcasts.rules.states import OPEN
from broadcasts.texts import pushes as texts
from campaigns import approving as approval
from campaigns.approving import CampaignAuthor
from campaigns.kinds import CampaignContext
from campaigns.models import Campaign
from foundation.errors import Refused
from people.working_time import company


def to_day(session: Session, push_id: int, day: date, *, who: CampaignAuthor, context: CampaignContext) -> bool:
    """Move a push to another day, at the same time of the clock; gives whether it needs a new approval because of it.
    Raises `Refused` once sending has begun, and for a day on which it may not go."""
    push, campaign = hold(session, push_id)
    at = campaign.due_at.astimezone(context.zone).time()
    return _move(session, push, campaign, datetime.combine(day, at, context.zone), who, context)


def swap(session: Session, push_id: int, other_id: int, *, who: CampaignAuthor, context: CampaignContext) -> bool:
    """Put two pushes in each other's place; gives whether one of them needs a new approval because of it. Raises
    `Refused` as `to_day`."""
    # In one order always: of two who swap at once neither waits for the other.
    held = {each: hold(session, each) for each in sorted({push_id, other_id})}
    (push, campaign), (other, others) = held[push_id], held[other_id]
    here, there = campaign.due_at, others.due_at
    is_reopened = [
        _move(session, push, campaign, there, who, context),
        _move(session, other, others, here, who, context),
    ]
    return any(is_reopened)


def _move(
    session: Session, push: Push, campaign: Campaign, due_at: datetime, who: CampaignAuthor, context: CampaignContext
) -> bool:
    if campaign.state not in OPEN:
        raise Refused(texts.IS_OVER)
    if due_at == campaign.due_at:
        return False
    zone = context.zone
    # The last moment moves with it: a push that may be sent for a day may still be sent for a day.
    ends = campaign.not_after and due_at + (campaign.not_after - campaign.due_at)
    kind, here, works = PushKind(push.kind), due_at.astimezone(zone), company.calendar(session, zone)
    faults = drafts.faults_of_time(kind, here, ends and ends.astimezone(zone), context.now.astimezone(zone), works)
    if faults:
        raise Refused("\n".join(faults))
    is_reopened = approval.revise(
        session,
        campaign,
        PUSHES,
        before=approval.digest(session, campaign, PUSHES),
        who=who,
        now=context.now,
        due_at=due_at.astimezone(UTC),
        not_after=ends and ends.astimezone(UTC),
    )
    if is_reopened:
        campaign.error = texts.changed(["时间"])
    return is_reopened
