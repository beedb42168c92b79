"""Timeline of a shop: what was sent to it and to many others, or why it was not."""

from collections.abc import Sequence

from sqlalchemy import func, select

from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from campaigns.texts import OUTCOMES, REASONS
from people.permissions import PEOPLE_SEE
from people.timeline import Figure, ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from wechat_bot import delivery_titles
from wechat_bot.feature import About

#: What is told apart in words; all other outcomes are named as they are.
_ARRIVED = (Outcome.CUSTOM, Outcome.TEMPLATE, Outcome.ARRIVED)
_TOLD = (CampaignState.LISTING, CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SENT, CampaignState.OVER)


def find(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The campaigns whose audience a shop belonged to, as entries of its timeline."""
    # Campaigns are few: the shop's row in each is found by its key.
    statement = (
        select(
            Campaign.frozen_at,
            Campaign.id,
            Campaign.about,
            Recipient.why,
            Recipient.outcome,
            Recipient.is_opened,
            Recipient.acted_at,
        )
        .join(Recipient, Recipient.campaign_id == Campaign.id)
        .where(Recipient.retailer_id == asked.shop.id, Campaign.frozen_at.is_not(None), Campaign.state.in_(_TOLD))
        .where(*older(Campaign.frozen_at, Campaign.id, before))
        .order_by(Campaign.frozen_at.desc(), Campaign.id.desc())
        .limit(limit)
    )
    rows = asked.session.execute(statement).all()
    abouts = {row.id: About(row.about, f"campaign:{row.id}:") for row in rows}
    titles = delivery_titles.find(asked.session, asked.features, abouts.values())
    found = []
    for row in rows:
        title = titles[abouts[row.id]]
        small, tone = _became(row.why, row.outcome, row.is_opened, row.acted_at is not None)
        # Who sees only a part of the shops may not see the whole of what was sent.
        href = title.path if asked.visitor.is_company_wide else ""
        found.append(TimelineEntry(row.frozen_at, row.id, title.text, small, href, tone=tone))
    return found


def opened(asked: ShopAsked) -> Figure | None:
    """How many of the messages that reached a shop it opened; None where none reached it."""
    mine = (Recipient.retailer_id == asked.shop.id, Campaign.frozen_at.is_not(None), Recipient.outcome.in_(_ARRIVED))
    row = asked.session.execute(
        select(func.count(), func.count().filter(Recipient.is_opened))
        .select_from(Campaign)
        .join(Recipient, Recipient.campaign_id == Campaign.id)
        .where(*mine)
    ).one()
    return Figure("群发打开", f"{row[1]:,}/{row[0]:,}") if row[0] else None


def _became(why: str | None, outcome: str | None, is_opened: bool, has_acted: bool) -> tuple[str, str]:
    """What became of a message, in words, and whether that is bad.

    >>> _became(None, "custom", True, False), _became("unbound", None, False, False)
    (('已送达，打开了', ''), ('没有发：没有绑定微信', 'bad'))
    """
    if why is not None:
        return f"没有发：{REASONS.get(why, '不在这一次的范围里')}", "bad"
    if outcome in _ARRIVED:
        return "已送达" + ("，已参与" if has_acted else "，打开了" if is_opened else ""), ""
    known = Outcome(outcome) if outcome else Outcome.LISTED
    is_bad = known in (Outcome.UNFOLLOWED, Outcome.LATE, Outcome.REFUSED)
    return OUTCOMES[known], "bad" if is_bad else ""


MESSAGES = TimelineKind("campaigns", "群发", "speakerphone", PEOPLE_SEE, find, 30, opened)
