"""Checks of a push before it is submitted: everything that is wrong with it, each as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks import blocks
from broadcasts.actions import sending, staff
from broadcasts.models.library import ArticleState
from broadcasts.models.pushes import Plan, Push, PushKind, Shows
from broadcasts.queries import own_rows, pushes
from broadcasts.queries import staff as staff_queries
from broadcasts.rules import advertising, drafts
from broadcasts.rules import staff as staff_rules
from broadcasts.rules.advertising import AdvertisingWord
from broadcasts.texts import pushes as texts
from broadcasts.texts import staff as staff_texts
from campaigns import kinds, listing
from campaigns.kinds import CampaignContext, Condition
from campaigns.models import Campaign
from foundation.database import one_at_a_time
from foundation.errors import Refused
from people import audiences
from people.models import Area, Retailer
from people.working_time import company
from wechat_bot import tagging
from wechat_bot.models import Follower
from wechat_bot.services import Services

#: Shops that are named in a refusal.
NAMED = 5
#: Key of an advisory lock (any number) on taking a day of an account that sends once a day.
_DAYS = 0x5EED_0112


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Circumstances in which a push is checked: the moment, the account, and what the features declare."""

    context: CampaignContext
    app_id: str
    media_folder: Path

    @property
    def now(self) -> datetime:
        return self.context.now


def circumstances(services: Services, now: datetime) -> Circumstances:
    """The circumstances of this process at a moment."""
    return Circumstances(kinds.context(services, now), services.wechat.app_id, services.media_folder)


def require(
    session: Session,
    push: Push,
    campaign: Campaign,
    at: Circumstances,
    *,
    is_aware: bool = False,
    has_moment: bool = True,
) -> None:
    """Raise `Refused` with all that is wrong with a push that is about to be submitted. `is_aware`: whether somebody
    says that its words are no advertising; `has_moment`: whether it is to go at its moment, and not as a series."""
    found = faults(session, push, campaign, at, has_moment=has_moment)
    words = advertises(session, push)
    if words and not is_aware:
        found.append(texts.advertises([each.around for each in words if each.around]))
    if found:
        raise Refused("\n".join(found))


def faults(
    session: Session, push: Push, campaign: Campaign, at: Circumstances, *, has_moment: bool = True
) -> list[str]:
    """What is wrong with a push that is about to be submitted, each in a sentence; empty where nothing is."""
    kind, plan, zone = PushKind(push.kind), Plan(push.plan), at.context.zone
    found = drafts.faults_of_content(_shown(session, push), kind)
    goes_at = max(campaign.due_at, at.now) if has_moment else at.now
    found += sending.shut_buttons(session, push, at.context, goes_at)
    if has_moment:
        ends = campaign.not_after and campaign.not_after.astimezone(zone)
        works = company.calendar(session, zone)
        found += drafts.faults_of_time(kind, campaign.due_at.astimezone(zone), ends, at.now.astimezone(zone), works)
    if push.is_to_staff:
        return [*found, *_faults_of_staff(session, push, campaign, at)]
    found += drafts.faults_of_plan(plan, kind, campaign.audience, is_service=at.context.account.has_pages)
    if own_rows.table(session, push.id) is not None:
        found += drafts.faults_of_rows(push.id, kind, plan, Shows(push.shows), campaign.audience)
    try:
        meant = audiences.condition(session, campaign.audience, at.context.criteria, now=at.now)
        audiences.require_some(int(listing.is_anybody(session, meant)))
    except Refused as refusal:
        return [*found, texts.NOBODY if campaign.audience == {} else refusal.sentence]
    if plan is Plan.TAG and not found:
        found += _faults_of_tag(session, campaign, meant, at)
    is_once_a_day = has_moment and not at.context.account.has_pages
    if is_once_a_day and (others := pushes.same_day(session, push.id, campaign.due_at, zone)):
        found.append(texts.day_taken(others[0].title, campaign.due_at.astimezone(zone)))
    return found


def advertises(session: Session, push: Push) -> list[AdvertisingWord]:
    """Words of a push, those of its article among them, that read as advertising for tobacco."""
    article = sending.article_of(session, push)
    inside = [article.digest, *map(blocks.words, article.blocks)] if article else [push.words]
    links = [each.words for each in sending.buttons_of(push)]
    return advertising.found("\n".join([push.title, *inside, *links]))


def tag_of(session: Session, campaign: Campaign, app_id: str) -> int | None:
    """WeChat's id of the tag that mirrors what a campaign's audience is; None where it is no such group, or is not
    mirrored."""
    group = drafts.group_of(campaign.audience)
    return tagging.ids_by_name(session, app_id).get(group[1]) if group else None


def hold_day(session: Session) -> None:
    """Hold the days of an account that sends once a day, until the transaction ends."""
    one_at_a_time(session, _DAYS)


def _shown(session: Session, push: Push) -> drafts.PushContent:
    shows, has_picture = Shows(push.shows), bool(sending.cover_of(session, push))
    if shows is not Shows.ARTICLE:
        return drafts.PushContent(shows, push.title, push.words, has_picture)
    state, is_brand = sending.standing(session, push) or (None, False)
    is_published = state is ArticleState.PUBLISHED and push.article_version is not None
    return drafts.PushContent(shows, push.title, "", has_picture, is_published, is_brand)


def _faults_of_staff(session: Session, push: Push, campaign: Campaign, at: Circumstances) -> list[str]:
    """What is wrong with a push to staff: they are no verified shops, so it promotes nothing."""
    found = [staff_texts.NO_PROMO] if push.kind == PushKind.PROMO else []
    if own_rows.table(session, push.id) is not None:
        found.append(staff_texts.NO_ROWS)
    try:
        judged = staff.judged(session, campaign, at.context, has_notice=False)
    except Refused as refusal:
        return [*found, refusal.sentence]
    if staff_rules.read(campaign.audience or {}).is_empty:
        return [*found, texts.NOBODY]
    return found if staff_queries.forecast(session, judged) else [*found, staff_texts.NOBODY]


def _faults_of_tag(session: Session, campaign: Campaign, meant: Condition, at: Circumstances) -> list[str]:
    group = drafts.group_of(campaign.audience)
    if group is None or tag_of(session, campaign, at.app_id) is None:
        return [texts.NOT_MIRRORED.format(group[1] if group else "")]
    if group[0] == "area":
        below = select(Area.id).where(Area.parent_id.in_(select(Area.id).where(Area.name == group[1])))
        if session.scalar(below.limit(1)) is not None:
            return [texts.HAS_BELOW.format(group[1])]
    carriers = _carriers(session, campaign, meant, at.context)
    return [texts.carriers(carriers[0], carriers[1])] if carriers[1] else []


def _carriers(
    session: Session, campaign: Campaign, meant: Condition, context: CampaignContext
) -> tuple[Sequence[str], int]:
    """Who has the tag in WeChat and must not get this push: the first names, and how many."""
    these = select(Retailer.id).where(meant)
    why = listing.reasons(session, campaign, sending.PUSHES, context, lambda shop: shop.in_(these))
    theirs = (
        select(Retailer.shop)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(meant, Follower.unfollowed_at.is_(None), why.is_not(None))
    )
    number = session.scalar(select(func.count()).select_from(theirs.subquery())) or 0
    return session.scalars(theirs.order_by(Retailer.licence).limit(NAMED)).all() if number else (), number
