"""Audience criteria of visits: shops of a visit plan that are due, and what shops said last of an answer; and the
audiences visits use themselves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import audiences
from people.audiences import Spec
from people.models import Retailer
from visits.models.answers import Rating
from visits.models.plans import Visited, VisitPlan
from visits.models.requests import Request
from visits.queries import visibility
from visits.queries.visibility import Colleague
from visits.texts.intake import SCORES
from wechat_bot.criterion import Choice, Criterion, Field, Input, KeptSpec

Criteria = Mapping[str, Criterion]
Condition = ColumnElement[bool]
DUE, LAST_RATING = "visit_due", "last_rating"
#: What a shop may have said of an answer.
RATED = {"content": 1, "so_so": 2, "discontent": 3}
GONE_PLAN = "没有这个计划，或它已结束。"


def theirs(session: Session, who: Colleague, spec: Spec, criteria: Criteria, *, now: datetime) -> Condition:
    """Return the condition on `Retailer` for the meant shops that this colleague may see; without a specification for
    all of them. Raises `Refused` for a broken one."""
    return and_(audiences.condition(session, spec, criteria, now=now), visibility.shops_of(session, who))


def is_due(plan: VisitPlan, on: date) -> Condition:
    """Return the condition that a shop is due by this day: `every_days` after its last visit, or after the plan began.

    Avoids date arithmetic in SQL, so that the index over a shop's visits can answer it.
    """
    limit = on - timedelta(days=plan.every_days)
    visited = exists().where(Visited.retailer_id == Retailer.id).correlate(Retailer)
    visited_since = visited.where(Visited.made_on > limit)
    if plan.begins_on <= limit:
        return ~visited_since
    return and_(visited, ~visited_since)


def due(session: Session, value: Any, now: datetime) -> Condition:
    """Return the shops of a plan that are due, `{plan: 3}`, within the plan's own audience (`among`)."""
    if not isinstance(value, Mapping) or set(value) != {"plan"}:
        raise Refused(f"对象条件 {DUE} 应写成 {{plan: 计划编号}}。")
    return is_due(_plan(session, value), now.date())


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """Return the audiences of running plans: the saved audiences they name must not be deleted."""
    rows = session.execute(select(VisitPlan.name, VisitPlan.audience).where(VisitPlan.ended_at.is_(None)))
    return [KeptSpec(f"拜访计划“{name}”", spec) for name, spec in rows]


def last_rated(session: Session, value: Any, now: datetime) -> Select[int]:
    """Return the shops whose last rating of an answer was this one: `discontent`. Raises `Refused` for another word."""
    if value not in RATED:
        raise Refused(f"对象条件 {LAST_RATING} 应写成 {'、'.join(RATED)} 之一。")
    place = func.row_number().over(partition_by=Request.retailer_id, order_by=Rating.rated_at.desc())
    rated = (
        select(Request.retailer_id, Rating.score, place.label("place"))
        .join(Rating, Rating.request_id == Request.id)
        .where(Rating.score.is_not(None), Request.retailer_id.is_not(None))
        .subquery()
    )
    return select(rated.c.retailer_id).where(rated.c.place == 1, rated.c.score == RATED[value])


def _plan(session: Session, value: Mapping[str, Any]) -> VisitPlan:
    plan_id = value["plan"]
    is_number = isinstance(plan_id, int) and not isinstance(plan_id, bool)
    plan = session.get(VisitPlan, plan_id) if is_number else None
    if plan is None or plan.ended_at is not None:
        raise Refused(GONE_PLAN)
    return plan


def _of_plan(session: Session, value: Any) -> Mapping[str, Any]:
    return _plan(session, value).audience


def _words(session: Session, value: Any) -> str:
    plan_id = value.get("plan") if isinstance(value, Mapping) else None
    known = select(VisitPlan.name).where(VisitPlan.id == plan_id)
    name = session.scalar(known) if isinstance(plan_id, int) else None
    return f"计划“{name}”里到期的店" if name else "计划里到期的店"


def _ratings(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return [Choice(name, SCORES[score]) for name, score in RATED.items()]


def _choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    rows = session.execute(
        select(VisitPlan.id, VisitPlan.name).where(VisitPlan.ended_at.is_(None)).order_by(VisitPlan.id)
    )
    return [Choice(row.id, row.name) for row in rows]


CRITERIA = (
    Criterion(
        DUE,
        "拜访计划里到期的店：{plan: 计划编号}",
        "拜访到期",
        (Field("计划", Input.ONE, _choices, "plan", is_number=True),),
        select=due,
        among=_of_plan,
        says=_words,
    ),
    Criterion(
        LAST_RATING,
        "最近一次评价：content、so_so、discontent 之一",
        "最近一次评价",
        (Field("评价", Input.ONE, _ratings),),
        select=last_rated,
    ),
)
