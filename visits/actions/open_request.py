"""A request in somebody's hands, with what was read of it: handed on, so that nobody asks the database for it again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from people import identity
from people.identity import Shop
from visits.actions.deadlines import Book
from visits.models import Message, Request


@dataclass(frozen=True, slots=True)
class Case:
    """What was read of a request by whoever has it in hand."""

    #: The shop it stands under; None for a stranger's.
    shop: Shop | None
    #: Its deadlines. Nobody else keeps them meanwhile.
    book: Book
    #: The shop's message that waits longest for an answer, where it is at hand.
    first: Message | None = None


def read(session: Session, request: Request, *, now: datetime) -> Case:
    """What there is to know of a request, in two statements."""
    return Case(shop_of(session, request), Book(session, request, now))


def shop_of(session: Session, request: Request, writers: Shop | None = None) -> Shop | None:
    """The shop a request stands under. `writers` is the shop of whoever writes: mostly the same, and known already."""
    if request.retailer_id is None:
        return None
    if writers is not None and writers.id == request.retailer_id:
        return writers
    return identity.shop(session, request.retailer_id)
