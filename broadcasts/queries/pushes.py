"""Pushes for staff: one with its campaign, a list of them, who did what with it, and what its form was made over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from broadcasts.models.library import Brand, LibraryArticle
from broadcasts.models.pushes import IS_ITS_CAMPAIGN, PUSH, Plan, Push, PushBrand, PushKind, Shows
from broadcasts.queries.staff import mail_keys
from broadcasts.rules import staff, states
from broadcasts.rules.states import State
from broadcasts.texts.pushes import KINDS, NO_SUCH, PLANS, SHOWS
from campaigns import approving
from campaigns.kinds import CampaignContext
from campaigns.models import Campaign, CampaignHand, CampaignStep
from console import mailing
from console.models import User
from console.rules.visitors import Role
from foundation import paging
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from foundation.quiet import QuietHours
from people.picker import short
from wechat_bot.criterion import Criterion
from wechat_bot.mass import planning
from wechat_bot.mass.planning import PutOff

EVERYBODY = "全部店铺"
NOBODY = "还没有选"
Criteria = Mapping[str, Criterion]
#: Pushes that are named beside an article.
NAMED = 3


@dataclass(frozen=True, slots=True)
class PushLine:
    """Push in a list."""

    id: int
    campaign_id: int
    title: str
    kind: PushKind
    shows: Shows
    state: State
    due_at: datetime
    created_by: str
    error: str | None
    is_to_staff: bool = False

    @property
    def word(self) -> str:
        return states.WORDS[self.state]


@dataclass(frozen=True, slots=True)
class PushDetail:
    """Push with all that its page shows of it."""

    line: PushLine
    token: str
    plan: Plan
    article_id: int | None
    article_version: int | None
    #: The newest published version of its article.
    newest: int
    picture: str | None
    words: str
    buttons: Sequence[tuple[str, str]]
    brands: Sequence[tuple[int, str]]
    audience: Mapping[str, Any] | None
    not_after: datetime | None
    paused_because: str | None
    has_begun: bool
    #: The digest of what was submitted.
    submitted: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """Step in the history of a push."""

    at: datetime
    by: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class InFlight:
    """What of a push is in the call just now, and can no longer be stopped."""

    parts: int
    people: int
    #: E-mails of a push to staff.
    mails: int


def campaign_of(session: Session, push_id: int) -> Campaign | None:
    """The campaign of a push, not locked; None where there is none."""
    return session.scalar(select(Campaign).where(Campaign.kind == PUSH, Campaign.reference == push_id))


def detail(session: Session, push_id: int) -> PushDetail | None:
    """A push; None where there is none."""
    row = session.execute(_joined().where(Push.id == push_id)).first()
    if row is None:
        return None
    push, campaign = row
    newest = session.scalar(select(LibraryArticle.version).where(LibraryArticle.id == push.article_id)) or 0
    return PushDetail(
        _line(push, campaign),
        push.token,
        Plan(push.plan),
        push.article_id,
        push.article_version,
        newest,
        push.picture,
        push.words,
        [(words, link) for words, link in push.buttons],
        _brands(session, push.id),
        campaign.audience,
        campaign.not_after,
        campaign.paused_because,
        campaign.frozen_at is not None,
        campaign.approved or "",
    )


def steps(session: Session, campaign_id: int) -> list[StepLine]:
    """The history of a push, the first step in front."""
    rows = session.scalars(
        select(CampaignStep).where(CampaignStep.campaign_id == campaign_id).order_by(CampaignStep.id)
    ).all()
    before: str | None = None
    found = []
    for step in rows:
        found.append(StepLine(step.at, step.by or "系统", states.said(before, step.state), step.why))
        before = step.state
    return found


def page(
    session: Session,
    *,
    search: str = "",
    state: Sequence[State] = (),
    kind: str = "",
    column_id: int | None = None,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[PushLine]:
    """A page of pushes, the newest first."""
    statement = _joined()
    if search:
        statement = statement.where(Push.title.contains(search, autoescape=True))
    if state:
        statement = statement.where(Campaign.state.in_(state))
    if kind:
        statement = statement.where(Push.kind == kind)
    if column_id is not None:
        articles = select(LibraryArticle.id).where(LibraryArticle.column_id == column_id)
        statement = statement.where(Push.article_id.in_(articles))
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=_line)


def same_day(session: Session, push_id: int, at: datetime, zone: ZoneInfo) -> list[PushLine]:
    """Other pushes to shops that take the day of a moment, the first in front."""
    begins = datetime.combine(at.astimezone(zone).date(), time(), zone)
    due = (
        Campaign.due_at >= begins.astimezone(UTC),
        Campaign.due_at < (begins + timedelta(days=1)).astimezone(UTC),
        Campaign.state.in_(states.TAKES_ITS_DAY),
    )
    others = _joined().where(*due, Push.id != push_id, Push.is_to_staff.is_(False))
    return [_line(*row) for row in session.execute(others.order_by(Campaign.due_at, Push.id))]


def awaiting(session: Session, user_id: int, *, limit: int) -> list[PushLine]:
    """Pushes that wait for this user's approval: those they had no hand in, the next to go out in front."""
    mine = select(CampaignHand.campaign_id).where(CampaignHand.user_id == user_id)
    statement = _joined().where(Campaign.state == State.SUBMITTED, Campaign.id.not_in(mine))
    return [_line(*row) for row in session.execute(statement.order_by(Campaign.due_at, Push.id).limit(limit))]


