"""Unheard managers: notices that did not reach their managers, so that somebody sees them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people import visibility
from people.models import Manager
from visits.models.owners import Assignment
from visits.models.requests import Request
from wechat_bot.models import Delivery, DeliveryState, Follower

NOT_BOUND, NOT_FOLLOWING = "not_bound", "not_following"
_NOT_ARRIVED = (DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.UNSURE)


@dataclass(frozen=True, slots=True)
class UnheardManager:
    """Manager, with the number of their unanswered open requests of which no notice reached them, and why."""

    manager_id: int
    manager: str
    #: One of `not_bound`, `not_following`, or the delivery's state: held, failed, unsure.
    why: str
    requests: int


def page(
    session: Session, visitor: Visitor, *, why: str = "", cursor: Cursor = FIRST, limit: int
) -> Page[UnheardManager]:
    """Return the managers whom the notice of an unanswered open request did not reach, among what this visitor may see;
    the most first."""
    last = _last_assignment()
    reason = case(
        (Manager.openid.is_(None), NOT_BOUND),
        (or_(Follower.openid.is_(None), Follower.unfollowed_at.is_not(None)), NOT_FOLLOWING),
        else_=Delivery.state,
    )
    found = (
        select(Manager.id, Manager.name, reason.label("why"), func.count().label("requests"))
        .select_from(Request)
        .join(Manager, Manager.id == Request.owner_id)
        .join(Assignment, and_(Assignment.request_id == Request.id, Assignment.id == last))
        .outerjoin(Delivery, Delivery.id == Assignment.delivery_id)
        .outerjoin(Follower, Follower.openid == Manager.openid)
        .where(
            Request.closed_at.is_(None),
            Request.unanswered_since.is_not(None),
            or_(
                Manager.openid.is_(None),
                Follower.openid.is_(None),
                Follower.unfollowed_at.is_not(None),
                Delivery.state.in_(_NOT_ARRIVED),
            ),
            _within(session, visitor),
        )
        .group_by(Manager.id, Manager.name, reason)
        .subquery()
    )
    of = found.c
    order: Order[UnheardManager] = Order(
        (of.requests, of.id, of.why), lambda line: (line.requests, line.manager_id, line.why), is_down=True
    )
    statement = select(of.id, of.name, of.why, of.requests).where(*([of.why == why] if why else []))
    return paging.page(session, statement, order, cursor, limit=limit, read=UnheardManager)


def _last_assignment() -> ColumnElement[int]:
    """Return the newest assignment of a request."""
    return (
        select(func.max(Assignment.id)).where(Assignment.request_id == Request.id).correlate(Request).scalar_subquery()
    )


def _within(session: Session, visitor: Visitor) -> ColumnElement[bool]:
    if visitor.is_company_wide:
        return true()
    if visitor.role is Role.MANAGER:
        return Request.owner_id == visitor.manager_id
    return Request.area_id.in_(sorted(visibility.area_ids(session, visitor) or set()))
