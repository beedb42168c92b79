"""Forecast of a campaign: whom it would reach at its moment, and whom the month's four messages would leave out.

Campaigns that are to go before it count as if they had gone, those that wait for their approval too: whom they are for
will have had one more of the month's four, and a day of the week's cap. Nothing is written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, String, and_, case, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from campaigns import caps, dividing, listing, ways
from campaigns.caps import SAME_DAY, Whose
from campaigns.kinds import CampaignContext, CampaignKind, Condition, LeftOutReason, SendingWay
from campaigns.models import Campaign, CampaignState, Outcome
from foundation.clock import day_in
from people.models import IS_THERE, Area, Retailer
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassUse
from wechat_bot.mass.states import QUOTA
from wechat_bot.models import Follower

#: Campaigns before it that are counted, the nearest to it.
COUNTED = 100
#: In which a campaign that has not begun is to go, if nobody stops it.
TO_GO = (CampaignState.SUBMITTED, CampaignState.PLANNED, CampaignState.PAUSED)
#: Shops that are named.
NAMED = 50
_EVERYBODY: Whose = lambda shop: true()  # noqa: E731


@dataclass(frozen=True, slots=True)
class NamedShop:
    """Shop that is named in a forecast."""

    id: int
    licence: str
    shop: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast: how many would be meant, why others would not, and the calls that takes."""

    meant: int
    #: How many of those meant go with a mass message; the others get messages of their own.
    by_mass: int
    reasons: Mapping[str, int]
    calls: int
    #: Whom the month's four would leave out: the first of them, by id (`over_quota` for all).
    named: Sequence[NamedShop]

    @property
    def over_quota(self) -> int:
        """How many the month's four would leave out."""
        return self.reasons.get(QUOTA, 0)


@dataclass(frozen=True, slots=True)
class Swapped:
    """Result of swapping two campaigns: who would get the other one of the two, and some of them."""

    count: int
    named: Sequence[NamedShop]