def held_up(session: Session, since: datetime, *, limit: int) -> list[tuple[PushLine, str]]:
    """Pushes due since a moment that became drafts again or paused by themselves, with why. Those of series are told
    with their series."""
    is_back = and_(Campaign.state == State.DRAFT, Campaign.error.is_not(None), Push.series_id.is_(None))
    is_paused = and_(Campaign.state == State.PAUSED, Campaign.paused_because.is_not(None))
    statement = _joined().add_columns(func.coalesce(Campaign.paused_because, Campaign.error))
    statement = statement.where(or_(is_back, is_paused), Campaign.due_at >= since)
    rows = session.execute(statement.order_by(Campaign.due_at, Push.id).limit(limit))
    return [(_line(*row[:-1]), row[-1]) for row in rows]


def title(session: Session, push_id: int) -> str:
    """What a push is called; empty where there is none."""
    return session.scalar(select(Push.title).where(Push.id == push_id)) or ""


def drafts_of(session: Session, article_id: int) -> list[PushLine]:
    """The drafts of pushes that show an article, the newest first."""
    statement = _joined().where(Push.article_id == article_id, Campaign.state == State.DRAFT)
    return [_line(*row) for row in session.execute(statement.order_by(Push.id.desc()).limit(NAMED))]


def is_to_staff(session: Session, push_id: int) -> bool:
    """Whether a push goes to staff, and not to shops."""
    return bool(session.scalar(select(Push.is_to_staff).where(Push.id == push_id)))


def may_approve(session: Session, push_id: int, user_id: int | None) -> bool:
    """Whether a user had no hand in a push."""
    campaign = campaign_of(session, push_id)
    return campaign is not None and approving.may_approve(session, campaign.id, user_id)


def approvers(session: Session, push_id: int, roles: Sequence[Role], *, besides: int | None = None) -> list[str]:
    """The names of those who can approve a push, without the user who is about to have a hand in it."""
    its = and_(Campaign.kind == PUSH, Campaign.reference == push_id)
    hands = select(CampaignHand.user_id).join(Campaign, Campaign.id == CampaignHand.campaign_id).where(its)
    wanted = (User.role.in_(roles), User.disabled_at.is_(None), User.id.not_in(hands), User.id != (besides or 0))
    return list(session.scalars(select(User.name).where(*wanted).order_by(User.id)))


def in_flight(session: Session, push_id: int) -> InFlight:
    """Parts of a push that are in the call just now, and how many people they go to; its e-mails in the call."""
    jobs = planning.in_call(session, f"{PUSH}:{push_id}")
    return InFlight(len(jobs), sum(job.size for job in jobs), mailing.in_call(session, mail_keys(push_id)))


def put_off(session: Session, line: PushLine, quiet: QuietHours | None, *, now: datetime) -> PutOff | None:
    """Parts of a push that is being sent that wait for tomorrow's calls or for the morning; None where none do."""
    found = planning.put_off(session, f"{PUSH}:{line.id}", now=now) if line.state is State.SENDING else None
    if found is None:
        return None
    # The calls of a new day come at midnight, in the middle of the quiet hours.
    return replace(found, until=quiet.over_at(found.until) or found.until if quiet else found.until)


def kept(session: Session, push: Push, campaign: Campaign, context: CampaignContext) -> dict[str, str]:
    """What is kept of a push, in words: what its form is made over, and what a change of it is called."""
    brands = "、".join(name for _, name in _brands(session, push.id))
    return {
        "标题": push.title,
        "性质": KINDS[push.kind],
        "内容": _content(push),
        "按钮": "；".join(f"{words}（{link}）" for words, link in push.buttons),
        "品牌": brands,
        "对象": whom(session, campaign.audience, context.criteria),
        "时间": _moment(campaign.due_at, context.zone),
        "最晚": _moment(campaign.not_after, context.zone),
        "怎么发": PLANS[push.plan],
    }


def whom(session: Session, audience: Mapping[str, Any] | None, criteria: Criteria) -> str:
    """The audience of a push in words."""
    if staff.is_staff(audience):
        return staff.words(audience or {})
    return NOBODY if audience == {} else short.words(session, audience, criteria, everybody=EVERYBODY)


def kept_of(session: Session, push_id: int, context: CampaignContext) -> dict[str, str]:
    """What is kept of a push. Raises `Refused` where there is none."""
    row = session.execute(_joined().where(Push.id == push_id)).first()
    if row is None:
        raise Refused(NO_SUCH)
    push, campaign = row
    return kept(session, push, campaign, context)


_NEWEST: Order[PushLine] = Order((Push.id,), lambda line: (line.id,), is_down=True)


def _joined() -> Select[Push, Campaign]:
    return select(Push, Campaign).join(Campaign, IS_ITS_CAMPAIGN)


def _line(push: Push, campaign: Campaign) -> PushLine:
    return PushLine(
        push.id,
        campaign.id,
        push.title,
        PushKind(push.kind),
        Shows(push.shows),
        State(campaign.state),
        campaign.due_at,
        push.created_by,
        campaign.error,
        push.is_to_staff,
    )


def _brands(session: Session, push_id: int) -> list[tuple[int, str]]:
    rows = session.execute(
        select(Brand.id, Brand.name)
        .join(PushBrand, PushBrand.brand_id == Brand.id)
        .where(PushBrand.push_id == push_id)
        .order_by(Brand.id)
    )
    return [(row.id, row.name) for row in rows]


def _content(push: Push) -> str:
    if push.shows == Shows.ARTICLE:
        return f"文章 {push.article_id} 第 {push.article_version} 版" if push.article_id else ""
    picture = f"图片 {push.picture[:8]}" if push.picture else ""
    return "；".join(each for each in (SHOWS[push.shows], picture, push.words) if each)


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
