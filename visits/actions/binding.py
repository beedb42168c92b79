"""Binding: what a follower left before their shop was known is given to the shop, or to the manager of its area."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import day_in
from people import actions as people
from people import identity
from people.actions import Wrong
from people.models import Retailer
from people.rules import Person
from visits.actions import finding, routing
from visits.actions.intake import Effect, Received
from visits.actions.open_request import OpenRequest
from visits.models.requests import Request


def bound(session: Session, openid: str, *, now: datetime, zone: ZoneInfo) -> Received | None:
    """Give a newly bound follower's earlier request to the shop and its manager, and the shop's open request to the
    follower. None where they had left nothing."""
    shop = identity.shop_of(session, openid)
    left = select(Request.id).where(Request.openid == openid, Request.closed_at.is_(None))
    has_left = session.scalar(left) is not None
    request = finding.theirs(session, openid, shop, now=now, zone=zone)
    if shop is None or request is None or not has_left:
        return None
    current = OpenRequest(session, request, now, zone)
    return Received(current, Effect.ADDED, None, current.answer_due, is_known=True)


def claim_shop(
    session: Session, openid: str, licence: str, *, now: datetime, zone: ZoneInfo
) -> tuple[str, Person | None] | Wrong | None:
    """Give the open request of an unknown follower who wrote a licence number to the manager of that shop's area.

    Gives the shop's name and that manager; `Wrong` where there is no such shop or the day's attempts at binding are
    used up, None where there is no open request without a shop. Nobody is bound by this: a licence number is no secret.
    """
    request = finding.still_open(session, openid, None, now, zone)
    if request is None or request.retailer_id is not None:
        return None
    shop = people.look_up(session, openid, licence, today=day_in(now, zone))
    if isinstance(shop, Wrong):
        return shop
    request.area_id, request.class_id = shop.area_id, shop.class_id
    return shop.shop, routing.anew(OpenRequest(session, request, now, zone)).manager


def attach_newly_bound(session: Session, *, now: datetime, zone: ZoneInfo, limit: int = 100) -> int:
    """Give requests to the shop whose keeper was bound meanwhile; gives how many."""
    strays = session.scalars(
        select(Request.openid)
        .join(Retailer, Retailer.openid == Request.openid)
        .where(Request.closed_at.is_(None), Request.retailer_id.is_distinct_from(Retailer.id))
        .order_by(Request.id)
        .limit(limit)
    ).all()
    for openid in strays:
        bound(session, openid, now=now, zone=zone)
    return len(strays)
