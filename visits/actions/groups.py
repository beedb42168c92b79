"""Visit groups: one message to many shops, where each answer is a request of its own.

A group is sent as a campaign. What a recipient writes after it arrived opens that shop's request, or joins its open
one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import answering, listing, sending, steering
from campaigns.answering import Awaited
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition
from campaigns.models import Campaign
from foundation.database import count_to
from foundation.errors import Refused
from foundation.text import visible
from people.audiences import Spec
from people.models import Manager, Retailer
from visits.models.groups import GroupAnswer, VisitGroup
from visits.models.requests import Author, Message, Request
from visits.queries import audience, visibility
from visits.queries.audience import Criteria
from visits.queries.visibility import Colleague
from visits.rules import needs
from visits.texts import answering as answering_texts
from visits.texts import groups as texts
from visits.texts import notices as notice_texts
from wechat_bot import notices, uploads
from wechat_bot.last_said import Said
from wechat_bot.models import Follower
from wechat_bot.reply import TEXT_LIMIT, text_message

TOPIC, NOTICE, PAGE = "visit-group", "answer", "/m/visits/mine/groups"
LONGEST_TITLE = 60
#: WeChat's limit of template messages an account and day (wechat-platform.md §5). Every shop with a closed reply window
#: needs one, so a larger group could not be sent in a day.
MOST_MEMBERS = 100_000
ANSWERS_FOR = timedelta(days=7)
MOST_DAYS = 30


def send(
    session: Session,
    who: Colleague,
    meant: Spec,
    content: str,
    *,
    criteria: Criteria,
    now: datetime,
    title: str = "",
    picture: str | None = None,
    token: str | None = None,
    answers_for: timedelta = ANSWERS_FOR,
    most: int = MOST_MEMBERS,
    at_once: int = listing.BATCH,
) -> VisitGroup:
    """Send one message to those meant shops of this colleague that follow the account; a group of no more than
    `at_once` shops goes out at once.

    `token` identifies the form: posted again, it sends once. Raises `Refused` where nobody would get it, or too many.
    """
    if token and (group_id := steering.planned(session, KIND, token)) is not None:
        return _mine(session.get_one(VisitGroup, group_id), who)
    content, title = visible(content), " ".join(visible(title).split()) or answering_texts.said("text", content, 20)
    if not content:
        raise Refused(answering_texts.EMPTY)
    if len(title) > LONGEST_TITLE:
        raise Refused(f"名称最多 {LONGEST_TITLE} 个字。")
    if not timedelta(days=1) <= answers_for <= timedelta(days=MOST_DAYS):
        raise Refused(f"等回复的天数请写 1 到 {MOST_DAYS}。")
    words = answering_texts.answer(who.public_name, content)
    if len(words.encode()) > TEXT_LIMIT:
        raise Refused(answering_texts.too_long(-(-(len(words.encode()) - TEXT_LIMIT) // 3)))
    theirs = audience.theirs(session, who, meant, criteria, now=now)
    following = select(Retailer.id).join(Follower, Follower.openid == Retailer.openid)
    count = count_to(session, following.where(theirs, Follower.unfollowed_at.is_(None)), most)
    if not count:
        raise Refused(texts.NOBODY)
    if count > most:
        raise Refused(texts.too_many(most))
    group = VisitGroup(title=title, media_key=picture, manager_id=who.manager_id, user_id=who.user_id)
    session.add(group)
    session.flush()
    campaign = steering.plan(
        session,
        KIND,
        group.id,
        said=content,
        due_at=now,
        audience=meant,
        not_after=now + answers_for,
        token=token or None,
        by=who.name,
        now=now,
    )
    context = CampaignContext(now, criteria, who.zone)
    if listing.at_once(session, campaign, KIND, context, most=at_once):
        sending.queue_some(session, campaign.id, KIND, context)
    return group


def cancel(session: Session, who: Colleague, group_id: int, *, now: datetime) -> int:
    """Withdraw what has not gone out; gives how many messages. Answers to messages that went out still count."""
    hold(session, who, group_id)
    campaign = steering.find(session, KIND, group_id)
    return 0 if campaign.ended_at is not None else steering.cancel(session, campaign, by=who.name, now=now)


def hold(session: Session, who: Colleague, group_id: int) -> VisitGroup:
    """Lock and return a group, for those who may steer it: its sender, and people who work for the whole company."""
    # NO KEY UPDATE: the shops that answer meanwhile refer to the group, and must not wait.
    group = session.scalar(select(VisitGroup).where(VisitGroup.id == group_id).with_for_update(key_share=True))
    if group is None:
        raise Refused(texts.NO_SUCH)
    return group if who.sees.is_company_wide else _mine(group, who)


# Answers to a group


def awaiting(session: Session, openid: str, *, now: datetime) -> Awaited | None:
    """Return the newest group whose message reached this follower and which they have not answered."""
    return answering.awaiting(session, KIND, openid, now=now)


def is_last_said(session: Session, openid: str, said: Said | None, *, now: datetime) -> bool:
    """Whether the last thing this follower was sent is a group's message which they have not answered, so that whatever
    they write answers it."""
    if said is None or not said.about.startswith(f"{TOPIC}:"):
        return False
    group = awaiting(session, openid, now=now)
    return group is not None and KIND.about(group.reference) == said.about


def asks(awaited: Awaited) -> bool:
    """Whether the group's message asks its recipients something."""
    return needs.asks_back(awaited.said)


