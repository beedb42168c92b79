"""Sending of pushes: the kind of campaign that a push is, and what it says by each way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, false, select
from sqlalchemy.orm import Session

from blocks import rendering
from blocks.blocks import Block, ButtonBlock, PictureBlock, TextBlock
from broadcasts.actions import staff
from broadcasts.models.library import ArticleState, LibraryArticle, LibraryColumn
from broadcasts.models.pushes import PUSH, Plan, Push, PushBrand, PushKind, Refusal, Shows
from broadcasts.queries import articles, own_rows, pictures
from broadcasts.rules.article import WrittenArticle
from broadcasts.rules.buttons import PushButton, numbered
from broadcasts.rules.staff import is_staff
from broadcasts.texts import own_rows as own_texts
from broadcasts.texts import pushes as texts
from campaigns import approving
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition, LeftOutReason, SendingWay
from campaigns.models import Campaign
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import shortened
from people import audiences
from people.models import Retailer
from people.working_time import company
from wechat_bot import notices
from wechat_bot.mass.source import MassContent
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message
from wechat_bot.services import Services

#: The reason of those who want no promotions.
REFUSED = "refused"
#: Where pictures of the library are served inside WeChat.
PICTURES = "/m/library/pictures/"
#: Begun later than this after its moment, a push has missed its time.
WITHIN = timedelta(hours=24)
#: Characters of the words on a card (wechat-platform.md §4), the last line besides.
ON_A_CARD = 120
WAYS: Mapping[Plan, Sequence[SendingWay]] = {
    Plan.AUTO: (SendingWay.MESSAGE, SendingWay.MASS),
    Plan.MASS: (SendingWay.MASS,),
    Plan.MESSAGE: (SendingWay.MESSAGE,),
    Plan.TAG: (SendingWay.TAG,),
}


def page_of(push: Push) -> str:
    """The path of what a push leads to: it says which push, never whose."""
    return f"/m/p/{push.token}"


def buttons_of(push: Push) -> list[PushButton]:
    """The buttons of a push."""
    return [PushButton(words, link) for words, link in push.buttons]


def article_of(session: Session, push: Push) -> WrittenArticle | None:
    """The version of the article that a push shows."""
    if push.article_id is None or push.article_version is None:
        return None
    return articles.version(session, push.article_id, push.article_version)


def standing(session: Session, push: Push) -> tuple[ArticleState, bool] | None:
    """Whether the article of a push is published by now, and whether it stands in a column of brands."""
    row = session.execute(
        select(LibraryArticle.state, LibraryColumn.is_brand)
        .join(LibraryColumn, LibraryColumn.id == LibraryArticle.column_id)
        .where(LibraryArticle.id == push.article_id)
    ).first()
    return (ArticleState(row.state), row.is_brand) if row else None


def is_withdrawn(session: Session, push: Push) -> bool:
    """Whether the article of a push was withdrawn: nobody reads it any more, by whatever way they come."""
    found = standing(session, push)
    return found is not None and found[0] is ArticleState.WITHDRAWN


def shut_buttons(session: Session, push: Push, context: CampaignContext, at: datetime) -> list[str]:
    """The buttons of a push, those inside its article among them, that lead nowhere at a moment, each in a sentence."""
    article = article_of(session, push)
    inside = [(each.link, each.words) for each in article.blocks if isinstance(each, ButtonBlock)] if article else []
    links = dict([*inside, *((each.link, each.words) for each in buttons_of(push))])
    ours = {link: words for link, words in links.items() if not link.startswith("https://")}
    return [texts.shut(words, link, why) for link, words in ours.items() if (why := context.shut(session, link, at))]


def digest_of(session: Session, push: Push) -> str:
    """The words of a push on its card."""
    article = article_of(session, push)
    return rendering.digest(article.digest, article.blocks) if article else push.words


def cover_of(session: Session, push: Push) -> str:
    """The SHA-256 of the picture on a push's card; empty where it has none."""
    article = article_of(session, push)
    return (article.first_picture if article else "") or push.picture or ""


def said(session: Session, push: Push, public_url: str) -> dict[str, Any]:
    """The customer-service message of a push, without its addressee: a card, or a text. `queueing.OWN` stands in it
    where each shop's own values go."""
    foot = texts.FOOT_PROMO if push.kind == PushKind.PROMO else ""
    words, url = digest_of(session, push), f"{public_url}{page_of(push)}"
    if push.shows == Shows.TEXT:
        has_own = own_rows.table(session, push.id) is not None
        lines = [f"【{push.title}】", words, *([queueing.OWN] if has_own else [])]
        lines += [texts.numbered(number, button.words) for number, button in numbered(buttons_of(push))]
        foot = own_texts.AGAIN if has_own else foot
        return text_message("\n".join([*lines, *([foot] if foot else [])]))
    cover = cover_of(session, push)
    article = {
        "title": push.title,
        "description": "\n".join(each for each in (shortened(words, ON_A_CARD), foot) if each),
        "url": url,
        "picurl": f"{public_url}{PICTURES}{cover}" if cover else "",
    }
    return {"msgtype": "news", "news": {"articles": [article]}}


def in_mass(session: Session, push: Push, public_url: str) -> MassContent:
    """The mass message of a push: its article or card as WeChat's article, a text, or a picture."""
    foot = texts.FOOT_PROMO if push.kind == PushKind.PROMO else ""
    if push.shows == Shows.TEXT:
        return MassContent(text="\n".join(each for each in (f"【{push.title}】", push.words, foot) if each))
    if push.shows == Shows.PICTURE:
        return MassContent(picture=push.picture or "")
    article = article_of(session, push) or _card(push)
    behind: list[Block] = [ButtonBlock(each.words, each.link) for each in buttons_of(push)]
    behind += [TextBlock(foot)] if foot else []
    whole = replace(article, cover=cover_of(session, push), blocks=(*article.blocks, *behind))
    return MassContent(article=articles.drafted(whole, f"{public_url}{page_of(push)}"))


