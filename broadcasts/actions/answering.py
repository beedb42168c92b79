"""Answers to pushes: openings, acts and replies are credited to whom the push was sent; promotions are refused."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from broadcasts.actions import staff
from broadcasts.models.answers import PushGuest
from broadcasts.models.library import LibraryArticle, LibraryColumn
from broadcasts.models.pushes import PUSH, Push, PushKind, Refusal
from broadcasts.queries.pushes import campaign_of
from broadcasts.texts import answers as texts
from campaigns import openings
from campaigns.models import Campaign, Recipient
from foundation.database import changed, upsert
from foundation.text import whole_number
from people import errands, identity
from wechat_bot.conversation import Prompt
from wechat_bot.messages import Unfollow

#: How long after a push an unfollow is put to it.
GONE_WITHIN = timedelta(hours=48)
OTHERS, STAFF = "others", "staff"


def about(push_id: int) -> str:
    """Return the link of a push."""
    return f"{PUSH}:{push_id}"


def by_token(session: Session, token: str) -> Push | None:
    """Return the push with this name in our addresses."""
    return session.scalar(select(Push).where(Push.token == token))


def by_reference(session: Session, reference: str) -> Push | None:
    """Return the push that a link refers to."""
    push_id = whole_number(reference)
    return None if push_id is None else session.get(Push, push_id)


def is_open(session: Session, push: Push) -> bool:
    """Whether anybody may read a push, bound to a shop or not: an article of a column open to all, and no promotion."""
    if push.kind == PushKind.PROMO or push.article_id is None:
        return False
    column = select(LibraryColumn.is_open).join(LibraryArticle, LibraryArticle.column_id == LibraryColumn.id)
    return bool(session.scalar(column.where(LibraryArticle.id == push.article_id)))


def title(session: Session, reference: str) -> str:
    """Return what people call a push; empty where it is gone."""
    push = by_reference(session, reference)
    return "" if push is None else texts.called(push.title)


def opened(session: Session, push: Push, openid: str, *, now: datetime) -> None:
    """Note that somebody opened a push: once for a recipient; apart for others and for staff, each once."""
    _credit(session, push, openid, now=now)


def acted(session: Session, push: Push, openid: str, *, now: datetime) -> None:
    """Note that somebody pressed one of a push's buttons, or wrote its number."""
    _credit(session, push, openid, has_acted=True, now=now)


def replied(session: Session, openid: str, reference: str, now: datetime) -> None:
    """Note that somebody left words in reply to a push, which is what it asks for as well."""
    push = by_reference(session, reference)
    if push is not None:
        _credit(session, push, openid, has_acted=True, has_asked=True, now=now)


def refuse(session: Session, openid: str, *, now: datetime) -> None:
    """Note that a follower wants no promotions any more; all else is still sent to them. One that waits to be sent
    leaves them out just before, but for one by tag, whose receivers are WeChat's."""
    values = {"openid": openid, "kind": PushKind.PROMO.value, "at": now}
    session.execute(upsert(session, Refusal).values(values).on_conflict_do_nothing())


def take_back(session: Session, openid: str) -> None:
    """Note that a follower wants promotions again."""
    session.execute(delete(Refusal).where(Refusal.openid == openid, Refusal.kind == PushKind.PROMO))


def had_promotion(session: Session, openid: str, *, since: datetime) -> bool:
    """Whether a promotion went to a follower since a moment, who has not refused them."""
    sent = (
        select(Recipient.campaign_id)
        .join(Campaign, and_(Campaign.id == Recipient.campaign_id, Campaign.kind == PUSH))
        .join(Push, Push.id == Campaign.reference)
        .where(Recipient.openid == openid, Recipient.outcome.is_not(None))
        .where(Push.kind == PushKind.PROMO, Campaign.due_at > since)
    )
    refused = select(Refusal.openid).where(Refusal.openid == openid, Refusal.kind == PushKind.PROMO)
    return session.scalar(sent.limit(1)) is not None and session.scalar(refused) is None


def unfollowed(session: Session, message: Unfollow, now: datetime) -> None:
    """Note, where a follower leaves within two days of a push, that the latest one that reached them was the last."""
    openings.gone(session, PUSH, message.openid, since=now - GONE_WITHIN, now=now)


def _credit(
    session: Session, push: Push, openid: str, *, has_acted: bool = False, has_asked: bool = False, now: datetime
) -> None:
    if push.is_to_staff:
        staff.opened(session, push.id, openid, now=now)
        return
    campaign = campaign_of(session, push.id)
    if campaign is None or campaign.frozen_at is None:
        # Whoever opens a preview opens what was sent to nobody yet.
        return
    shop = identity.shop_of(session, openid)
    found = openings.find(session, campaign.id, openid, shop.id if shop else None)
    if found is not None:
        openings.credit(session, found, has_acted=has_acted, has_asked=has_asked, now=now)
        errands.opened(session, about(push.id), found.retailer_id, now=now)
    if found is None or not found.was_reached:
        guest = {"push_id": push.id, "openid": openid, "at": now}
        if changed(session, upsert(session, PushGuest).values(guest).on_conflict_do_nothing()):
            is_staff = shop is None and identity.manager_of(session, openid) is not None
            openings.apart(session, campaign.id, STAFF if is_staff else OTHERS)


PROMPT = Prompt(PUSH, title=title, replied=replied)
