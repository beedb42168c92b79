"""The shops a group or a plan means, as a condition on retailers, narrowed to what somebody may see."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import audiences
from people import visibility as people_scope
from people.models import IS_THERE, Area, Retailer, ShopClass
from visits.queries import audience, visibility
from visits.queries.visibility import Colleague
from visits.rules.whom import Kind, Whom
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]
Condition = ColumnElement[bool]


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
            return audiences.condition(session, {audience.DUE: {"plan": whom.id}}, criteria, now=now)
