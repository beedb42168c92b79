"""Finding and locking the request that a follower's message belongs to; two open ones are joined."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from people.identity import Shop
from people.models import Binding, Retailer
from visits.actions import additions, clocks, complaints, routing
from visits.actions.open_request import OpenRequest
from visits.models.groups import GroupAnswer
from visits.models.requests import Author, Closed, Message, Request
from visits.rules import needs


def theirs(session: Session, openid: str, shop: Shop | None, *, now: datetime, zone: ZoneInfo) -> Request | None:
    """Lock and return the open request of a follower: their shop's. One written before they kept this shop becomes the
    shop's."""
    request = still_open(session, openid, shop, now, zone)
    if request is not None and shop is not None and request.retailer_id != shop.id:
        routing.attach(OpenRequest(session, request, now, zone), session.get_one(Retailer, shop.id))
    return request


def still_open(session: Session, openid: str, shop: Shop | None, now: datetime, zone: ZoneInfo) -> Request | None:
    """Lock and return the open request of a follower or their shop. Where both have one (the follower wrote before
    being bound), the two are joined."""
    session.flush()
    mine = Request.openid == openid
    found = session.scalars(
        select(Request)
        .where(Request.closed_at.is_(None), or_(mine, Request.retailer_id == shop.id) if shop else mine)
        .order_by(Request.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = [each for each in found if not _detach_stranger(session, each, openid)]
    if not found or shop is None:
        return found[0] if found else None
    theirs = next((each for each in found if each.retailer_id == shop.id), found[0])
    if theirs.openid != openid:
        _mark_as_last_keepers(session, theirs)
    current = OpenRequest(session, theirs, now, zone)
    for other in found:
        if other is not theirs:
            _join(current, other)
    if theirs.openid != openid:
        # The shop has a new keeper: answers go to whoever writes for it now.
        theirs.openid = openid
        session.flush()
    return theirs


def _mark_as_last_keepers(session: Session, request: Request) -> None:
    """Mark the messages so far as exchanged with the last keeper: only they may see them, and they are erased with
    them."""
    said = update(Message).where(Message.request_id == request.id, Message.openid.is_(None))
    session.execute(said.values(openid=request.openid))


def _detach_stranger(session: Session, request: Request, openid: str) -> bool:
    """Detach a request that staff only guessed to be this shop's, and whose writer never proved to keep it: once the
    real keeper writes, they must not get a stranger's words."""
    if request.openid == openid or request.retailer_id is None:
        return False
    kept_it = select(Binding.id).where(Binding.openid == request.openid, Binding.retailer_id == request.retailer_id)
    if session.scalar(kept_it.limit(1)) is not None:
        return False
    request.retailer_id = None
    session.flush()
    return True


def _join(current: OpenRequest, other: Request) -> None:
    """Join two requests into one: the other's messages, and the moment it waits for an answer since, move to
    this one."""
    session, request = current.session, current.row
    since, wrote_at = other.unanswered_since, other.shop_wrote_at
    waits = select(Message).where(Message.request_id == other.id, Message.author == Author.SHOP)
    first = session.scalars(waits.where(Message.said_at >= since).order_by(Message.id)).first() if since else None
    for table in (Message, GroupAnswer):
        session.execute(update(table).where(table.request_id == other.id).values(request_id=request.id))
    request.last_message_id = max(filter(None, (request.last_message_id, other.last_message_id)), default=None)
    other.closed_how = Closed.VOID
    clocks.closed(OpenRequest(session, other, current.now, current.zone))
    session.flush()
    if since is not None:
        request.shop_wrote_at = max(request.shop_wrote_at, wrote_at)
        clocks.joined(current, since)
    if other.goes_up:
        routing.complain(current, complaints.said(current))
    if first is not None:
        additions.more(current, first)


def closed_lately(session: Session, openid: str, shop: Shop | None, now: datetime) -> Request | None:
    """Lock and return the last request of a follower or their shop, if it was closed recently enough to be reopened."""
    theirs = (Request.retailer_id == shop.id,) if shop else (Request.openid == openid, Request.retailer_id.is_(None))
    last = session.scalars(
        select(Request).where(*theirs).order_by(Request.id.desc()).limit(1).with_for_update()
    ).first()
    # A request of the shop's last keeper is not reopened: the answers would go to them.
    if last is None or last.closed_at is None or last.openid != openid:
        return None
    if last.closed_how in (Closed.VOID, Closed.ERASED):
        return None
    return last if now - last.closed_at <= needs.REOPENS_WITHIN else None
