"""Ways of sending: by which each shop of a campaign is reached, chosen in SQL while its audience is written down."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, literal_column, select, true
from sqlalchemy.orm import Session

from campaigns.kinds import BY_OUTBOX, CampaignContext, CampaignKind, SendingWay
from campaigns.models import Campaign, Outcome, Recipient
from people.models import Retailer
from wechat_bot.mass import quota
from wechat_bot.mass.states import QUOTA
from wechat_bot.models import Follower

NO_CHANNEL = "no_channel"
#: What `chosen` gives where a shop is left out.
CLOSED = (QUOTA, NO_CHANNEL)
#: Shops named where a tag cannot be sent to.
NAMED = 5


def are_outboxes(ways: Sequence[SendingWay]) -> bool:
    """Whether a campaign leaves it to the outbox how its messages go."""
    return tuple(ways) == BY_OUTBOX


def has_mass(ways: Sequence[SendingWay]) -> bool:
    """Whether some of a campaign may go as mass messages."""
    return SendingWay.MASS in ways or SendingWay.TAG in ways


def chosen(
    session: Session,
    campaign: Campaign,
    kind: CampaignKind,
    context: CampaignContext,
    is_full: ColumnElement[bool] | None = None,
) -> ColumnElement[str]:
    """Return as an SQL expression how a shop goes: `listed` to the outbox, `batched` with a mass message, or the reason
    why by no way. On `Retailer`, joined with its `Follower`. `is_full`: whether it has had its four of the month, where
    that is not what the ledger says."""
    ways = kind.ways(session, campaign)
    if are_outboxes(ways):
        return _word(Outcome.LISTED)
    if is_full is None:
        is_full = quota.is_full(Retailer.openid, campaign.quota_month or quota.month_of(context.goes_at))
    has_left = ~is_full
    opens: dict[SendingWay, ColumnElement[bool]] = {
        # The window of a click is over before its message goes.
        SendingWay.MESSAGE: and_(Follower.message_left > 0, Follower.message_until > context.goes_at),
        SendingWay.MASS: has_left,
        SendingWay.TAG: has_left,
        SendingWay.TEMPLATE: true(),
        SendingWay.CONTACT: true(),
    }
    cases: list[tuple[ColumnElement[bool], Any]] = []
    ways = [way for way in ways if _has(way, session, campaign, kind, context)]
    for way in ways:
        cases.append((opens[way], _word(Outcome.BATCHED if has_mass([way]) else Outcome.LISTED)))
    closed = _word(QUOTA if has_mass(ways) else NO_CHANNEL)
    return case(*cases, else_=closed) if cases else closed


def left_out_of_tag(session: Session, campaign: Campaign) -> tuple[int, list[str]]:
    """Return how many followers are left out of a listed campaign, and the first of their shops: a mass message by tag
    would reach them all the same."""
    mine = (
        Recipient.campaign_id == campaign.id,
        Recipient.outcome.is_(None),
        Recipient.why.not_in(("unbound", "unfollowed")),
    )
    count = session.scalar(select(func.count()).select_from(Recipient).where(*mine)) or 0
    names = select(Retailer.shop).join(Recipient, Recipient.retailer_id == Retailer.id).where(*mine)
    return count, list(session.scalars(names.order_by(Recipient.retailer_id).limit(NAMED)))


def _has(way: SendingWay, session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> bool:
    """Whether the account has a way at all: a subscription account sends mass messages by tag only."""
    if way is SendingWay.MASS:
        return context.account.has_pages
    if way is SendingWay.TEMPLATE:
        return kind.message(session, campaign, context).notice is not None
    return True


def _word(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'", literal(word).type)