def forecast(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> Forecast:
    """Return whom a campaign would reach at its moment, as far as is known now. Raises Refused where its audience
    cannot be read."""
    judged = _judged(session, campaign, kind, context).cte("judged").prefix_with("MATERIALIZED")
    word = func.coalesce(judged.c.why, judged.c.way)
    is_out = judged.c.why.is_not(None)
    counted = select(judged.c.area_id, word, is_out, func.count()).group_by(judged.c.area_id, word, is_out)
    # In the same pass: the first ones over the quota.
    full = select(judged.c.id).where(judged.c.why.is_(None), judged.c.way == QUOTA)
    first = full.order_by(judged.c.id).limit(NAMED).subquery()
    nothing = (literal(None, String), literal(None, Boolean), literal(0))
    reasons: Counter[str] = Counter()
    batched: Counter[int] = Counter()
    ids: list[int] = []
    single = 0
    for number, said, is_left_out, count in session.execute(union_all(counted, select(first.c.id, *nothing))):
        if said is None:
            ids.append(number)
        elif is_left_out or said in ways.CLOSED:
            reasons[said] += count
        elif said == Outcome.BATCHED:
            batched[number] += count
        else:
            single += count
    is_by_tag = SendingWay.TAG in kind.ways(session, campaign)
    if batched.total() == 1 and not is_by_tag:
        reasons["alone"] += batched.total()
        batched.clear()
    # Of a later day all calls are left, as far as is known.
    now = max(campaign.due_at, context.now)
    parts = dividing.parts(batched, quota.calls_left(session, "mass", now=now))
    calls = min(batched.total(), 1) if is_by_tag else len(parts)
    named = _named(session, ids)
    return Forecast(single + batched.total(), batched.total(), dict(sorted((+reasons).items())), calls, named)


def over_quota(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> Select[int]:
    """Build the select of the ids of the shops that the month's four would leave out, by id."""
    why, way, meant = _expressions(session, campaign, kind, context)
    shops = _of_shops(select(Retailer.id), _goes_at(campaign, context))
    found: Select[int] = shops.where(*meant, why.is_(None), way == QUOTA)
    return found.order_by(Retailer.id)


def left_out(
    session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext, *columns: Any
) -> Select[Any]:
    """Build the select of these columns of `Retailer` and its `Area`, and the reason behind them, over the shops that a
    campaign would leave out. The caller orders it and cuts it into pages."""
    why, way, meant = _expressions(session, campaign, kind, context)
    word = func.coalesce(why, case((way.in_(ways.CLOSED), way)))
    shops = _of_shops(select(*columns, word.label("why")), _goes_at(campaign, context))
    found: Select[Any] = shops.join(Area, Area.id == Retailer.area_id).where(*meant, word.is_not(None))
    return found


def before(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Campaign]:
    """Return the campaigns of the same kind that are to go before this one in the same month, the next to go first."""
    return _to_go(session, campaign, _month_begins(_goes_at(campaign, context)))


def swapped(
    session: Session, earlier: Campaign, later: Campaign, kind: CampaignKind, context: CampaignContext
) -> Swapped:
    """Return who would get the later one of two campaigns, and no more the earlier one, if the later went first: those
    of both who have but one of the month left."""
    others = [each for each in before(session, later, context) if each.id != earlier.id]
    theirs = [_audience(session, each, kind, context) for each in (earlier, later)]
    has_last = _had(session, others, kind, context) == quota.A_MONTH - 1
    shops = _of_shops(select(Retailer.id), _goes_at(later, context))
    found = shops.where(*theirs, Retailer.openid.is_not(None), has_last).order_by(Retailer.id)
    count = session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    return Swapped(count, _named(session, session.scalars(found.limit(NAMED)).all()) if count else ())


def left_of_month(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> Sequence[int]:
    """Return how many shops of the audience, of those that follow, have none, one, … four of the month's four left when
    a campaign goes."""
    earlier = before(session, campaign, context)
    had = _had(session, earlier, kind, context)
    follows = (Retailer.openid.is_not(None), Follower.openid.is_not(None), Follower.unfollowed_at.is_(None))
    shops = _of_shops(select(had.label("had")), _goes_at(campaign, context))
    used = shops.where(*kind.meant(session, campaign, context), IS_THERE, *follows).subquery()
    found = [0] * (quota.A_MONTH + 1)
    for number, count in session.execute(select(used.c.had, func.count()).group_by(used.c.had)):
        found[max(quota.A_MONTH - number, 0)] += count
    return found


def shared(session: Session, campaign: Campaign, other: Campaign, kind: CampaignKind, context: CampaignContext) -> int:
    """Return how many bound shops are in the audiences of both campaigns."""
    both = [_audience(session, each, kind, context) for each in (campaign, other)]
    found = select(func.count()).select_from(Retailer).where(IS_THERE, Retailer.openid.is_not(None), *both)
    return session.scalar(found) or 0


def overlapping(
    session: Session, pairs: Sequence[tuple[Campaign, Campaign]], kind: CampaignKind, context: CampaignContext
) -> list[bool]:
    """Return of each of these pairs of campaigns whether a shop is in the audience of both. Raises Refused where an
    audience cannot be read."""
    both = [[_audience(session, each, kind, context) for each in pair] for pair in pairs]
    shared = [select(Retailer.id).where(IS_THERE, *each).exists() for each in both]
    return [bool(found) for found in session.execute(select(*shared)).one()] if shared else []


def _to_go(session: Session, campaign: Campaign, since: datetime) -> Sequence[Campaign]:
    is_before = Campaign.due_at < campaign.due_at
    if campaign.id is not None:
        is_before = or_(is_before, and_(Campaign.due_at == campaign.due_at, Campaign.id < campaign.id))
    found = select(Campaign).where(
        Campaign.kind == campaign.kind,
        Campaign.state.in_(TO_GO),
        Campaign.frozen_at.is_(None),
        is_before,
        Campaign.due_at >= since,
    )
    nearest = session.scalars(found.order_by(Campaign.due_at.desc(), Campaign.id.desc()).limit(COUNTED)).all()
    return nearest[::-1]


def _judged(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> Select[Any]:
    why, way, meant = _expressions(session, campaign, kind, context)
    what = select(Retailer.id, Retailer.area_id, why.label("why"), way.label("way"))
    judged: Select[Any] = _of_shops(what, _goes_at(campaign, context)).where(*meant)
    return judged


def _expressions(
    session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext
) -> tuple[ColumnElement[str | None], ColumnElement[str], Sequence[Condition]]:
    """Return why a shop would be left out and the way it would go, as SQL expressions, and the audience."""
    at = replace(context, put_off_until=_goes_at(campaign, context))
    today, month_begins = _day(campaign, context), _month_begins(at.goes_at)
    week_begins = at.goes_at - timedelta(days=caps.DAYS)
    planned = _to_go(session, campaign, min(month_begins, week_begins))
    same_day = [each for each in planned if _day(each, context) == today] if kind.is_once_a_day else []
    by_day: dict[date, list[ColumnElement[bool]]] = {}
    for each in planned:
        if timedelta() < today - _day(each, context) < timedelta(days=caps.DAYS):
            by_day.setdefault(_day(each, context), []).append(_audience(session, each, kind, context))
    own = kind.reasons
    if same_day:
        that_day = or_(*(_audience(session, each, kind, context) for each in same_day))
        theirs = LeftOutReason(SAME_DAY, that_day)
        kind = replace(kind, reasons=lambda session, campaign: (*own(session, campaign), theirs))
    days = [or_(*each) for each in by_day.values()]
    why = listing.reasons(session, campaign, kind, at, _EVERYBODY, days)
    earlier = [each for each in planned if each not in same_day and each.due_at >= month_begins]
    is_full = _had(session, earlier, kind, context) >= quota.A_MONTH
    way = ways.chosen(session, campaign, kind, at, is_full)
    return why, way, (*kind.meant(session, campaign, context), IS_THERE)


def _had(
    session: Session, planned: Sequence[Campaign], kind: CampaignKind, context: CampaignContext
) -> ColumnElement[int]:
    """Return how many of its month a shop will have had when these campaigns went, as an SQL expression."""
    had: ColumnElement[int] = func.coalesce(MassUse.used, 0)
    for each in planned:
        had = had + case((_audience(session, each, kind, context), 1), else_=0)
    return had


def _audience(
    session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext
) -> ColumnElement[bool]:
    return and_(true(), *kind.meant(session, campaign, context))


def _of_shops(found: Any, goes_at: datetime) -> Any:
    """The shops with their followers, and with what they had in the month: joined, for a million are read."""
    of_month = and_(MassUse.openid == Retailer.openid, MassUse.month == quota.month_of(goes_at))
    followed = found.select_from(Retailer).outerjoin(Follower, Follower.openid == Retailer.openid)
    return followed.outerjoin(MassUse, of_month)


def _named(session: Session, ids: Sequence[int]) -> Sequence[NamedShop]:
    rows = select(Retailer.id, Retailer.licence, Retailer.shop).where(Retailer.id.in_(ids)).order_by(Retailer.id)
    return [NamedShop(*row) for row in session.execute(rows)]


def _goes_at(campaign: Campaign, context: CampaignContext) -> datetime:
    return max(campaign.due_at, context.goes_at)


def _day(campaign: Campaign, context: CampaignContext) -> date:
    return day_in(_goes_at(campaign, context), context.zone)


def _month_begins(moment: datetime) -> datetime:
    """The beginning of WeChat's month, in UTC."""
    here = moment.astimezone(quota.WECHATS)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
