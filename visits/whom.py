"""The shops a group or a plan means, as a condition on retailers, narrowed to what somebody may see."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import audiences
from people import visibility as people_scope
from people.models import IS_THERE, Area, Retailer, ShopClass
from visits.models import Visited, VisitPlan
from visits.queries import visibility
from visits.queries.visibility import Colleague
from visits.rules.whom import Kind, Whom, from_json
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]
Condition = ColumnElement[bool]
#: What was noted before midnight may be taken back for so long.
TAKEN_BACK_WITHIN = timedelta(hours=1)
GONE_PLAN = "没有这个计划，或它已结束。"


def theirs(session: Session, who: Colleague, whom: Whom, criteria: Criteria, *, now: datetime) -> Condition:
    """The meant shops that this colleague may see. Raises `Refused` where the named thing is not there."""
    meant = condition(session, whom, criteria, now=now, today=who.today)
    mine = visibility.shops_of(session, who)
    return meant if mine is None else and_(meant, mine)


def condition(session: Session, whom: Whom, criteria: Criteria, *, now: datetime, today: date) -> Condition:
    """The meant shops, whoever asks; those that were erased are none."""
    return and_(_condition(session, whom, criteria, now=now, today=today), IS_THERE)


def _condition(session: Session, whom: Whom, criteria: Criteria, *, now: datetime, today: date) -> Condition:
    match whom.kind:
        case Kind.ALL:
            return true()
        case Kind.CLASS:
            if session.get(ShopClass, whom.id) is None:
                raise Refused("没有这个客户类型。")
            return Retailer.class_id == whom.id
        case Kind.AREA:
            if session.get(Area, whom.id) is None:
                raise Refused("没有这个片区。")
            return Retailer.area_id.in_(sorted(people_scope.with_sub_areas(session, [whom.id])))
        case Kind.AUDIENCE:
            meant = audiences.select_ids(session, {"audience": whom.name}, criteria, now=now)
            return Retailer.id.in_(meant.correlate(None))
        case Kind.LICENCES:
            return Retailer.licence.in_(whom.licences)
        case Kind.PLAN:
            plan = session.get(VisitPlan, whom.id)
            if plan is None or plan.ended_at is not None:
                raise Refused(GONE_PLAN)
            return and_(of_plan(session, plan, criteria, now=now, today=today), is_due(plan, today))


def of_plan(session: Session, plan: VisitPlan, criteria: Criteria, *, now: datetime, today: date) -> Condition:
    """Every shop a plan is for, due or not."""
    whom = from_json(plan.audience)
    if whom.kind is Kind.PLAN:  # one plan is never made of another
        raise Refused(GONE_PLAN)
    return condition(session, whom, criteria, now=now, today=today)


def is_due(plan: VisitPlan, on: date) -> Condition:
    """Whether a shop is to be visited by this day: `every_days` after its last visit, or after the plan began.

    No reckoning with dates in SQL, so that the index over a shop's visits answers it.
    """
    limit = on - timedelta(days=plan.every_days)
    visited_since = exists().where(Visited.retailer_id == Retailer.id, Visited.made_on > limit)
    if plan.begins_on <= limit:
        return ~visited_since
    return and_(exists().where(Visited.retailer_id == Retailer.id), ~visited_since)


def may_be_undone(who: Colleague) -> Condition:
    """Whether a visit was noted lately enough to be taken back: today, or just before midnight."""
    return or_(Visited.made_on == who.today, Visited.noted_at > who.now - TAKEN_BACK_WITHIN)
