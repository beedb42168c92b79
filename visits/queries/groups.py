"""Visit groups: the preview of one, the progress of those sent, and the shops behind each figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from campaigns import preview as reach
from campaigns import progress
from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from campaigns.preview import Preview
from campaigns.rules import ACTED, DUE, FAILED, CampaignFigures
from campaigns.texts import OUTCOMES, REASONS
from console.models import User
from foundation.paging import FIRST, Cursor, Order, Page, begun, cut, page
from foundation.quiet import QuietHours, put_off_until
from people import rules as people_rules
from people.audiences import Spec
from people.criteria import LICENCE
from people.models import Area, Manager, Retailer
from people.picker import short
from visits.actions.groups import KIND
from visits.models.groups import GroupAnswer, VisitGroup
from visits.models.requests import FIRST_NUMBER, Request
from visits.queries import audience, visibility
from visits.queries.audience import Criteria
from visits.queries.visibility import Colleague
from visits.texts import answering as answering_texts
from visits.texts.times import when
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.models import Delivery
from wechat_bot.outbox import states

PAGE = 20
MEMBERS = 50
_GONE_OUT = Delivery.state.in_(states.ARRIVED)
_IS_OPEN = and_(Request.id.is_not(None), Request.closed_at.is_(None))
_ANSWERED, _OPEN, _OVERDUE = "answered", "open", "overdue"
#: Parts that the members of a group can be narrowed to.
PARTS = {
    progress.WAITING: "还没发出",
    progress.SILENT: "发出了，没回",
    _ANSWERED: "已回",
    _OPEN: "回了，还没办结",
    _OVERDUE: "超时没答复",
    progress.FAILED: "没发到",
    progress.LEFT_OUT: "收不到",
}


_NONE = CampaignFigures({})


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """Progress of a group: its figures as a campaign, and the requests its answers opened."""

    figures: CampaignFigures = _NONE
    open: int = 0
    overdue: int = 0

    @property
    def listed(self) -> int:
        return self.figures.listed

    @property
    def sent(self) -> int:
        return self.figures.sent + self.unsure

    @property
    def queued(self) -> int:
        """How many messages are on their way, or wait for the end of quiet hours."""
        return self.figures.of(Outcome.LISTED, Outcome.QUEUED)

    @property
    def waiting(self) -> int:
        return self.figures.waiting

    @property
    def failed(self) -> int:
        return self.figures.of(*FAILED, Outcome.STOPPED, Outcome.SPARED)

    @property
    def unsure(self) -> int:
        return self.figures.of(Outcome.UNSURE)

    @property
    def answered(self) -> int:
        return self.figures.acted

    @property
    def left_out(self) -> dict[str, int]:
        """How many cannot get it, by the reason in words."""
        return {REASONS[name]: count for name, count in self.figures.left_out.items()}


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Group in a list."""

    id: int
    title: str
    content: str
    media_key: str | None
    audience: dict[str, Any] | None
    sender: str
    manager_id: int | None
    user_id: int | None
    campaign_id: int
    sent_at: datetime
    answers_until: datetime | None
    cancelled_at: datetime | None
    #: Whether recipients may still have to be listed or handed to the outbox.
    is_running: bool = False
    progress: GroupProgress = GroupProgress()

    def is_of(self, who: Colleague) -> bool:
        """Whether this colleague may steer it."""
        if who.sees.is_company_wide:
            return True
        return self.manager_id == who.manager_id if who.manager_id is not None else self.user_id == who.user_id


@dataclass(frozen=True, slots=True)
class Member:
    """Shop of a group."""

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


_NEWEST: Order[GroupLine] = Order((VisitGroup.id,), lambda line: (line.id,), is_down=True)
_BY_SHOP: Order[Member] = Order((Recipient.retailer_id,), lambda line: (line.retailer_id,))


def preview(
    session: Session, who: Colleague, meant: Spec, criteria: Criteria, *, has_template: bool, now: datetime
) -> Preview:
    """Count whom a group would reach now. Raises `Refused` where no audience is given."""
    condition = audience.theirs(session, who, meant, criteria, now=now)
    return reach.preview(session, [condition], has_template=has_template, now=now)


def strangers(session: Session, who: Colleague, meant: Spec, criteria: Criteria, *, now: datetime) -> list[str]:
    """Return those of the licences entered by hand that belong to no shop, or to none this colleague sees."""
    written = (meant or {}).get(LICENCE)
    if not written:
        return []
    theirs = audience.theirs(session, who, {LICENCE: written}, criteria, now=now)
    known = set(session.scalars(select(Retailer.licence).where(theirs)))
    listed = written if isinstance(written, list) else [written]
    return [each for each in listed if people_rules.licence(str(each)) not in known]


def listing(
    session: Session, who: Colleague, *, now: datetime, cursor: Cursor = FIRST, limit: int = PAGE
) -> Page[GroupLine]:
    """Return a page of the groups somebody may see with their progress, the newest first."""
    mine = visibility.groups_within(session, who)
    statement = _select() if mine is None else _select().where(mine)
    found = page(session, statement, _NEWEST, cursor, limit=limit, read=GroupLine)
    return replace(found, lines=tuple(_with_progress(session, found.lines, now=now)))


