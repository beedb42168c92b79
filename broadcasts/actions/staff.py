"""Pushes to staff: listed and handed over in one step each, to WeChat and to those who want it by e-mail too."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, case, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from broadcasts.models.pushes import Push
from broadcasts.models.staff import StaffRecipient
from broadcasts.queries import staff as queries
from broadcasts.queries.staff import StaffWay
from broadcasts.rules import staff as rules
from broadcasts.texts import staff as texts
from campaigns import steering
from campaigns.kinds import CampaignContext, CampaignMessage, OtherRecipients
from campaigns.models import Campaign, Outcome
from campaigns.rules import WAS_STOPPED
from console import mailing
from console.models import User
from foundation.clock import day_in
from foundation.database import Moment
from wechat_bot.erasure import Forgetting
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import queueing

#: How long a message waits whose window closed on its way.
HELD_FOR = timedelta(days=1)


def judged(session: Session, campaign: Campaign, context: CampaignContext, *, has_notice: bool) -> Any:
    """Build the select of whom a push to staff means. Raises Refused where its audience cannot be read."""
    way = StaffWay(context.goes_at, has_notice, context.account.has_mail)
    today = day_in(context.now, context.zone)
    return queries.of_audience(session, rules.read(campaign.audience or {}), way, today=today)


def opened(session: Session, push_id: int, openid: str, *, now: datetime) -> None:
    """Note that one of the staff opened a push that was sent to them, once."""
    mine = (StaffRecipient.push_id == push_id, StaffRecipient.openid == openid, StaffRecipient.opened_at.is_(None))
    session.execute(update(StaffRecipient).where(*mine).values(opened_at=now))


def forget(session: Session, whom: Forgetting) -> None:
    """Remove the openid of one of the staff, and keep the figures."""
    if whom.openid:
        mine = update(StaffRecipient).where(StaffRecipient.openid == whom.openid)
        session.execute(mine.values(openid=whom.pseudonym))


def _are_meant(session: Session, campaign: Campaign) -> bool:
    return bool(session.scalar(select(Push.is_to_staff).where(Push.id == campaign.reference)))


def _list_all(session: Session, campaign: Campaign, message: CampaignMessage, context: CampaignContext) -> None:
    """Write down everybody a push means, with the reason of those left out."""
    found = judged(session, campaign, context, has_notice=message.notice is not None).subquery()
    columns: dict[str, Any] = {
        "push_id": literal(campaign.reference, Integer),
        **{name: found.c[name] for name in ("person", "manager_id", "user_id", "openid", "is_mailed", "why")},
        "outcome": _listed(found.c.why),
        "opened_at": literal(None, Moment()),
    }
    session.execute(insert(StaffRecipient).from_select(list(columns), select(*columns.values())))


def _hand_over(session: Session, campaign: Campaign, message: CampaignMessage, context: CampaignContext) -> bool:
    """Hand those who are listed to the outbox and to the e-mails, each once; gives whether it is known what became of
    all of them."""
    _list_again(session, campaign)
    _judge_again(session, campaign, message, context)
    mine = (StaffRecipient.push_id == campaign.reference, StaffRecipient.outcome == Outcome.LISTED)
    not_after = campaign.not_after or context.now + HELD_FOR
    key = literal(steering.key(campaign)) + StaffRecipient.person
    queueing.queue_all(
        session,
        select(StaffRecipient.openid, key).where(*mine, StaffRecipient.openid.is_not(None)),
        message.message,
        template=message.notice,
        about=campaign.about,
        not_after=not_after,
        heeds_quiet=True,
        now=context.now,
    )
    by_mail = (
        select(User.id).join(StaffRecipient, StaffRecipient.user_id == User.id).where(*mine, StaffRecipient.is_mailed)
    )
    text = texts.mail(_words(message), f"{context.account.public_url}/console/broadcasts/pushes/{campaign.reference}")
    mail_key, mails = queries.mail_key(campaign.reference), queries.mail_keys(campaign.reference)
    mailing.let_go(session, mails, not_after=not_after, now=context.now)
    mailing.queue(session, by_mail, campaign.said, text, key=mail_key, not_after=not_after, now=context.now)
    ids = select(Delivery.id).where(Delivery.key == key).correlate(StaffRecipient).scalar_subquery()
    session.execute(update(StaffRecipient).where(*mine).values(outcome=Outcome.QUEUED, delivery_id=ids))
    left = queries.joined(StaffRecipient.person).where(
        StaffRecipient.push_id == campaign.reference, queries.what_became(campaign).in_(queries.OPEN)
    )
    is_over = session.scalar(left.limit(1)) is None
    _keep_what_mails_tell(session, campaign)
    return is_over


def withdraw(session: Session, campaign: Campaign, now: datetime) -> bool:
    """Withdraw the e-mails of a stopped push; gives whether some are in the call, of which nobody knows yet."""
    keys = queries.mail_keys(campaign.reference)
    mailing.withdraw(session, keys, now=now)
    _keep_what_mails_tell(session, campaign)
    return mailing.in_call(session, keys) > 0


def _list_again(session: Session, campaign: Campaign) -> None:
    """List those again whose message was withdrawn while the push was paused; an e-mail that went is not sent again."""
    withdrawn = select(Delivery.id).where(
        Delivery.id == StaffRecipient.delivery_id,
        Delivery.state == DeliveryState.CANCELLED,
        Delivery.error == WAS_STOPPED,
    )
    handed = (StaffRecipient.push_id == campaign.reference, StaffRecipient.outcome == Outcome.QUEUED)
    again = update(StaffRecipient).where(*handed, withdrawn.exists())
    session.execute(again.values(outcome=Outcome.LISTED, delivery_id=None))


def _keep_what_mails_tell(session: Session, campaign: Campaign) -> None:
    """Keep what became of those whom only an e-mail reached, or was to reach: e-mails are deleted in time."""
    became = queries.what_became(campaign)
    handed = (StaffRecipient.push_id == campaign.reference, StaffRecipient.outcome == Outcome.QUEUED)
    is_told = or_(became.in_(queries.OF_MAIL), and_(StaffRecipient.delivery_id.is_(None), became == Outcome.UNSURE))
    persons: dict[str, list[str]] = {}
    for person, word in session.execute(queries.joined(StaffRecipient.person, became).where(*handed, is_told)):
        persons.setdefault(word, []).append(person)
    for word, those in persons.items():
        session.execute(update(StaffRecipient).where(*handed, StaffRecipient.person.in_(those)).values(outcome=word))


def _judge_again(session: Session, campaign: Campaign, message: CampaignMessage, context: CampaignContext) -> None:
    """Leave out those who have a reason by now, and take the others as they are now."""
    way = StaffWay(context.now, message.notice is not None, context.account.has_mail)
    now = queries.again(campaign.reference, way).subquery()
    mine = (StaffRecipient.push_id == campaign.reference, StaffRecipient.outcome == Outcome.LISTED)
    taken = {name: now.c[name] for name in ("user_id", "openid", "is_mailed", "why")}
    judged = update(StaffRecipient).where(*mine, StaffRecipient.person == now.c.person)
    session.execute(judged.values(outcome=_listed(now.c.why), **taken).execution_options(synchronize_session=False))


def _listed(why: ColumnElement[Any]) -> ColumnElement[str | None]:
    return case((why.is_(None), Outcome.LISTED.value), else_=literal(None, String))


def _words(message: CampaignMessage) -> str:
    """The words of a message: of a card, or of a text."""
    found = message.message
    if "news" in found:
        (card, *_) = found["news"]["articles"]
        return str(card["description"])
    return str(found["text"]["content"])


STAFF = OtherRecipients(are_meant=_are_meant, list_all=_list_all, hand_over=_hand_over, withdraw=withdraw)
