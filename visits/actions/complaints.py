"""Complaints: hidden from the managers they are about, or may be about; whoever stands above owns them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import upsert
from people.models import Manager
from visits.models import Author, KeptFrom, Message, Request
from visits.queries.org_chart import Ladder
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


def kept_from(session: Session, requests: Collection[int]) -> dict[int, set[int]]:
    """Return the managers each of these requests is hidden from; requests hidden from nobody are left out."""
    found: dict[int, set[int]] = {}
    for request_id, manager_id in session.execute(
        select(KeptFrom.request_id, KeptFrom.manager_id).where(KeptFrom.request_id.in_(requests))
    ):
        found.setdefault(request_id, set()).add(manager_id)
    return found


def said(session: Session, request: Request) -> str:
    """Return all that a shop wrote in a request: a name may stand anywhere in it."""
    texts = select(Message.content).where(Message.request_id == request.id, Message.author == Author.SHOP)
    return "\n".join(session.scalars(texts.order_by(Message.id)))


def keep(
    session: Session,
    request: Request,
    text: str,
    stairs: Ladder,
    home: tuple[int | None, int | None],
    *,
    now: datetime,
) -> set[int]:
    """Hide a request with a complaint from the managers the shop deals with and any it names. Returns all of them.

    Where it names nobody it is also hidden from whoever owned the request or answered in it, since it may be about
    them. Notices waiting for any of them are withdrawn. `home` is the manager the shop names, and its area.
    """
    near = stairs.near(*home)
    dealt = (
        near | {each.id for each in stairs.supervisors(home[1])} | ({request.owner_id} if request.owner_id else set())
    )
    named = rules.named(text, stairs.managers.values(), dealt)
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
        session.execute(upsert(session, KeptFrom).values(rows).on_conflict_do_nothing())
        openids = select(Manager.openid).where(Manager.id.in_(hidden), Manager.openid.is_not(None))
        queueing.withdraw(session, Delivery.openid.in_(openids), Delivery.about == f"visit:{request.id}", now=now)
    return kept_from(session, [request.id]).get(request.id, set())