def one(session: Session, who: Colleague, group_id: int, *, now: datetime) -> GroupLine | None:
    """Return a group with its progress; None where there is none, or this colleague may not see it."""
    mine = visibility.groups_within(session, who)
    row = session.execute(_select().where(VisitGroup.id == group_id, *([] if mine is None else [mine]))).first()
    return _with_progress(session, [GroupLine(*row)], now=now)[0] if row is not None else None


def members(
    session: Session,
    who: Colleague,
    group: GroupLine,
    *,
    part: str = "",
    now: datetime,
    quiet: QuietHours | None,
    cursor: Cursor = FIRST,
    limit: int = MEMBERS,
) -> Page[Member]:
    """Return a keyset page of a group's shops that this colleague may see, narrowed to one of `PARTS`."""
    mine = visibility.shops_of(session, who)
    campaign = session.get_one(Campaign, group.campaign_id)
    columns: tuple[Any, ...] = (
        Recipient.retailer_id,
        Retailer.licence,
        Retailer.shop,
        Area.name,
        Recipient.why,
        progress.outcome(campaign).label("outcome"),
        Delivery.state,
        Delivery.channel,
        Delivery.attempts,
        Delivery.error_code,
        Delivery.due_at.label("delivery_due_at"),
        Delivery.heeds_quiet,
        Recipient.acted_at,
        GroupAnswer.request_id,
        Request.closed_at,
        Request.due_at,
    )
    narrowed = ACTED if part in (_ANSWERED, _OPEN, _OVERDUE) else part if part in PARTS else progress.MEANT
    theirs = and_(GroupAnswer.group_id == group.id, GroupAnswer.retailer_id == Recipient.retailer_id)
    statement = (
        progress.recipients(campaign, *columns, part=narrowed)
        .outerjoin(GroupAnswer, theirs)
        .outerjoin(Request, Request.id == GroupAnswer.request_id)
        .where(*([] if mine is None else [mine]), *_part(part, now))
    )
    rows: Sequence[Any] = session.execute(begun(statement, _BY_SHOP, cursor).limit(limit + 1)).all()
    found = []
    for row in rows:
        answer = (row.acted_at, row.request_id, row.closed_at, row.due_at)
        found.append(Member(row.retailer_id, row.licence, row.shop, row.name, _said(row, quiet, who), *answer))
    return cut(found, _BY_SHOP, cursor, limit=limit)


def _said(row: Any, quiet: QuietHours | None, who: Colleague) -> str:
    """Return the outcome of a member's message in words; for one that waits for more than its turn, until when."""
    if row.state is None:
        return REASONS[row.why] if row.why else OUTCOMES[Outcome(row.outcome)]
    until = put_off_until(row.delivery_due_at, heeds_quiet=row.heeds_quiet, quiet=quiet, now=who.now)
    said = when(until, now=who.now, zone=who.zone) if until else ""
    return answering_texts.state(
        row.state, row.channel, row.attempts, EXPLAINED.get(row.error_code or 0, ""), until=said
    )


def of_shop(session: Session, openid: str, group_id: int) -> GroupLine | None:
    """Return a group as a member sees it; None for everybody else, and while nothing was sent to them."""
    row = session.execute(
        _select()
        .join(Recipient, Recipient.campaign_id == Campaign.id)
        .join(Delivery, Delivery.id == Recipient.delivery_id)
        .where(VisitGroup.id == group_id, Recipient.openid == openid, _GONE_OUT)
    ).first()
    return GroupLine(*row) if row else None


def words(session: Session, meant: Spec, criteria: Criteria, *, is_part: bool = False) -> str:
    """Return a group's audience in words; `is_part` where its writer sees only a part of the shops."""
    return short.words(session, meant, criteria, everybody="负责的全部店" if is_part else "全部店")


def _select() -> Select[Any]:
    cancelled = case((Campaign.state == CampaignState.CANCELLED, Campaign.ended_at))
    return (
        select(
            VisitGroup.id,
            VisitGroup.title,
            Campaign.said,
            VisitGroup.media_key,
            Campaign.audience,
            func.coalesce(Manager.name, User.name, ""),
            VisitGroup.manager_id,
            VisitGroup.user_id,
            Campaign.id,
            Campaign.created_at,
            Campaign.not_after,
            cancelled,
            Campaign.state.in_(DUE),
        )
        .join(Campaign, and_(Campaign.kind == KIND.name, Campaign.reference == VisitGroup.id))
        .outerjoin(Manager, Manager.id == VisitGroup.manager_id)
        .outerjoin(User, User.id == VisitGroup.user_id)
    )


def _with_progress(session: Session, lines: Sequence[GroupLine], *, now: datetime) -> list[GroupLine]:
    ids = [line.campaign_id for line in lines]
    figures = progress.figures(session, session.scalars(select(Campaign).where(Campaign.id.in_(ids))).all())
    requests = {
        row[0]: row[1:]
        for row in session.execute(
            select(GroupAnswer.group_id, func.count(), func.count().filter(Request.due_at < now))
            .join(Request, Request.id == GroupAnswer.request_id)
            .where(GroupAnswer.group_id.in_([line.id for line in lines]), Request.closed_at.is_(None))
            .group_by(GroupAnswer.group_id)
        )
    }
    return [
        replace(line, progress=GroupProgress(figures[line.campaign_id], *requests.get(line.id, (0, 0))))
        for line in lines
    ]


def _part(part: str, now: datetime) -> Sequence[ColumnElement[bool]]:
    return {_OPEN: (_IS_OPEN,), _OVERDUE: (_IS_OPEN, Request.due_at < now)}.get(part, ())
