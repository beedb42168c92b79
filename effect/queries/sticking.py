"""Stickiness: who stops following, after what, by area and class, and how long those stay who were bound."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from campaigns import progress
from campaigns.models import Campaign, Recipient
from effect.models.months import FactBy, MonthFact
from effect.queries.scope import Scope
from effect.rules import months
from effect.rules.cohorts import Cohort, cohorts
from foundation.clock import Period
from people.models import Area, Binding, FollowerMove, MoveKind, Retailer, ShopClass
from wechat_bot.measure import Fact

GONE = "gone"


@dataclass(frozen=True, slots=True)
class GoneGroup:
    """Area or class, and how many of its followers stopped in a month."""

    id: int
    name: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class LeftAfter:
    """Campaign after which followers stopped, within two days: the link it is about, how many, of how many it was sent
    to."""

    about: str
    due_at: datetime
    gone: int
    sent: int


def by_group(
    session: Session, month: int, table: type[Area | ShopClass], seen: Collection[int] | None
) -> list[GoneGroup]:
    """Return who stopped in a month by area or class, as far as the visitor sees it, the most first."""
    by = FactBy.AREA if table is Area else FactBy.CLASS
    rows = session.execute(
        select(table.id, table.name, MonthFact.n, MonthFact.of)
        .join(MonthFact, MonthFact.member_id == table.id)
        .where(
            MonthFact.by == by,
            MonthFact.month == month,
            MonthFact.measure == GONE,
            or_(MonthFact.n > 0, MonthFact.of > 0),
        )
        .where(*([] if seen is None else [table.id.in_(sorted(seen))]))
        .order_by(MonthFact.n.desc(), table.name)
    )
    return [GoneGroup(row.id, row.name, Fact(row.n, row.of)) for row in rows]


def gone(session: Session, period: Period, scope: Scope) -> int:
    """Count who stopped in a period, each once, as the measure does."""
    at, earlier = FollowerMove.at, aliased(FollowerMove)
    is_again = exists().where(
        earlier.openid == FollowerMove.openid,
        earlier.kind == MoveKind.GONE,
        earlier.at >= period.begins_at,
        earlier.id < FollowerMove.id,
    )
    found = select(func.count()).select_from(FollowerMove).where(FollowerMove.kind == MoveKind.GONE, ~is_again)
    found = found.where(at >= period.begins_at, at < period.ends_at, *scope.among(FollowerMove))
    return session.scalar(found) or 0


def left_after(session: Session, period: Period, scope: Scope) -> list[LeftAfter]:
    """Return the campaigns after which most stopped in a period, within two days of them."""
    at = Recipient.gone_at
    counted = (
        select(Recipient.campaign_id, func.count().label("times"))
        .where(at.is_not(None), at >= period.begins_at, at < period.ends_at, *scope.among(Recipient))
        .group_by(Recipient.campaign_id)
        .subquery()
    )
    rows = session.execute(select(Campaign, counted.c.times).join(counted, counted.c.campaign_id == Campaign.id)).all()
    figures = progress.figures(session, [row.Campaign for row in rows], areas=scope.areas)
    found = [
        LeftAfter(row.Campaign.about, row.Campaign.due_at, row.times, figures[row.Campaign.id].sent) for row in rows
    ]
    return sorted(found, key=lambda each: (-each.gone, -each.due_at.timestamp()))


def retention(session: Session, span: Sequence[int], zone: ZoneInfo, scope: Scope) -> list[Cohort]:
    """Return the cohorts of those who were bound to a shop for the first time in some months, which follow each other;
    by the shops as they are now."""
    ends = [months.period(month, zone).ends_at for month in span]
    first = months.period(span[0], zone).begins_at
    before = aliased(Binding)
    is_first = ~exists().where(before.openid == Binding.openid, before.retailer_id.is_not(None), before.id < Binding.id)
    new = (
        select(Binding.openid, Binding.bound_at, _month(Binding.bound_at, span, ends).label("month"))
        .join(Retailer, Retailer.id == Binding.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(Binding.bound_at >= first, Binding.bound_at < ends[-1], is_first, *_shops(scope))
        .subquery()
    )
    rows = session.execute(select(new.c.month, func.count()).group_by(new.c.month))
    sizes: Mapping[int, int] = {row[0]: row[1] for row in rows}
    came = FollowerMove.kind == MoveKind.FOLLOWED
    # Who came back counts again, if they had been there.
    counts = or_(and_(came, FollowerMove.since >= new.c.bound_at), and_(~came, FollowerMove.at >= new.c.bound_at))
    moved = _month(FollowerMove.at, span, ends).label("moved")
    changes = session.execute(
        select(new.c.month, moved, func.sum(case((came, 1), else_=-1)))
        .join(FollowerMove, and_(FollowerMove.openid == new.c.openid, counts))
        .where(FollowerMove.at < ends[-1])
        .group_by(new.c.month, moved)
    )
    return cohorts(span, sizes, {(month, after): int(change) for month, after, change in changes})


def _month(moment: SQLColumnExpression[Any], span: Sequence[int], ends: Sequence[datetime]) -> ColumnElement[int]:
    """The month of a moment, as an SQL expression."""
    return case(*((moment < end, month) for month, end in zip(span, ends, strict=True)), else_=span[-1])


def _shops(scope: Scope) -> list[ColumnElement[bool]]:
    if scope.manager_id is not None:
        return [func.coalesce(Retailer.manager_id, Area.manager_id) == scope.manager_id]
    return scope.among(Retailer)
