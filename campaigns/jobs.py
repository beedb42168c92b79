"""Jobs of the clock for campaigns, of every kind that a feature declares."""

import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from campaigns import approving, kinds, listing, mass, rules, sending, steering
from campaigns.kinds import CampaignContext, CampaignKind
from foundation.database import is_away
from foundation.dialects import has_one_writer
from wechat_bot.collecting import claimed, more
from wechat_bot.feature import Feature, Job
from wechat_bot.services import Services

log = structlog.get_logger(__name__)
LOOK_EVERY = timedelta(seconds=2)
#: Seconds for which SQLite's write lock is left to others between two steps: it has no queue, and they poll ten times a
#: second.
LEFT = 0.11
#: How often what waits for approval or its moment is compared with what was submitted.
COMPARE_EVERY = timedelta(seconds=10)


def workers(features: Sequence[Feature]) -> list[Job]:
    """Return the jobs that send the features' campaigns: one set for each kind, so that no kind waits for another.

    Raises ValueError, naming both, where two features claim one name.
    """
    found = claimed("campaign kind", [(name, each.name, each) for name, each in more(features, CampaignKind)])
    of_each = (("campaigns", LOOK_EVERY, send), ("news of campaigns", LOOK_EVERY, note_news))
    approved = ("approvals of campaigns", COMPARE_EVERY, look_after_approvals)
    return [
        Job(f"{what} of {name}", every, partial(run, kind=kind))
        for name, kind in found.items()
        for what, every, run in (*of_each, *([approved] if kind.needs_approval or kind.within else []))
    ]


def send(services: Services, kind: CampaignKind) -> None:
    """Withdraw the messages of stopped campaigns, and end paused ones whose last moment passed; freeze the audiences of
    due ones, and hand their messages to the outbox, except during quiet hours."""
    now = services.clock()
    context = kinds.context(services, now)
    with services.reading() as session:
        due, stopped = sending.due(session, kind, now=now), sending.withdrawing(session, kind)
        outlived = steering.outlived(session, kind, now=now)
    for campaign_id in stopped:
        is_more = True
        while is_more:
            with services.transaction() as session:
                is_more = sending.withdraw_some(session, campaign_id, kind, now=now)
    for campaign_id in outlived:
        with services.transaction() as session:
            steering.end_outlived(session, campaign_id, kind, now=now)
    for campaign_id in due:
        try:
            _send_some(services, campaign_id, kind, context)
        except Exception as error:
            if is_away(error):
                raise
            # A bug with one campaign must not keep back those behind it; it is tried again at the next beat.
            log.exception("a campaign could not be sent", campaign=campaign_id)


def _send_some(services: Services, campaign_id: int, kind: CampaignKind, context: CampaignContext) -> None:
    # In the quiet hours too: its mass messages go with the first beat behind them.
    with services.transaction() as session:
        sending.pause_barred(session, campaign_id, kind, context)
    for step in (listing.some, listing.cut_some):
        is_more, batch = True, listing.BATCH
        while is_more:
            with services.transaction() as session:
                begun = time.monotonic()
                is_more = step(session, campaign_id, kind, context, batch=batch)
                is_rushed = has_one_writer(session)
            batch = rules.next_batch(batch, time.monotonic() - begun)
            if is_more and is_rushed:
                time.sleep(LEFT)
    if services.quiet and services.quiet.over_at(context.now):
        return
    with services.transaction() as session:
        sending.queue_some(session, campaign_id, kind, context)


def look_after_approvals(services: Services, kind: CampaignKind) -> None:
    """Make drafts of campaigns that are no longer what was submitted, and end those whose time is over."""
    context = kinds.context(services, services.clock())
    with services.reading() as session:
        bound = approving.bound(session, kind)
    for campaign_id in bound:
        with services.transaction() as session:
            approving.look_after(session, campaign_id, kind, context)


def note_news_of_mass(services: Services) -> None:
    """Note what became of mass messages."""
    is_more = True
    while is_more:
        with services.transaction() as session:
            is_more = mass.note_news(session, now=services.clock())


def note_news(services: Services, kind: CampaignKind) -> None:
    """Note the results of messages that were sent."""
    services.in_lots(sending.BATCH, lambda session: sending.note_news(session, kind, now=services.clock()))
