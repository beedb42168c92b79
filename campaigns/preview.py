"""Preview of a campaign: how many shops it would reach now, and by which way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from campaigns.kinds import Condition
from campaigns.models import Campaign, CampaignTally, Outcome
from campaigns.rules import DUE
from foundation.dialects import materialized
from people.models import IS_THERE, Retailer
from wechat_bot import ledger
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing

#: Messages ahead in the outbox are counted up to this number; that many take hours anyway.
AHEAD = 200_000


@dataclass(frozen=True, slots=True)
class Preview:
    """Preview: how many shops a campaign is for, and how each of them can be reached now."""

    listed: int
    #: How many of them have done what it asks for already; they are in none of the figures below.
    acted: int
    bound: int
    following: int
    by_message: int
    by_template: int
    waiting: int
    #: Counting was stopped: every figure is at least that high.
    is_least: bool = False

    @property
    def asked(self) -> int:
        """How many it would go to if all of them could be reached."""
        return self.listed - self.acted


def preview(
    session: Session,
    meant: Sequence[Condition],
    *,
    has_acted: Condition | None = None,
    has_template: bool,
    most: int | None = None,
    now: datetime,
) -> Preview:
    """Count the shops that conditions on `Retailer` select now, in one statement that stops after `most` shops."""
    acted = false() if has_acted is None else has_acted
    follows = and_(Follower.openid.is_not(None), Follower.unfollowed_at.is_(None))
    # Materialised, so that the database stops at the limit instead of merging this into the outer statement.
    each = (
        select(
            acted.label("acted"),
            Retailer.openid.is_not(None).label("bound"),
            follows.label("following"),
            and_(follows, ledger.is_open(now)).label("by_message"),
        )
        .select_from(Retailer)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(*meant, IS_THERE)
        .limit(None if most is None else most + 1)
    )
    some = materialized(each, "some")
    is_left = ~some.c.acted
    counted = [func.count().filter(is_left, some.c[name]) for name in ("bound", "following", "by_message")]
    figures = select(func.count(), func.count().filter(some.c.acted), *counted).select_from(some)
    listed, done, *those = session.execute(figures).one()
    bound, following, by_message = those
    rest = following - by_message
    by_template, waiting = (rest, 0) if has_template else (0, rest)
    is_least = most is not None and listed > most
    return Preview(listed, done, bound, following, by_message, by_template, waiting, is_least)


def ahead(session: Session, *, now: datetime) -> int:
    """Count the messages to many that go out before one that is sent now, up to `AHEAD` and one."""
    running = select(Campaign.id).where(Campaign.state.in_(DUE), Campaign.due_at <= now)
    listed = (CampaignTally.campaign_id.in_(running), CampaignTally.key == Outcome.LISTED)
    waiting = session.scalar(select(func.coalesce(func.sum(CampaignTally.count), 0)).where(*listed))
    return min(queueing.ahead(session, AHEAD, now=now) + int(waiting or 0), AHEAD + 1)


def takes(messages: int) -> timedelta:
    """Return about how long sending so many messages takes."""
    return timedelta(seconds=messages / queueing.PACE)
