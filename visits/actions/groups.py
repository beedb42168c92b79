"""Visit groups: one message to many shops, and each answer a request of its own.

The members are frozen when it is sent: one statement queues a delivery for each, one writes them down. What a member
writes after it arrived opens that member's request, or joins the one that is open.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, func, insert, literal, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from foundation.database import changed
from foundation.errors import Refused
from foundation.text import visible
from people.models import Retailer
from visits import whom
from visits.models import Author, GroupMember, Message, Request, VisitGroup
from visits.queries.visibility import Colleague
from visits.rules import needs
from visits.rules.whom import Kind, Whom
from visits.texts import answering as answering_texts
from visits.texts import groups as texts
from visits.whom import Criteria
from wechat_bot import notices, uploads
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing, states
from wechat_bot.reply import TEXT_LIMIT, text_message

NOTICE, PAGE = "answer", "/m/visits/mine/groups"
LONGEST_TITLE = 60
#: WeChat takes so many template messages of an account a day (wechat-platform.md §5), and whoever is not in touch gets
#: one: what one day cannot carry is not one message.
MOST_MEMBERS = 100_000
ANSWERS_FOR = timedelta(days=7)
MOST_DAYS = 30


def send(
    session: Session,
    who: Colleague,
    meant: Whom,
    content: str,
    *,
    criteria: Criteria,
    now: datetime,
    title: str = "",
    picture: str | None = None,
    token: str | None = None,
    answers_for: timedelta = ANSWERS_FOR,
    most: int = MOST_MEMBERS,
) -> VisitGroup:
    """Send one message to the meant shops of this colleague that follow the account.

    `token` names the form: posted again, it sends once. Raises `Refused` where nobody would get it, or too many.
    """
    sent_before = session.scalar(select(VisitGroup).where(VisitGroup.token == token)) if token else None
    if sent_before is not None:
        return _mine(sent_before, who)
    content, title = visible(content), " ".join(visible(title).split()) or answering_texts.said("text", content, 20)
    if not content:
        raise Refused(answering_texts.EMPTY)
    if len(title) > LONGEST_TITLE:
        raise Refused(f"名称最多 {LONGEST_TITLE} 个字。")
    if not timedelta(days=1) <= answers_for <= timedelta(days=MOST_DAYS):
        raise Refused(f"等回复的天数请写 1 到 {MOST_DAYS}。")
    name = sender(who)
    words = answering_texts.answer(name, content)
    if len(words.encode()) > TEXT_LIMIT:
        raise Refused(answering_texts.too_long(-(-(len(words.encode()) - TEXT_LIMIT) // 3)))
    condition = whom.theirs(session, who, meant, criteria, now=now)
    group = VisitGroup(
        title=title,
        content=content,
        media_key=picture,
        audience=meant.to_json(),
        manager_id=who.manager_id,
        user_id=who.user_id,
        plan_id=meant.id if meant.kind is Kind.PLAN else None,
        created_at=now,
        sent_at=now,
        answers_until=now + answers_for,
        token=token or None,
    )
    session.add(group)
    session.flush()
    recipients = (
        select(Retailer.openid, _key(group.id, Retailer.id))
        .join(Follower, and_(Follower.openid == Retailer.openid, Follower.unfollowed_at.is_(None)))
        .where(condition)
        .limit(most + 1)
    )
    template = notices.notice(NOTICE, f"{PAGE}/{group.id}", when=now, who=name, what=content)
    count = _queue(session, group, recipients, text_message(words), template)
    if not count:
        raise Refused(texts.NOBODY)
    if count > most:
        raise Refused(texts.too_many(most))
    # Read back out of the keys: no index knows a key made of the shop.
    shop = as_type(func.substr(Delivery.key, len(f"visit-group:{group.id}:") + 1), Integer)
    members = select(literal(group.id), shop, Delivery.openid, Delivery.id).where(Delivery.about == about(group.id))
    columns = ["group_id", "retailer_id", "openid", "delivery_id"]
    session.execute(insert(GroupMember).from_select(columns, members))
    if picture is not None:
        theirs = select(GroupMember.openid, _key(group.id, GroupMember.retailer_id, is_picture=True))
        # The page a notice opens shows the picture too.
        _queue(session, group, theirs.where(GroupMember.group_id == group.id), uploads.picture(picture), None)
    return group


def cancel(session: Session, who: Colleague, group_id: int, *, now: datetime) -> int:
    """Take back what has not gone out; gives how many messages. Answers to what did go out still count."""
    group = hold(session, who, group_id)
    if group.cancelled_at is not None:
        return 0
    group.cancelled_at = now
    members = GroupMember.group_id == group.id
    for is_picture in (True, False):
        keys = select(_key(group.id, GroupMember.retailer_id, is_picture=is_picture)).where(members)
        taken = queueing.withdraw(session, Delivery.key.in_(keys), now=now)
    return taken


def hold(session: Session, who: Colleague, group_id: int) -> VisitGroup:
    """A group, locked, for whoever may steer it: who sent it, and those who work for the whole company."""
    group = session.scalar(select(VisitGroup).where(VisitGroup.id == group_id).with_for_update())
    if group is None:
        raise Refused(texts.NO_SUCH)
    return group if who.sees.is_company_wide else _mine(group, who)


def about(group_id: int) -> str:
    """What the deliveries of a group are about."""
    return f"visit-group:{group_id}"


def sender(who: Colleague) -> str:
    """How shops know the writer."""
    return who.name if who.manager_id is not None else answering_texts.SERVICE


# What comes back


def awaiting(session: Session, openid: str, *, now: datetime) -> GroupMember | None:
    """The newest group whose message reached this follower and which they have not answered."""
    return session.scalar(
        select(GroupMember)
        .join(VisitGroup, VisitGroup.id == GroupMember.group_id)
        .join(Delivery, Delivery.id == GroupMember.delivery_id)
        .where(
            GroupMember.openid == openid,
            GroupMember.answered_at.is_(None),
            VisitGroup.answers_until > now,
            # What waited for their next contact goes out behind the very message that is heard now.
            Delivery.state.in_(states.ARRIVED),
        )
        .order_by(GroupMember.group_id.desc())
        .limit(1)
    )


def is_last_said(session: Session, openid: str, last_heard_at: datetime | None, *, now: datetime) -> bool:
    """Whether a group's message is what this follower heard last, so that whatever they write answers it."""
    member = awaiting(session, openid, now=now)
    if member is None:
        return False
    settled_at = session.scalar(select(Delivery.settled_at).where(Delivery.id == member.delivery_id))
    return settled_at is not None and (last_heard_at is None or last_heard_at <= settled_at)