def picture(services: Services, sha256: str) -> tuple[bytes, str]:
    """The file of a picture on the shelf, with its type. Raises Refused where it is not there."""
    with services.reading() as session:
        found = pictures.find(session, services.media_folder, sha256)
    if found is None:
        raise Refused(texts.NO_PICTURE)
    return found.path.read_bytes(), found.content_type


def _card(push: Push) -> WrittenArticle:
    """A card as an article: its picture, then its words."""
    picture = (PictureBlock(push.picture),) if push.picture else ()
    return WrittenArticle(
        push.title, "", shortened(push.words, ON_A_CARD), push.picture or "", (*picture, TextBlock(push.words))
    )


def _meant(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
    if is_staff(campaign.audience):
        # No shop gets it: the forecasts of other pushes read it too.
        return (false(),)
    return (audiences.condition(session, campaign.audience, context.criteria, now=context.now),)


def _reasons(session: Session, campaign: Campaign) -> Sequence[LeftOutReason]:
    return _reasons_of(PushKind(session.get_one(Push, campaign.reference).kind))


def _reasons_of(kind: PushKind) -> Sequence[LeftOutReason]:
    refused = exists().where(Refusal.openid == Retailer.openid, Refusal.kind == kind)
    return (LeftOutReason(REFUSED, refused),)


def _ways(session: Session, campaign: Campaign) -> Sequence[SendingWay]:
    push = session.get_one(Push, campaign.reference)
    return _ways_of(PushKind(push.kind), Plan(push.plan))


def _ways_of(kind: PushKind, plan: Plan) -> Sequence[SendingWay]:
    # Promotion by template message is forbidden (wechat-platform.md §5).
    is_service = kind is PushKind.SERVICE and plan is Plan.MESSAGE
    return (*WAYS[plan], SendingWay.TEMPLATE) if is_service else WAYS[plan]


def _message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
    push = session.get_one(Push, campaign.reference)
    notice = None
    if push.kind == PushKind.SERVICE and PUSH in context.account.notices:
        when, who = campaign.due_at, context.account.name
        notice = notices.notice(PUSH, page_of(push), when=when, who=who, what=push.title)
    message, table = said(session, push, context.account.public_url), own_rows.table(session, push.id)
    own = own_rows.words(table.id) if table else None
    return CampaignMessage(message, notice, not_after=campaign.not_after, own=own)


def _mass(services: Services, session: Session, campaign: Campaign) -> MassContent:
    push = session.get_one(Push, campaign.reference)
    return in_mass(session, push, services.public_url)


def _tag(session: Session, campaign: Campaign) -> int | None:
    return session.scalar(select(Push.tag_id).where(Push.id == campaign.reference))


def _bars(session: Session, campaign: Campaign, context: CampaignContext) -> str:
    push = session.get_one(Push, campaign.reference)
    if is_withdrawn(session, push):
        return texts.WITHDRAWN
    # Of a push that has begun: when the next messages go.
    goes_at = max(campaign.due_at, context.goes_at)
    if shut := shut_buttons(session, push, context, goes_at):
        return shut[0]
    if push.kind == PushKind.GREETING:
        return ""
    day = day_in(goes_at, context.zone)
    why = company.closure(session, day, context.zone)
    return texts.closed(day, why) if why else ""


def _content(session: Session, campaign: Campaign) -> Mapping[str, Any]:
    push = session.get_one(Push, campaign.reference)
    brands = select(PushBrand.brand_id).where(PushBrand.push_id == push.id).order_by(PushBrand.brand_id)
    specs = [campaign.audience, *(spec for _, spec in approving.saved(session, campaign.audience))]
    return {
        "kind": push.kind,
        "plan": push.plan,
        "shows": push.shows,
        "title": push.title,
        # An article that is withdrawn, or becomes one of a brand, after it was approved is not what was approved.
        "article": [push.article_id, push.article_version, standing(session, push)],
        "picture": push.picture,
        "words": push.words,
        "buttons": push.buttons,
        "tag": push.tag_id,
        "is_to_staff": push.is_to_staff,
        "brands": list(session.scalars(brands)),
        # Those of another push too that the audience names: they may be replaced until that one begins.
        "rows": own_rows.digests(session, {push.id, *audiences.values(specs, own_rows.OWN_ROW.name)}),
    }


PUSHES = CampaignKind(
    name=PUSH,
    topic=PUSH,
    meant=_meant,
    message=_message,
    reasons=_reasons,
    ways=_ways,
    mass=_mass,
    picture=picture,
    tag=_tag,
    content=_content,
    bars=_bars,
    is_capped=True,
    is_once_a_day=True,
    within=WITHIN,
    needs_approval=True,
    others=staff.STAFF,
)


def as_if(kind: PushKind, plan: Plan) -> CampaignKind:
    """The kind of campaign of a push that is still being written: its row says nothing yet, or something else."""

    def message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
        has_notice = kind is PushKind.SERVICE and PUSH in context.account.notices
        return CampaignMessage({}, {} if has_notice else None)

    return replace(
        PUSHES,
        reasons=lambda session, campaign: _reasons_of(kind),
        ways=lambda session, campaign: _ways_of(kind, plan),
        message=message,
    )
