"""Progress of campaigns: their figures, and the recipients behind each figure."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, case, func, literal, select, text
from sqlalchemy.orm import Session

from campaigns import rules, tally
from campaigns.models import Campaign, CampaignPart, CampaignTally, Outcome, Recipient
from campaigns.rules import ACTED, OPENED, CampaignFigures
from people.models import Area, Retailer
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox.states import Channel

#: Parts that the recipients of a campaign can be narrowed to, besides one outcome or one reason.
MEANT, SILENT, WAITING, FAILED, LEFT_OUT = "meant", "silent", "waiting", "failed", "left_out"
_PARTS: Mapping[str, Any] = {
    MEANT: Recipient.outcome.is_not(None),
    LEFT_OUT: Recipient.outcome.is_(None),
    # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
    OPENED: text("campaign_recipient.is_opened"),
    ACTED: Recipient.acted_at.is_not(None),
}
_BY_OUTCOME: Mapping[str, Collection[Outcome]] = {
    WAITING: rules.WAITING,
    FAILED: (*rules.FAILED, Outcome.STOPPED, Outcome.SPARED),
    SILENT: rules.BROUGHT,
}


def figures(
    session: Session, campaigns: Collection[Campaign], *, areas: Collection[int] | None = None
) -> dict[int, CampaignFigures]:
    """Return the figures of campaigns by id, for some areas or all: from the counters, plus news of the outbox not
    counted yet."""
    ids = [campaign.id for campaign in campaigns]
    counts: dict[int, Counter[str]] = {campaign_id: Counter() for campaign_id in ids}
    within = [] if areas is None else [CampaignTally.area_id.in_(areas)]
    kept = select(CampaignTally.campaign_id, CampaignTally.key, func.sum(CampaignTally.count))
    kept = kept.where(CampaignTally.campaign_id.in_(ids), *within)
    for campaign_id, key, count in session.execute(kept.group_by(CampaignTally.campaign_id, CampaignTally.key)):
        counts[campaign_id][key] = int(count)
    within = [] if areas is None else [Recipient.area_id.in_(areas)]
    # Materialised: there are few of these, and the recipients are looked up from them. A planner that began at the
    # recipients would read them all.
    unread = (
        select(Delivery.id, Delivery.state, Delivery.channel, Delivery.error)
        .where(Delivery.watch.in_({campaign.kind for campaign in campaigns}), text("delivery.has_news"))
        .cte("unread")
        .prefix_with("MATERIALIZED")
    )
    what = (Recipient.campaign_id, Recipient.outcome, unread.c.state, unread.c.channel, unread.c.error)
    news = (
        select(*what, func.count().label("times"))
        .select_from(unread)
        .join(Recipient, Recipient.delivery_id == unread.c.id)
        .where(Recipient.campaign_id.in_(ids), *within)
        .group_by(*what)
    )
    for row in session.execute(news):
        channel = Channel(row.channel) if row.channel else None
        counts[row.campaign_id][str(row.outcome)] -= row.times
        counts[row.campaign_id][rules.outcome(DeliveryState(row.state), channel, row.error)] += row.times
    _resolve(session, counts)
    return {campaign.id: rules.as_it_stands(counts[campaign.id], campaign.state) for campaign in campaigns}


def _resolve(session: Session, counts: Mapping[int, Counter[str]]) -> None:
    """Replace the counters of parts by what became of each part."""
    jobs = select(CampaignPart.campaign_id, CampaignPart.number, MassJob.state)
    jobs = jobs.outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
    for row in session.execute(jobs.where(CampaignPart.campaign_id.in_(counts))):
        count = counts[row.campaign_id].pop(tally.part_key(row.number), 0)
        counts[row.campaign_id][rules.outcome_of_part(MassState(row.state) if row.state else None)] += count


def outcome(campaign: Campaign) -> SQLColumnExpression[str | None]:
    """Return a recipient's outcome as shown to people, as an SQL expression: listed in a campaign that ended, it is
    stopped."""
    if campaign.state not in rules.ENDED:
        return Recipient.outcome
    return case((Recipient.outcome == Outcome.LISTED, literal(Outcome.STOPPED.value)), else_=Recipient.outcome)


def recipients(campaign: Campaign, *columns: Any, part: str = "") -> Select[Any]:
    """Build a select of these columns over a campaign's recipients with their shops, their areas at that time and their
    deliveries, narrowed to a part, an outcome or a reason. The caller orders it and cuts it into pages."""
    found = (
        select(*columns)
        .select_from(Recipient)
        .join(Retailer, Retailer.id == Recipient.retailer_id)
        .outerjoin(Area, Area.id == Recipient.area_id)
        .outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
        .where(Recipient.campaign_id == campaign.id)
    )
    if part in _PARTS:
        return found.where(_PARTS[part])
    wanted = set(_BY_OUTCOME.get(part, ())) or {each for each in Outcome if each == part}
    if wanted:
        if campaign.state in rules.ENDED:
            # As `outcome` tells it, and still by the index.
            wanted.discard(Outcome.LISTED)
            if Outcome.STOPPED in wanted:
                wanted.add(Outcome.LISTED)
        return found.where(Recipient.outcome.in_(wanted))
    return found.where(Recipient.why == part) if part else found
