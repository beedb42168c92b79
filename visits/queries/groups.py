"""Visit groups: whom one would reach, what became of those that were sent, and the shops behind each figure."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from console.models import User
from foundation.errors import Refused
from foundation.quiet import QuietHours, put_off_until
from people.models import Area, Audience, Manager, Retailer, ShopClass
from visits import whom
from visits.models import FIRST_NUMBER, GroupMember, Request, VisitGroup, VisitPlan
from visits.queries import visibility
from visits.queries.visibility import Colleague
from visits.rules.whom import Kind, Whom, from_json
from visits.texts import answering as answering_texts
from visits.texts.times import when
from visits.whom import Criteria
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing, states

PAGE = 20
MEMBERS = 50
#: What is queued before a group is counted no further: by then it is hours anyway.
AHEAD = 200_000
#: What the deliveries of a group are about, and begin their keys with.
TOPIC = "visit-group"
_S = DeliveryState
_GONE_OUT = Delivery.state.in_(states.ARRIVED)
_IS_OPEN = and_(Request.id.is_not(None), Request.closed_at.is_(None))
#: What the members of a group can be narrowed to.
PARTS = {
    "waiting": "还没发出",
    "silent": "发出了，没回",
    "answered": "已回",
    "open": "回了，还没办结",
    "overdue": "超时没答复",
    "failed": "没发到",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """How many shops a group is for, and how each of them can be reached now."""

    listed: int
    bound: int
    following: int
    by_message: int
    by_template: int
    waiting: int
    #: Broadcasts that are queued before it, counted to `AHEAD`.
    ahead: int

    @property
    def takes(self) -> timedelta:
        """About how long it takes until the last of them is sent."""
        return timedelta(seconds=(self.ahead + self.following) / queueing.PACE)


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a group so far."""

    listed: int = 0
    sent: int = 0
    #: On their way, or waiting for the end of quiet hours.
    queued: int = 0
    #: Waiting for the shop's next contact.
    held: int = 0
    failed: int = 0
    unsure: int = 0
    cancelled: int = 0
    answered: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def waiting(self) -> int:
        return self.queued + self.held


@dataclass(frozen=True, slots=True)
class Line:
    """A group in the list."""

    id: int
    title: str
    content: str
    media_key: str | None
    audience: dict[str, Any]
    sender: str
    manager_id: int | None
    user_id: int | None
    sent_at: datetime | None
    answers_until: datetime | None
    cancelled_at: datetime | None
    progress: Progress = Progress()

    @property
    def whom(self) -> Whom:
        return from_json(self.audience)

    def is_of(self, who: Colleague) -> bool:
        """Whether this colleague may steer it."""
        if who.sees.is_company_wide:
            return True
        return self.manager_id == who.manager_id if who.manager_id is not None else self.user_id == who.user_id


@dataclass(frozen=True, slots=True)
class Member:
    """A shop of a group."""

    retailer_id: int
    licence: str
    shop: str
    area: str
    state: str
    answered_at: datetime | None
    request_id: int | None
    closed_at: datetime | None
    due_at: datetime | None

    @property
    def number(self) -> int | None:
        return self.request_id + FIRST_NUMBER if self.request_id else None


@dataclass(frozen=True, slots=True)
class Members:
    """Some of them, and the key behind which the next ones lie; None where there are none."""

    lines: tuple[Member, ...]
    after: int | None


def preview(
    session: Session, who: Colleague, meant: Whom, criteria: Criteria, *, has_template: bool, now: datetime
) -> Preview:
    """Count whom a group would reach now, and what goes before it. Raises `Refused` where nothing is meant."""
    condition = whom.theirs(session, who, meant, criteria, now=now)
    follows = and_(Follower.openid.is_not(None), Follower.unfollowed_at.is_(None))
    is_open_now = and_(Follower.message_left > 0, Follower.message_until > now)
    listed, bound, following, by_message = session.execute(
        select(
            func.count(),
            func.count(Retailer.openid),
            func.count().filter(follows),
            func.count().filter(and_(follows, is_open_now)),
        )
        .select_from(Retailer)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(condition)
    ).one()
    rest = following - by_message
    by_template, waiting = (rest, 0) if has_template else (0, rest)
    ahead = queueing.ahead(session, AHEAD, now=now)
    return Preview(listed, bound, following, by_message, by_template, waiting, ahead)


