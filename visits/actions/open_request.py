"""Open request: one that is being handled, with what was read of it, passed on so that nothing is read twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from people import identity
from people.identity import Shop
from visits.actions.deadlines import Book
from visits.models import Message, Request


@dataclass(frozen=True, slots=True)
class Case:
    """Request being handled, with what was read of it."""

    #: The shop it belongs to; None for a stranger's.
    shop: Shop | None
    #: Its deadlines. Nothing else changes them meanwhile.
    book: Book
    #: The shop's message that has waited longest for an answer, where it was read.
    first: Message | None = None


def read(session: Session, request: Request, *, now: datetime) -> Case:
    """Read everything known of a request, in two statements."""
    return Case(shop_of(session, request), Book(session, request, now))


def shop_of(session: Session, request: Request, writers: Shop | None = None) -> Shop | None:
    """Return the shop a request belongs to. `writers` is the writer's shop, usually the same and read already."""
    if request.retailer_id is None:
        return None
    if writers is not None and writers.id == request.retailer_id:
        return writers
    return identity.shop(session, request.retailer_id)
