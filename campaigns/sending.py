"""Sending of campaigns: recipients are handed to the outbox in batches, and the outcomes of their deliveries noted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, String, case, func, literal, or_, select, text, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from campaigns import listing, parts, rules, steering, tally, texts, ways
from campaigns.caps import Whose
from campaigns.kinds import CampaignContext, CampaignKind, SendingWay
from campaigns.models import Campaign, CampaignPart, CampaignState, CampaignTally, Outcome, Recipient
from foundation.database import count_to
from foundation.dialects import among, materialized, rows_of
from people.models import Retailer
from wechat_bot import watching
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassJob
from wechat_bot.mass.states import WAITING
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing

#: At most so many messages of one campaign wait in the outbox: pausing takes effect at once, few are on their way when
#: the quiet hours begin, and a small campaign does not wait behind all of a large one.
AHEAD = 1000
#: How long a message waits whose window closed on its way, in a campaign that waits for no contact.
HELD_FOR = timedelta(days=1)
#: Deliveries whose news are noted in one transaction.
BATCH = 500


def due(session: Session, kind: CampaignKind, *, now: datetime) -> list[int]:
    """Return the ids of the due campaigns of a kind, the earliest first."""
    mine = (Campaign.kind == kind.name, Campaign.state.in_(rules.DUE), Campaign.due_at <= now)
    return list(session.scalars(select(Campaign.id).where(*mine).order_by(Campaign.due_at, Campaign.id)))


def withdrawing(session: Session, kind: CampaignKind) -> list[int]:
    """Return the ids of the stopped campaigns of a kind of which messages may still wait in the outbox."""
    # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
    mine = (Campaign.kind == kind.name, text("campaign.is_withdrawing"))
    return list(session.scalars(select(Campaign.id).where(*mine).order_by(Campaign.id)))


def withdraw_some(session: Session, campaign_id: int, kind: CampaignKind, *, now: datetime) -> bool:
    """Withdraw the next messages of a stopped campaign; gives whether more are left. Of two workers only one does
    it."""
    mine = select(Campaign).where(Campaign.id == campaign_id, Campaign.is_withdrawing)
    campaign = session.scalar(mine.with_for_update(skip_locked=True, key_share=True))
    if campaign is None:
        return False
    is_more = steering.withdraw(session, campaign, now=now)
    others = kind.others_of(session, campaign)
    if others is not None and others.withdraw(session, campaign, now):
        campaign.is_withdrawing = True
    if campaign.state in rules.ENDED and parts.give_back_some(session, campaign):
        is_more = True
    return is_more


def pause_barred(session: Session, campaign_id: int, kind: CampaignKind, context: CampaignContext) -> None:
    """Pause a campaign that has begun and may not be sent any more, unless all of it is sent. Of two workers only one
    does it."""
    begun = (CampaignState.LISTING, CampaignState.SENDING)
    campaign = steering.claimed(session, campaign_id, begun, now=context.now)
    if campaign is None or not (why := kind.bars(session, campaign, context)):
        return
    if kind.others_of(session, campaign) is not None or _is_left(session, campaign):
        steering.pause_because(session, campaign, why, now=context.now)


def _is_left(session: Session, campaign: Campaign) -> bool:
    """Whether a message or a part of a campaign is still to be sent: not whether it is known what became of all."""
    if campaign.state == CampaignState.LISTING:
        return True
    keys = (Outcome.LISTED, Outcome.QUEUED, Outcome.BATCHED)
    counted = select(CampaignTally.count).where(
        CampaignTally.campaign_id == campaign.id, CampaignTally.key.in_(keys), CampaignTally.count > 0
    )
    waiting = select(MassJob.id).join(CampaignPart, CampaignPart.mass_job_id == MassJob.id)
    waiting = waiting.where(CampaignPart.campaign_id == campaign.id, MassJob.state.in_(WAITING))
    return any(session.scalar(each.limit(1)) is not None for each in (counted, waiting))


def queue_some(session: Session, campaign_id: int, kind: CampaignKind, context: CampaignContext) -> None:
    """Hand the next batch of recipients to the outbox, if few messages of the campaign wait there.

    Of two workers only one does it. A shop that has a reason to be left out by now is left out.
    """
    campaign = steering.claimed(session, campaign_id, (CampaignState.SENDING,), now=context.now)
    if campaign is None or kind.waits(session, campaign, context.now):
        return
    others = kind.others_of(session, campaign)
    if others is not None:
        if others.hand_over(session, campaign, kind.message(session, campaign, context), context):
            steering.enter(session, campaign, CampaignState.SENT, now=context.now)
        return
    mine = Recipient.campaign_id == campaign.id
    queued = select(Recipient.retailer_id).where(mine, Recipient.outcome == Outcome.QUEUED)
    room = AHEAD - count_to(session, queued, AHEAD)
    if room < AHEAD // 2:
        return
    next_ones = select(Recipient.retailer_id, Recipient.area_id, Recipient.openid).where(
        mine, Recipient.outcome == Outcome.LISTED
    )
    some = materialized(next_ones.order_by(Recipient.retailer_id).limit(room), "some")
    last, count = session.execute(select(func.max(some.c.retailer_id), func.count()).select_from(some)).one()
    if last is not None:
        counts = _leave_out(session, campaign, kind, some, context)
        counts.update(_queue(session, campaign, kind, last, context))
        tally.add(session, counts)
    if count < room:
        _finish(session, campaign, kind, context.now)


def _finish(session: Session, campaign: Campaign, kind: CampaignKind, now: datetime) -> None:
    """End the sending of a campaign whose recipients were all handed over: at once where the outbox does the rest by
    itself, else when all that became of them is counted."""
    if parts.uncut(session, campaign):
        # Their windows closed before their messages went: they go with a mass message after all.
        campaign.state = CampaignState.LISTING
        session.flush()
    elif ways.are_outboxes(kind.ways(session, campaign)) or parts.is_settled(session, campaign):
        steering.enter(session, campaign, CampaignState.SENT, now=now)


def note_news(session: Session, kind: CampaignKind, *, now: datetime) -> int:
    """Note the outcomes of messages that were sent or failed; gives how many deliveries were processed.

    Waits for no lock: a row that another transaction holds is processed next time.
    """
    found = watching.news(kind.name).limit(BATCH).with_for_update(of=Delivery, skip_locked=True)
    unread = {row.id: watching.read_news(row) for row in session.execute(found)}
    what = (Recipient.delivery_id, Recipient.campaign_id, Recipient.retailer_id, Recipient.area_id, Recipient.outcome)
    # Looked up by these ids: in a join PostgreSQL would begin at the recipients, and read them all.
    theirs = select(*what).where(among(session, Recipient.delivery_id, list(unread)))
    rows = _held(session, kind, session.execute(theirs.with_for_update(skip_locked=True)).all())
    counts: Counter[tally.Key] = Counter()
    fails: dict[int, list[bool]] = {}
    became: dict[Outcome, list[int]] = {}
    reached: dict[int, list[int]] = {}
    for row in rows:
        news = unread[row.delivery_id]
        outcome = rules.outcome(news.state, news.channel, news.error)
        if outcome == row.outcome:
            continue
        became.setdefault(outcome, []).append(row.delivery_id)
        if outcome is Outcome.REFUSED or outcome in rules.SENT:
            fails.setdefault(row.campaign_id, []).append(outcome is Outcome.REFUSED)
        counts[row.campaign_id, row.area_id, row.outcome] -= 1
        counts[row.campaign_id, row.area_id, outcome] += 1
        if outcome in rules.REACHED:
            reached.setdefault(row.campaign_id, []).append(row.retailer_id)
    for outcome, ids in became.items():
        moved = update(Recipient).where(among(session, Recipient.delivery_id, ids)).values(outcome=outcome)
        session.execute(moved)
    if rows:
        watching.noted(session, [row.delivery_id for row in rows])
    tally.add(session, counts)
    if kind.reached is not None:
        for campaign_id in sorted(reached):
            kind.reached(session, session.get_one(Campaign, campaign_id), reached[campaign_id])
    if kind.stops_after is not None:
        for campaign_id in sorted(fails):
            _stop_at(session, campaign_id, fails[campaign_id], kind.stops_after, now)
    return len(rows)


def _stop_at(session: Session, campaign_id: int, fails: Sequence[bool], most: int, now: datetime) -> None:
    """Pause a campaign of which WeChat refused so many messages in a row. Of two workers only one counts."""
    mine = select(Campaign).where(Campaign.id == campaign_id)
    campaign = session.scalar(mine.with_for_update(skip_locked=True, key_share=True))
    if campaign is None:
        return
    for failed in fails:
        campaign.refused_in_row = min(campaign.refused_in_row + 1, most) if failed else 0
        if campaign.refused_in_row >= most and campaign.state in rules.DUE:
            steering.pause_because(session, campaign, texts.refused_in_row(most), now=now)


def _held(session: Session, kind: CampaignKind, rows: Sequence[Any]) -> Sequence[Any]:
    """Return the news whose shops the feature could lock."""
    if kind.hold is None or not rows:
        return rows
    shops: dict[int, list[int]] = {}
    for row in rows:
        shops.setdefault(row.campaign_id, []).append(row.retailer_id)
    held = {key: set(kind.hold(session, session.get_one(Campaign, key), shops[key])) for key in sorted(shops)}
    return [row for row in rows if row.retailer_id in held[row.campaign_id]]


def _leave_out(
    session: Session, campaign: Campaign, kind: CampaignKind, some: CTE, context: CampaignContext
) -> Counter[tally.Key]:
    """Leave out those of the next recipients that have a reason by now; a shop whose keeper has changed counts as not
    bound. Gives what is to be added to the counters."""
    theirs: Whose = lambda shop: shop.in_(select(some.c.retailer_id))  # noqa: E731
    why = listing.reasons(session, campaign, kind, context, theirs)
    if ways.has_mass(kind.ways(session, campaign)):
        # Behind the lock on judging who has had enough, as in listing: in another order two campaigns would deadlock.
        quota.hold(session)
    why = case((Retailer.openid.is_distinct_from(some.c.openid), listing.UNBOUND), else_=why)
    way = ways.chosen(session, campaign, kind, context)
    is_listed = way == Outcome.LISTED
    why = func.coalesce(why, case((way.in_(ways.CLOSED), way)))
    looked = (
        select(some.c.retailer_id, some.c.area_id, some.c.openid, why.label("why"))
        .join(Retailer, Retailer.id == some.c.retailer_id)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(or_(why.is_not(None), ~is_listed))
    )
    counts: Counter[tally.Key] = Counter()
    found: dict[str, list[int]] = {}
    batched: dict[int, str] = {}
    for row in session.execute(looked):
        counts[campaign.id, row.area_id, Outcome.LISTED] -= 1
        if row.why is None:
            batched[row.retailer_id] = row.openid
            counts[campaign.id, row.area_id, Outcome.BATCHED] += 1
        else:
            found.setdefault(row.why, []).append(row.retailer_id)
            counts[campaign.id, row.area_id, f"{rules.LEFT_OUT}{row.why}"] += 1
    if batched:
        _batch(session, campaign, batched)
    for name, shops in found.items():
        left = update(Recipient).where(Recipient.campaign_id == campaign.id, Recipient.retailer_id.in_(shops))
        gone = left.values(why=name, outcome=None, openid=None)
        session.execute(gone)
    return counts


def _batch(session: Session, campaign: Campaign, shops: Mapping[int, str]) -> None:
    """Let recipients go with a mass message, with their sends of the month booked."""
    moved = update(Recipient).where(Recipient.campaign_id == campaign.id, Recipient.retailer_id.in_(shops))
    session.execute(moved.values(outcome=Outcome.BATCHED))
    if campaign.quota_month is not None:
        quota.book(session, rows_of(session, list(shops.values())), campaign.quota_month)


def _queue(
    session: Session, campaign: Campaign, kind: CampaignKind, last: int, context: CampaignContext
) -> Counter[tally.Key]:
    """Hand the next recipients to the outbox; gives what is to be added to the counters."""
    written = kind.message(session, campaign, context)
    not_after = written.not_after or campaign.not_after
    if not_after is None and SendingWay.CONTACT not in kind.ways(session, campaign):
        # It may not wait for a contact for ever: it would never be known what became of it.
        not_after = context.now + HELD_FOR
    up_to = Recipient.retailer_id <= last
    shop = as_type(Recipient.retailer_id, String)
    first = literal(steering.key(campaign)) + shop
    to_first = (first,) if written.own is None else (first, written.own)
    messages: list[tuple[dict[str, Any], dict[str, Any] | None, str | None, tuple[Any, ...]]] = [
        (written.message, written.notice, kind.name, to_first)
    ]
    for n, message in enumerate(written.behind):
        messages.append((message, None, None, (literal(f"{steering.key_behind(campaign)}{n}:") + shop,)))
    for message, notice, watch, key_and_own in messages:
        to = select(*(Recipient.openid, *key_and_own))
        queueing.queue_all(
            session,
            to.where(Recipient.campaign_id == campaign.id, Recipient.outcome == Outcome.LISTED, up_to),
            message,
            template=notice,
            watch=watch,
            now=context.now,
            about=campaign.about,
            not_after=not_after,
            heeds_quiet=True,
        )
    queued = select(Delivery.id).where(Delivery.key == first)
    ids = queued.correlate(Recipient).scalar_subquery()
    moved = update(Recipient).where(Recipient.campaign_id == campaign.id, Recipient.outcome == Outcome.LISTED, up_to)
    handed = moved.values(outcome=Outcome.QUEUED, delivery_id=ids).returning(Recipient.area_id)
    counts: Counter[tally.Key] = Counter()
    for area in session.scalars(handed):
        counts[campaign.id, area, Outcome.LISTED] -= 1
        counts[campaign.id, area, Outcome.QUEUED] += 1
    return counts
