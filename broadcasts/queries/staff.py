"""Staff of a push: whom an audience means, why it would not reach some of them, and what became of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from broadcasts.models.pushes import PUSH
from broadcasts.models.staff import StaffRecipient
from broadcasts.rules.staff import StaffAudience
from broadcasts.texts import staff as texts
from campaigns import rules
from campaigns.models import Campaign, Outcome
from console import mailing
from console.models import Mail, MailState, User
from console.rules.visitors import Role
from foundation import paging
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Area, Manager
from people.visibility import with_sub_areas
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import states
from wechat_bot.outbox.states import Channel

UNBOUND, UNFOLLOWED, DISABLED, NO_CHANNEL = "unbound", "unfollowed", "disabled", "no_channel"
#: The reason of those who wait for an e-mail that nothing can send.
NO_MAIL = "no_mail"
#: What becomes of an e-mail where it is all that somebody gets.
OF_MAIL = MAILED, NOT_MAILED = "mailed", "not_mailed"
#: What is still open, and what surely has not arrived.
OPEN = (Outcome.LISTED.value, Outcome.QUEUED.value, Outcome.HELD.value)
NOT_ARRIVED = tuple(each.value for each in (*rules.FAILED, Outcome.STOPPED))
MISSED = (UNBOUND, UNFOLLOWED, DISABLED, NO_CHANNEL, NO_MAIL, NOT_MAILED, *NOT_ARRIVED)
PAGE = 50


@dataclass(frozen=True, slots=True)
class StaffWay:
    """Way by which staff can be reached at a moment: `has_notice`, whether a template message stands in where the
    window is closed; `has_mail`, whether e-mails can be sent."""

    at: datetime
    has_notice: bool
    has_mail: bool


@dataclass(frozen=True, slots=True)
class StaffLine:
    """Staff member of a push: what became of it, or why nothing was sent."""

    person: str
    name: str
    #: Their role in the console; empty for a customer manager.
    role: str
    became: str
    is_mailed: bool
    opened_at: datetime | None


def of_audience(session: Session, audience: StaffAudience, way: StaffWay, *, today: date) -> CompoundSelect[Any]:
    """Build the select of whom an audience means, each once, with the reason that leaves them out, if any: person,
    manager_id, user_id, openid, is_mailed, why. Raises Refused for an area that is not there.

    A manager who left is in no audience but that of an area they still head: nobody else would miss it there.
    """
    heads = exists().where(Area.manager_id == Manager.id)
    is_here = or_(Manager.disabled_at.is_(None), heads)
    if audience.is_everybody or Role.MANAGER in audience.roles:
        managers = is_here
    else:
        managers = _manages(session, audience.areas, today)
    wanted = true() if audience.is_everybody else User.role.in_([each.value for each in audience.roles])
    return _judged(managers, and_(wanted, User.disabled_at.is_(None)), way)


def again(push_id: int, way: StaffWay) -> CompoundSelect[Any]:
    """Build the same select of those who are listed and were not handed over."""
    listed = aliased(StaffRecipient)
    waiting = (listed.push_id == push_id, listed.outcome == Outcome.LISTED)
    managers = select(listed.manager_id).where(*waiting, listed.manager_id.is_not(None))
    users = select(listed.user_id).where(*waiting, listed.manager_id.is_(None))
    return _judged(Manager.id.in_(managers), User.id.in_(users), way)


def forecast(session: Session, judged: CompoundSelect[Any]) -> Counter[str]:
    """Count whom a select of these means, by reason; those without one under the empty text."""
    found = judged.subquery()
    rows = session.execute(select(func.coalesce(found.c.why, ""), func.count()).group_by(found.c.why))
    return Counter({row[0]: row[1] for row in rows})


def left_out(session: Session, judged: CompoundSelect[Any], most: int) -> list[tuple[str, str]]:
    """Return the first of those whom a select of these leaves out: their names, and why."""
    found = judged.subquery()
    rows = session.execute(
        select(func.coalesce(Manager.name, User.name, ""), found.c.why)
        .select_from(found)
        .outerjoin(Manager, Manager.id == found.c.manager_id)
        .outerjoin(User, User.id == found.c.user_id)
        .where(found.c.why.is_not(None))
        .order_by(found.c.person)
        .limit(most)
    )
    return [(name, why) for name, why in rows]


def counts(session: Session, campaign: Campaign) -> Counter[str]:
    """Count the staff of a push as the counters of campaigns name them: reasons, outcomes, openings. An e-mail that was
    sent counts as a message of their own."""
    became = what_became(campaign)
    is_left = StaffRecipient.why.is_not(None)
    rows = session.execute(
        joined(became, is_left, func.count(), func.count(StaffRecipient.opened_at))
        .where(StaffRecipient.push_id == campaign.reference)
        .group_by(became, is_left)
    )
    named: dict[str, str] = {MAILED: Outcome.CUSTOM, NOT_MAILED: Outcome.REFUSED}
    found: Counter[str] = Counter()
    for word, is_out, count, opened in rows:
        found[f"{rules.LEFT_OUT}{word}" if is_out else str(named.get(word, word))] += count
        found[rules.OPENED] += opened
    return found


def page(
    session: Session, campaign: Campaign, *, only: Sequence[str] = (), cursor: Cursor = FIRST, limit: int = PAGE
) -> Page[StaffLine]:
    """Return a page of the staff of a push, of those only that these words stand for."""
    became = what_became(campaign)
    name = func.coalesce(Manager.name, User.name, "")
    role = case((StaffRecipient.manager_id.is_not(None), ""), else_=func.coalesce(User.role, ""))
    found = joined(StaffRecipient.person, name, role, became, StaffRecipient.is_mailed, StaffRecipient.opened_at)
    found = found.where(StaffRecipient.push_id == campaign.reference)
    found = found.outerjoin(Manager, Manager.id == StaffRecipient.manager_id)
    found = found.outerjoin(User, User.id == StaffRecipient.user_id)
    if only:
        found = found.where(became.in_(only))
    return paging.page(session, found, _BY_PERSON, cursor, limit=limit, read=StaffLine)


def what_became(campaign: Campaign) -> ColumnElement[str]:
    """Return as an SQL expression why somebody was left out, or what became of their message: in WeChat, and where it
    did not arrive there, by e-mail. On the recipients as `joined`."""
    is_over = campaign.state in rules.ENDED
    waits = Outcome.STOPPED if is_over else Outcome.QUEUED
    by_mail = case(
        (Mail.state == MailState.SENT, MAILED),
        (Mail.state == MailState.UNSURE, Outcome.UNSURE.value),
        (Mail.state == MailState.FAILED, NOT_MAILED),
        (Mail.state == MailState.SENDING, Outcome.QUEUED.value),
        else_=waits.value,
    )
    in_chat = case(
        (and_(Delivery.state == DeliveryState.SENT, Delivery.channel == Channel.TEMPLATE), Outcome.TEMPLATE.value),
        (Delivery.state == DeliveryState.SENT, Outcome.CUSTOM.value),
        (Delivery.state == DeliveryState.DELIVERED, Outcome.ARRIVED.value),
        (Delivery.state == DeliveryState.UNSURE, Outcome.UNSURE.value),
        (Delivery.state.in_([DeliveryState.PENDING, DeliveryState.SENDING]), Outcome.QUEUED.value),
        (Delivery.state == DeliveryState.HELD, Outcome.HELD.value),
        (Delivery.error.in_([states.UNFOLLOWED, states.ERASED]), Outcome.UNFOLLOWED.value),
        (Delivery.error == states.TOO_LATE, Outcome.LATE.value),
        (Delivery.error.in_([rules.WAS_STOPPED, states.WITHDRAWN]), Outcome.STOPPED.value),
        else_=Outcome.REFUSED.value,
    )
    lost = NOT_ARRIVED if is_over else [each for each in NOT_ARRIVED if each != Outcome.STOPPED]
    is_lost = and_(in_chat.in_(lost), Mail.state.in_([MailState.SENT, MailState.PENDING, MailState.SENDING]))
    unsent = Outcome.STOPPED if is_over else Outcome.LISTED
    return case(
        (StaffRecipient.why.is_not(None), StaffRecipient.why),
        (StaffRecipient.outcome == Outcome.LISTED, unsent.value),
        (StaffRecipient.outcome != Outcome.QUEUED, StaffRecipient.outcome),
        (StaffRecipient.delivery_id.is_(None), by_mail),
        (is_lost, by_mail),
        else_=in_chat,
    )


def joined(*columns: Any) -> Select[Any]:
    """Build a select over the staff of pushes with their deliveries and e-mails."""
    key = literal(f"{PUSH}:") + cast(StaffRecipient.push_id, String) + ":" + cast(StaffRecipient.user_id, String)
    return (
        select(*columns)
        .select_from(StaffRecipient)
        .outerjoin(Delivery, Delivery.id == StaffRecipient.delivery_id)
        .outerjoin(Mail, and_(StaffRecipient.is_mailed, Mail.key == key))
    )


def mail_keys(push_id: int) -> Select[str]:
    """Build a select of the keys of the e-mails of a push."""
    key = literal(f"{mail_key(push_id)}:") + cast(StaffRecipient.user_id, String)
    return select(key).where(StaffRecipient.push_id == push_id, StaffRecipient.is_mailed)


def mail_key(push_id: int) -> str:
    """Return the key of a push's e-mails; the user's id follows."""
    return f"{PUSH}:{push_id}"


_BY_PERSON: Order[StaffLine] = Order((StaffRecipient.person,), lambda line: (line.person,))


def _manages(session: Session, areas: Sequence[str], today: date) -> ColumnElement[bool]:
    """Return the condition that a manager heads one of these areas or one below, or stands in there today."""
    if not areas:
        return false()
    rows = session.execute(select(Area.name, Area.id).where(Area.name.in_(areas)))
    found = {row.name: row.id for row in rows}
    for name in areas:
        if name not in found:
            raise Refused(texts.NO_AREA.format(name))
    stands_in = and_(Area.deputy_id == Manager.id, Area.deputy_from_on <= today, Area.deputy_until_on >= today)
    wanted = Area.id.in_(sorted(with_sub_areas(session, found.values())))
    return exists().where(wanted, or_(Area.manager_id == Manager.id, stands_in))


def _judged(managers: ColumnElement[bool], users: ColumnElement[bool], way: StaffWay) -> CompoundSelect[Any]:
    mail = (
        select(func.min(User.id))
        .where(User.manager_id == Manager.id, User.id.in_(mailing.wants_mail()))
        .correlate(Manager)
        .scalar_subquery()
    )
    has_window = and_(Follower.message_left > 0, Follower.message_until > way.at)
    in_chat = case(
        (Manager.openid.is_(None), UNBOUND),
        (or_(Follower.openid.is_(None), Follower.unfollowed_at.is_not(None)), UNFOLLOWED),
        *([] if way.has_notice else [(has_window.is_not(True), NO_CHANNEL)]),
        else_=literal(None, String),
    )
    is_disabled = Manager.disabled_at.is_not(None)
    by_mail = literal(None if way.has_mail else NO_MAIL, String)
    waits = and_(in_chat.is_not(None), mail.is_not(None))
    of_managers = (
        select(
            (literal("manager:") + cast(Manager.id, String)).label("person"),
            Manager.id.label("manager_id"),
            mail.label("user_id"),
            case((and_(~is_disabled, in_chat.is_(None)), Manager.openid), else_=literal(None, String)).label("openid"),
            and_(~is_disabled, mail.is_not(None), literal(way.has_mail)).label("is_mailed"),
            case((is_disabled, DISABLED), (waits, by_mail), else_=in_chat).label("why"),
        )
        .outerjoin(Follower, Follower.openid == Manager.openid)
        .where(managers)
    )
    wants = User.id.in_(mailing.wants_mail())
    of_users = select(
        literal("user:") + cast(User.id, String),
        literal(None, Integer),
        User.id,
        literal(None, String),
        and_(wants, literal(way.has_mail)),
        case((User.disabled_at.is_not(None), DISABLED), (wants, by_mail), else_=UNBOUND),
    ).where(users, User.manager_id.is_(None))
    return union_all(of_managers, of_users)
