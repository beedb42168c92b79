"""Complaints: hidden from the managers they are about, or may be about; whoever stands above owns them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import upsert
from people.models import Manager
from visits.actions.open_request import OpenRequest
from visits.models.owners import HiddenFrom
from visits.models.requests import Author, Message
from visits.rules import complaints as rules
from visits.rules import needs
from visits.rules.needs import Keywords
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing


def is_one(session: Session, text: str, known: Sequence[Keywords]) -> bool:
    """Whether a text is a complaint: it has a keyword of such a category, or complains about a colleague in other
    words."""
    if needs.is_complaint(text, known):
        return True
    if not any(each.goes_up for each in known):
        return False
    names = session.scalars(select(Manager.name)).all() if rules.sounds_ill(text) else ()
    return rules.accuses(text, names)


def said(current: OpenRequest) -> str:
    """Return all that a shop wrote in a request: a name may stand anywhere in it."""
    texts = select(Message.content).where(Message.request_id == current.row.id, Message.author == Author.SHOP)
    return "\n".join(current.session.scalars(texts.order_by(Message.id)))


def hide(current: OpenRequest, text: str) -> None:
    """Hide a request with a complaint from the managers the shop deals with and any it names.

    Where it names nobody it is also hidden from whoever owned the request or answered in it, since it may be about
    them. Notices waiting for any of them are withdrawn.
    """
    session, request, chart = current.session, current.row, current.chart
    near = chart.near(current.own_id, current.area_id)
    dealt = near | {each.id for each in chart.supervisors(current.area_id)} | {request.owner_id or 0}
    named = rules.named(text, chart.managers.values(), dealt)
    hidden = near | named
    if not named and not request.goes_up:
        answered = select(Message.manager_id).where(
            Message.request_id == request.id, Message.author == Author.MANAGER, Message.manager_id.is_not(None)
        )
        hidden |= {each for each in (request.owner_id, *session.scalars(answered)) if each is not None}
    request.goes_up = True
    session.flush()
    if hidden:
        rows = [{"request_id": request.id, "manager_id": each} for each in sorted(hidden)]
        session.execute(upsert(session, HiddenFrom).values(rows).on_conflict_do_nothing())
        openids = select(Manager.openid).where(Manager.id.in_(hidden), Manager.openid.is_not(None))
        mine = Delivery.about == f"visit:{request.id}"
        queueing.withdraw(session, Delivery.openid.in_(openids), mine, now=current.now)