def acknowledged(session: Session, awaited: Awaited, *, now: datetime) -> None:
    """Note that a member only wrote 收到 to a message that asks nothing: it counts as an answer, and no answer is
    owed."""
    answering.first(session, awaited.campaign_id, awaited.retailer_id, now=now)


def answered(session: Session, awaited: Awaited, request: Request, *, now: datetime) -> str:
    """Put the group's message into the request of the member who answered it, before their words. Gives what it is
    called."""
    # Five pictures sent at once come in by five transactions: only one is the first answer.
    if not answering.first(session, awaited.campaign_id, awaited.retailer_id, now=now):
        return ""
    group = session.get_one(VisitGroup, awaited.reference)
    session.add(GroupAnswer(group_id=group.id, retailer_id=awaited.retailer_id, request_id=request.id))
    request.group_id = request.group_id or group.id
    copy = {
        "request_id": request.id,
        "said_at": awaited.sent_at,
        "author": Author.MANAGER if group.manager_id is not None else Author.STAFF,
        "manager_id": group.manager_id,
        "user_id": group.user_id,
        "delivery_id": awaited.delivery_id,
    }
    session.add(Message(**copy, kind="text", content=awaited.said))
    if group.media_key is not None:
        session.add(Message(**copy, kind="image", content="", media_key=group.media_key))
    session.flush()
    return notice_texts.group(group.title)


def _mine(group: VisitGroup, who: Colleague) -> VisitGroup:
    # A customer manager is one person in WeChat and in the console; other staff exist only in the console.
    own, theirs = (group.user_id, who.user_id) if who.manager_id is None else (group.manager_id, who.manager_id)
    if own != theirs:
        raise Refused(texts.NO_SUCH)
    return group


# The group as a campaign


def _meant(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
    """Return the conditions for the meant shops, of those its writer may see."""
    group = session.get_one(VisitGroup, campaign.reference)
    who = visibility.of_writer(session, group.manager_id, group.user_id, now=context.now, zone=context.zone)
    if who is None:
        raise Refused(texts.WRITER_GONE)
    return (audience.theirs(session, who, campaign.audience, context.criteria, now=context.now),)


def _message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
    group = session.get_one(VisitGroup, campaign.reference)
    name = session.scalar(select(Manager.name).where(Manager.id == group.manager_id)) or answering_texts.SERVICE
    page = f"{PAGE}/{group.id}"
    return CampaignMessage(
        text_message(answering_texts.answer(name, campaign.said)),
        notices.notice(NOTICE, page, when=campaign.created_at, who=name, what=campaign.said),
        # The page that a notice opens shows the picture too.
        behind=[] if group.media_key is None else [uploads.picture(group.media_key)],
    )


KIND = CampaignKind(name=TOPIC, topic=TOPIC, meant=_meant, message=_message)