def asks(session: Session, member: GroupMember) -> bool:
    """Whether the message of the group asks its members something."""
    return needs.asks_back(session.get_one(VisitGroup, member.group_id).content)


def acknowledged(session: Session, member: GroupMember, *, now: datetime) -> None:
    """A member said no more than 收到, to what asks nothing: that is heard, and nobody owes an answer."""
    mine = (GroupMember.group_id == member.group_id) & (GroupMember.retailer_id == member.retailer_id)
    first = update(GroupMember).where(mine, GroupMember.answered_at.is_(None)).values(answered_at=now)
    session.execute(first.execution_options(synchronize_session=False))


def answered(session: Session, member: GroupMember, request: Request, *, now: datetime) -> str:
    """A member wrote: the group's message stands in their request, in front of what they say. Gives its title."""
    mine = (GroupMember.group_id == member.group_id) & (GroupMember.retailer_id == member.retailer_id)
    first = update(GroupMember).where(mine, GroupMember.answered_at.is_(None))
    values = {"answered_at": now, "request_id": request.id}
    # Of five pictures at once, each heard by a door of its own, one is the first.
    if not changed(session, first.values(values).execution_options(synchronize_session=False)):
        return ""
    group = session.get_one(VisitGroup, member.group_id)
    request.group_id = request.group_id or group.id
    author = Author.MANAGER if group.manager_id is not None else Author.STAFF
    copy = {
        "request_id": request.id,
        "said_at": group.sent_at or now,
        "author": author,
        "manager_id": group.manager_id,
        "user_id": group.user_id,
        "delivery_id": member.delivery_id,
    }
    session.add(Message(**copy, kind="text", content=group.content))
    if group.media_key is not None:
        session.add(Message(**copy, kind="image", content="", media_key=group.media_key))
    session.flush()
    return group.title


def _queue(
    session: Session, group: VisitGroup, recipients: Any, message: dict[str, Any], template: dict[str, Any] | None
) -> int:
    return queueing.queue_all(
        session,
        recipients,
        message,
        template=template,
        now=group.created_at,
        about=about(group.id),
        not_after=group.answers_until,
        heeds_quiet=True,
    )


def _key(group_id: int, retailer_id: Any, *, is_picture: bool = False) -> ColumnElement[str]:
    kind = "visit-group-picture" if is_picture else "visit-group"
    return literal(f"{kind}:{group_id}:", String) + as_type(retailer_id, String)


def _mine(group: VisitGroup, who: Colleague) -> VisitGroup:
    # A customer manager is the same person in WeChat and at the console; staff are only at the console.
    own, theirs = (group.user_id, who.user_id) if who.manager_id is None else (group.manager_id, who.manager_id)
    if own != theirs:
        raise Refused(texts.NO_SUCH)
    return group