def strangers(session: Session, who: Colleague, meant: Whom, criteria: Criteria, *, now: datetime) -> list[str]:
    """Of licences written by hand, those that are nobody's, or no shop of this colleague's."""
    if meant.kind is not Kind.LICENCES:
        return []
    condition = whom.theirs(session, who, meant, criteria, now=now)
    known = set(session.scalars(select(Retailer.licence).where(condition)))
    return [each for each in meant.licences if each not in known]


def listing(
    session: Session, who: Colleague, *, now: datetime, after: int | None = None
) -> tuple[list[Line], int | None]:
    """The groups somebody may look at with their progress, the newest first, and the key of the next page."""
    mine = visibility.groups_within(session, who)
    statement = _select().order_by(VisitGroup.id.desc()).limit(PAGE + 1)
    if mine is not None:
        statement = statement.where(mine)
    if after is not None:
        statement = statement.where(VisitGroup.id < after)
    rows = session.execute(statement).all()
    progress = _progress(session, [row.id for row in rows[:PAGE]], now=now)
    lines = [replace(Line(*row), progress=progress.get(row.id, Progress())) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None


def one(session: Session, who: Colleague, group_id: int, *, now: datetime) -> Line | None:
    """A group with its progress; None where there is none, or it is not theirs to see."""
    mine = visibility.groups_within(session, who)
    row = session.execute(_select().where(VisitGroup.id == group_id, *([] if mine is None else [mine]))).first()
    if row is None:
        return None
    return replace(Line(*row), progress=_progress(session, [group_id], now=now).get(group_id, Progress()))


def members(
    session: Session,
    who: Colleague,
    group_id: int,
    *,
    part: str = "",
    now: datetime,
    quiet: QuietHours | None,
    after: int = 0,
) -> Members:
    """The shops of a group that this colleague may see, in pages by key, narrowed to one of `PARTS`."""
    mine = visibility.shops_of(session, who)
    statement = (
        select(
            GroupMember.retailer_id,
            Retailer.licence,
            Retailer.shop,
            Area.name,
            Delivery.state,
            Delivery.channel,
            Delivery.attempts,
            Delivery.error_code,
            Delivery.due_at.label("delivery_due_at"),
            Delivery.heeds_quiet,
            GroupMember.answered_at,
            GroupMember.request_id,
            Request.closed_at,
            Request.due_at,
        )
        .select_from(GroupMember)
        .join(Retailer, Retailer.id == GroupMember.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(Delivery, Delivery.id == GroupMember.delivery_id)
        .outerjoin(Request, Request.id == GroupMember.request_id)
        .where(GroupMember.group_id == group_id, GroupMember.retailer_id > after, *([] if mine is None else [mine]))
        .order_by(GroupMember.retailer_id)
        .limit(MEMBERS + 1)
    )
    if part in PARTS:
        statement = statement.where(_part(part, now))
    rows = session.execute(statement).all()
    found = [
        Member(*row[:4], _said(row, quiet, who), row.answered_at, row.request_id, row.closed_at, row.due_at)
        for row in rows[:MEMBERS]
    ]
    return Members(tuple(found), found[-1].retailer_id if len(rows) > MEMBERS else None)


def _said(row: Any, quiet: QuietHours | None, who: Colleague) -> str:
    """What became of a member's message, in words; of one that waits for more than its turn, until when."""
    until = None
    if row.state:
        until = put_off_until(row.delivery_due_at, heeds_quiet=row.heeds_quiet, quiet=quiet, now=who.now)
    said = when(until, now=who.now, zone=who.zone) if until else ""
    return answering_texts.state(
        row.state, row.channel, row.attempts, EXPLAINED.get(row.error_code or 0, ""), until=said
    )


def of_shop(session: Session, openid: str, group_id: int) -> Line | None:
    """A group as a member of it sees it; None for everybody else, and while nothing was sent to them."""
    row = session.execute(
        _select()
        .join(GroupMember, GroupMember.group_id == VisitGroup.id)
        .join(Delivery, Delivery.id == GroupMember.delivery_id)
        .where(VisitGroup.id == group_id, GroupMember.openid == openid, _GONE_OUT)
    ).first()
    return Line(*row) if row else None


def words(session: Session, meant: Whom, *, is_part: bool = False) -> str:
    """Whom a group is for, in words; `is_part` where its writer sees a part of the shops."""
    match meant.kind:
        case Kind.ALL:
            return "负责的全部店" if is_part else "全部店"
        case Kind.CLASS:
            return session.scalar(select(ShopClass.name).where(ShopClass.id == meant.id)) or "已删除的类型"
        case Kind.AREA:
            return session.scalar(select(Area.name).where(Area.id == meant.id)) or "已删除的片区"
        case Kind.AUDIENCE:
            return f"对象“{meant.name}”"
        case Kind.LICENCES:
            return f"按许可证号选的 {len(meant.licences)} 家"
        case Kind.PLAN:
            name = session.scalar(select(VisitPlan.name).where(VisitPlan.id == meant.id))
            return f"计划“{name}”里到期的店" if name else "计划里到期的店"


def audiences(session: Session) -> list[str]:
    """The names of the saved audiences."""
    return list(session.scalars(select(Audience.name).order_by(Audience.name)))


def _select() -> Any:
    return (
        select(
            VisitGroup.id,
            VisitGroup.title,
            VisitGroup.content,
            VisitGroup.media_key,
            VisitGroup.audience,
            func.coalesce(Manager.name, User.name, ""),
            VisitGroup.manager_id,
            VisitGroup.user_id,
            VisitGroup.sent_at,
            VisitGroup.answers_until,
            VisitGroup.cancelled_at,
        )
        .outerjoin(Manager, Manager.id == VisitGroup.manager_id)
        .outerjoin(User, User.id == VisitGroup.user_id)
    )


def _progress(session: Session, ids: list[int], *, now: datetime) -> dict[int, Progress]:
    """Counted from what is left to do, which gets less: what was sent is the rest."""
    members = session.execute(
        select(GroupMember.group_id, func.count(), func.count(GroupMember.answered_at))
        .where(GroupMember.group_id.in_(ids))
        .group_by(GroupMember.group_id)
    )
    left: dict[int, Counter[str]] = {key: Counter() for key in ids}
    rows = session.execute(
        select(Delivery.about, Delivery.state, func.count())
        # A picture is a delivery of its own, and counts with its words.
        .where(Delivery.about.in_([f"{TOPIC}:{key}" for key in ids]), Delivery.key.startswith(f"{TOPIC}:"))
        .where(states.is_left("delivery"))
        .group_by(Delivery.about, Delivery.state)
    )
    for about, state, count in rows:
        left[int(str(about).removeprefix(f"{TOPIC}:"))][state] = count
    requests = {
        row[0]: row[1:]
        for row in session.execute(
            select(GroupMember.group_id, func.count(), func.count().filter(Request.due_at < now))
            .join(Request, Request.id == GroupMember.request_id)
            .where(GroupMember.group_id.in_(ids), Request.closed_at.is_(None))
            .group_by(GroupMember.group_id)
        )
    }
    found = {}
    for key, listed, answered in members:
        of = left[key]
        is_open, overdue = requests.get(key, (0, 0))
        found[key] = Progress(
            listed=listed,
            sent=listed - of.total() + of[_S.UNSURE],
            queued=of[_S.PENDING] + of[_S.SENDING],
            held=of[_S.HELD],
            failed=of[_S.FAILED],
            unsure=of[_S.UNSURE],
            cancelled=of[_S.CANCELLED],
            answered=answered,
            open=is_open,
            overdue=overdue,
        )
    return found


def _part(part: str, now: datetime) -> ColumnElement[bool]:
    match part:
        case "waiting":
            return Delivery.state.in_((_S.PENDING, _S.SENDING, _S.HELD))
        case "silent":
            return and_(_GONE_OUT, GroupMember.answered_at.is_(None))
        case "answered":
            return GroupMember.answered_at.is_not(None)
        case "open":
            return _IS_OPEN
        case "overdue":
            return and_(_IS_OPEN, Request.due_at < now)
        case "failed":
            return Delivery.state.in_((_S.FAILED, _S.CANCELLED))
    raise Refused("没有这个筛选。")
