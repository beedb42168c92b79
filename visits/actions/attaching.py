"""Attaching: staff give an unknown person's request to the shop they take it to be from. Nobody is bound by that, since
binding needs proof."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import identity, visibility
from people.models import Retailer
from visits.actions import answering, clocks, routing
from visits.actions.open_request import OpenRequest
from visits.models.requests import FIRST_NUMBER, Request
from visits.queries.visibility import Colleague
from visits.texts import attaching as texts


@dataclass(frozen=True, slots=True)
class Attached:
    """Result of attaching. `is_the_shops` is False where the shop already has a keeper or an open request of
    its own."""

    shop: str
    licence: str
    manager: str
    is_the_shops: bool


def attach(session: Session, request_id: int, who: Colleague, licence: str) -> Attached:
    """Give an unknown person's request to this shop and to the manager who looks after it; no clock is reset.

    A shop that is bound to another follower, or has an open request, does not get this one: only its manager gets it,
    to find out. Raises `Refused` for a request that has a shop already, and for a shop this visitor may not see.
    """
    current = answering.hold(session, request_id, who)
    request = current.row
    if request.closed_at is not None or request.retailer_id is not None:
        raise Refused(texts.NO_LONGER)
    mine = visibility.within(session, who.sees, today=who.today)
    retailer = session.scalar(select(Retailer).where(Retailer.licence == licence, *([] if mine is None else [mine])))
    if retailer is None:
        raise Refused(texts.NO_SUCH_SHOP)
    other = session.scalar(
        select(Request.id).where(Request.retailer_id == retailer.id, Request.closed_at.is_(None)).limit(1)
    )
    if retailer.openid is None and other is None:
        manager = routing.attach(current, retailer).manager
        said, name = texts.ATTACHED.format(retailer.shop), manager.name if manager else ""
    else:
        name = _to_its_manager(current, retailer.id, who)
        said = texts.to_find_out(retailer.shop, other + FIRST_NUMBER if other else None)
    answering.note(session, request_id, who, said)
    return Attached(retailer.shop, licence, name, is_the_shops=request.retailer_id is not None)


def _to_its_manager(current: OpenRequest, retailer_id: int, who: Colleague) -> str:
    shop = identity.shop(current.session, retailer_id)
    assert shop is not None
    person = shop.in_charge(who.today)
    if person is None:
        raise Refused(texts.NO_MANAGER)
    request = current.row
    request.area_id, request.class_id = shop.area_id, shop.class_id
    current.session.flush()
    if request.goes_up:
        decided = routing.anew(current)
        return decided.manager.name if decided.manager else ""
    clocks.promised_anew(current)
    if request.owner_id != person.id:
        routing.transfer(current, person.id, by=who.name)
    return person.name
