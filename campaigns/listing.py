"""Listing of recipients: the audience of a campaign is frozen in steps by shop id, with the reason for every shop left
out.

A step is one transaction and one INSERT … SELECT over a fixed range of shops. A run that is killed between two steps
continues after the last one; nothing is sent before all are done. A shop bound after the first step began counts as not
bound for this campaign, and one that was added after that is not in its audience.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, case, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from campaigns import approving, caps, parts, steering, tally, texts, ways
from campaigns.caps import Whose
from campaigns.kinds import CampaignContext, CampaignKind, Condition, LeftOutReason, SendingWay
from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from foundation.database import count_to
from foundation.dialects import table_of
from foundation.errors import Refused
from people.models import IS_THERE, Area, Retailer
from wechat_bot.mass import quota
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import states

#: Shops in the first step; how long that took says how many the next has (`rules.next_batch`).
BATCH = 10_000
UNBOUND = "unbound"


def some(
    session: Session, campaign_id: int, kind: CampaignKind, context: CampaignContext, *, batch: int = BATCH
) -> bool:
    """Write down the next step of a due campaign's recipients, with the reasons of those left out; gives whether more
    are left.

    Of two workers only one does it. An audience that can no longer be read breaks the campaign; it never becomes
    everyone.
    """
    campaign = steering.claimed(session, campaign_id, (CampaignState.PLANNED, CampaignState.LISTING), now=context.now)
    if campaign is None or kind.waits(session, campaign, context.now):
        return False
    if campaign.state == CampaignState.LISTING and campaign.is_listed:
        return False
    if approving.has_missed(session, campaign, kind, now=context.now):
        return False
    try:
        if not _freeze(session, campaign, kind, context):
            return False
        others = kind.others_of(session, campaign)
        if others is not None:
            others.list_all(session, campaign, kind.message(session, campaign, context), context)
            campaign.cursor, campaign.state = campaign.last_shop, CampaignState.SENDING
            session.flush()
            return False
        meant = kind.meant(session, campaign, context)
    except Refused as refusal:
        campaign.error = refusal.sentence[:300]
        steering.enter(session, campaign, CampaignState.BROKEN, now=context.now, why=campaign.error)
        return False
    after, until = campaign.cursor, min(campaign.cursor + batch, campaign.last_shop)
    if kind.prepare is not None:
        kind.prepare(session, campaign, in_step(after, until), context)
    _write_down(session, campaign, kind, context, meant, after, until)
    tally.count_step(session, campaign.id, after, until)
    campaign.cursor = until
    if not campaign.is_listed:
        return True
    if campaign.is_late:
        # Sends of the month that were booked before it was late are given back by the clock.
        campaign.is_withdrawing = campaign.quota_month is not None
        steering.enter(session, campaign, CampaignState.MISSED, now=context.now, why=texts.MISSED)
        return False
    if not parts.uncut(session, campaign):
        # No step of its own is written down: sending follows from the listing, nobody decides it.
        campaign.state = CampaignState.SENDING
    session.flush()
    return False


def cut_some(
    session: Session, campaign_id: int, kind: CampaignKind, context: CampaignContext, *, batch: int = BATCH
) -> bool:
    """Put the next of those who get a mass message into parts, once all are listed; gives whether more are left. Of two
    workers only one does it."""
    campaign = steering.claimed(session, campaign_id, (CampaignState.LISTING,), now=context.now)
    if campaign is None or not campaign.is_listed:
        return False
    if SendingWay.TAG in kind.ways(session, campaign):
        count, names = ways.left_out_of_tag(session, campaign)
        if count:
            campaign.error = texts.left_out_of_tag(count, names)
            steering.enter(session, campaign, CampaignState.BROKEN, now=context.now, why=campaign.error)
            return False
    return parts.cut_some(session, campaign, kind, batch=batch, heeds_quiet=True, now=context.now)


def _freeze(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> bool:
    """Freeze the audience of a campaign that begins; gives whether it may go on: not where it must be approved anew.

    Raises `Refused` where its audience cannot be read.
    """
    if campaign.frozen_at is not None:
        return True
    if not campaign.is_late and not approving.is_still_approved(session, campaign, kind, context):
        return False
    now = context.now
    campaign.frozen_at = now
    campaign.quota_month = None if campaign.is_late else quota.month_of(context.goes_at)
    campaign.last_shop = session.scalar(select(func.max(Retailer.id))) or 0
    steering.enter(session, campaign, CampaignState.LISTING, now=now)
    return True


def _write_down(
    session: Session,
    campaign: Campaign,
    kind: CampaignKind,
    context: CampaignContext,
    meant: Sequence[Condition],
    after: int,
    until: int,
) -> None:
    """Insert the recipients of a step, each with the reason that leaves it out, if any."""
    theirs: Whose = lambda shop: shop.between(after + 1, until)  # noqa: E731
    judged = (
        select(
            Retailer.id,
            Retailer.openid,
            Retailer.area_id,
            Retailer.class_id,
            func.coalesce(Retailer.manager_id, Area.manager_id).label("manager_id"),
            reasons(session, campaign, kind, context, theirs).label("why"),
            ways.chosen(session, campaign, kind, context).label("way"),
        )
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(*meant, in_step(after, until), IS_THERE)
        # Materialised, or the reasons would be evaluated once for each column that depends on them.
        .cte("judged")
        .prefix_with("MATERIALIZED")
    )
    why = case((judged.c.why.is_not(None), judged.c.why), (judged.c.way.in_(ways.CLOSED), judged.c.way))
    is_meant = why.is_(None)
    columns: dict[str, Any] = {
        "campaign_id": literal(campaign.id, Integer),
        "retailer_id": judged.c.id,
        "openid": case((is_meant, judged.c.openid)),
        "area_id": judged.c.area_id,
        "class_id": judged.c.class_id,
        "manager_id": judged.c.manager_id,
        "why": why,
        "outcome": case((is_meant, literal(Outcome.LATE) if campaign.is_late else judged.c.way)),
    }
    by_mass = ways.has_mass(kind.ways(session, campaign)) and not campaign.is_late
    if by_mass:
        # Held before it is read, so that what is read of it is still true when it is written.
        quota.hold(session)
    session.execute(insert(table_of(Recipient)).from_select(list(columns), select(*columns.values())))
    if by_mass and campaign.quota_month is not None:
        booked = (Recipient.retailer_id.between(after + 1, until), Recipient.outcome == Outcome.BATCHED)
        openids = select(Recipient.openid).where(Recipient.campaign_id == campaign.id, *booked)
        quota.book(session, openids, campaign.quota_month)


def at_once(
    session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext, *, most: int = BATCH
) -> bool:
    """Write down a small audience in one step; gives whether it was small enough. A larger one is left to the clock."""
    meant = select(Retailer.id).where(*kind.meant(session, campaign, context), IS_THERE)
    if count_to(session, meant, most) > most:
        return False
    some(session, campaign.id, kind, context, batch=session.scalar(select(func.max(Retailer.id))) or 1)
    return True


def in_step(after: int, until: int) -> Condition:
    """Return the condition that a shop belongs to a step."""
    return Retailer.id.between(after + 1, until)


def is_anybody(session: Session, *conditions: Condition) -> bool:
    """Whether these conditions hold for any shop."""
    return session.scalar(select(Retailer.id).where(*conditions, IS_THERE).limit(1)) is not None


def reasons(
    session: Session,
    campaign: Campaign,
    kind: CampaignKind,
    context: CampaignContext,
    theirs: Whose,
    days: Sequence[Condition] = (),
) -> ColumnElement[str | None]:
    """Return the first reason to leave a shop out, as an SQL expression; null where there is none. `theirs`: which
    shops are judged, as a condition on a column of their ids; `days` as for `caps.reasons`."""
    frozen_at = campaign.frozen_at or context.now
    found: Sequence[LeftOutReason] = (
        LeftOutReason(UNBOUND, or_(Retailer.openid.is_(None), Retailer.bound_at > frozen_at)),
        LeftOutReason("unfollowed", or_(Follower.openid.is_(None), Follower.unfollowed_at.is_not(None))),
        *kind.reasons(session, campaign),
        *caps.reasons(session, campaign, kind, context, theirs, days),
    )
    return case(*((each.condition, literal(each.name)) for each in found), else_=literal(None, String))


def has_waiting(campaign: Campaign) -> LeftOutReason:
    """Reason to leave a shop out, for kinds that want it: another message about the same still waits to be sent."""
    about = Delivery.about == campaign.about
    # Must repeat the condition of the partial index on waiting messages word for word.
    return LeftOutReason("waiting", exists().where(Delivery.openid == Retailer.openid, states.waits("delivery"), about))
