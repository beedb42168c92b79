"""Reporting: a closed month goes to every supervisor on the first working day, each once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console import mailing, tasks
from console.models import User
from console.rules.visitors import Role
from effect.models.months import EffectMonth
from effect.rules import months
from effect.texts import month as month_texts
from effect.texts import sentences as texts
from foundation.calendar import Calendar
from foundation.clock import day_in
from people.models import Area, Manager
from people.working_time import company
from wechat_bot.models import Follower
from wechat_bot.notices import notice
from wechat_bot.outbox import queueing
from wechat_bot.reply import link, text_message

NOTICE, PAGE = "effect", "/m/effect"
#: Hour of the first working day from which on the month is sent.
FROM_HOUR = 8
#: Days into a month after which nobody is sent the last one: they have seen it.
UNTIL_DAY = 15


def is_due(session: Session, month: int, zone: ZoneInfo, *, now: datetime) -> bool:
    """Whether a month that is closed has to be sent now."""
    row = session.get(EffectMonth, month)
    if row is None or row.closed_at is None or row.sent_at is not None:
        return False
    there = now.astimezone(zone)
    if there.hour < FROM_HOUR or there.day > UNTIL_DAY:
        return False
    return first_working_day(company.calendar(session, zone), there.date()) <= day_in(now, zone)


def first_working_day(calendar: Calendar, day: date) -> date:
    """Return the first working day of a month; where nobody knows its holidays yet, the first from Monday to Friday.

    >>> office = Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7)
    >>> first_working_day(office, date(2026, 10, 20)), first_working_day(office, date(2026, 11, 3))
    (datetime.date(2026, 10, 8), datetime.date(2026, 11, 2))
    """
    first = day.replace(day=1)
    for ahead in range(UNTIL_DAY):
        at = first + timedelta(days=ahead)
        rests = calendar.rests(at)
        if not (at.weekday() >= 5 if rests is None else rests):
            return at
    return first


def users(session: Session) -> Sequence[int]:
    """Return the users of the console who supervise an area."""
    mine = select(User.id).where(User.role == Role.SUPERVISOR, User.disabled_at.is_(None), User.area_id.is_not(None))
    return session.scalars(mine.order_by(User.id)).all()


def managers(session: Session) -> Sequence[int]:
    """Return the customer managers in WeChat who head an area with areas below it."""
    above = select(Area.parent_id).where(Area.parent_id.is_not(None))
    heads = select(Area.manager_id).where(Area.id.in_(above), Area.manager_id.is_not(None))
    there = select(Manager.id).join(Follower, Follower.openid == Manager.openid)
    mine = there.where(Manager.id.in_(heads), Manager.disabled_at.is_(None), Follower.unfollowed_at.is_(None))
    return session.scalars(mine.order_by(Manager.id)).all()


def hand_out(session: Session, month: int, user_id: int, kind: str, *, now: datetime) -> bool:
    """Ask for a month's file as a task of a supervisor, and mail them that it is there, each once; False where so many
    tasks of theirs are open that it has to wait."""
    if tasks.is_full(session, user_id):
        return False
    title = f"{month_texts.month(month)}成效"
    params = {"given": {"month": months.written(month)}, "of": {}}
    tasks.ask(session, kind, title, params, owner_id=user_id, now=now, key=f"{kind}:{month}:{user_id}")
    one = select(User.id).where(User.id == user_id)
    mailing.queue(session, one, title, texts.mail(month_texts.month(month)), key=f"effect:{month}", now=now)
    return True


def tell(session: Session, month: int, manager_id: int, *, now: datetime) -> None:
    """Tell a supervisor in WeChat that a month is there; once."""
    row = session.execute(select(Manager.name, Manager.openid).where(Manager.id == manager_id)).first()
    if row is None or row.openid is None:
        return
    said, page = texts.month_is_there(month_texts.month(month)), f"{PAGE}?month={months.written(month)}"
    queueing.queue(
        session,
        row.openid,
        text_message(f"{said}\n{link(page, texts.OPEN_PAGE)}"),
        template=notice(NOTICE, page, who=row.name, what=said, when=now),
        now=now,
        about="effect:",
        key=f"effect:{month}:{manager_id}",
        heeds_quiet=True,
    )
