"""Thread of one request: all its messages, each answer's delivery, its owners, and which way the next answer will
go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import Cursor, Order, Page
from people import rules as people_rules
from people.models import ERASED, Manager, Retailer
from visits.models.answers import Canned, Rating
from visits.models.deadlines import Deadline, Promise
from visits.models.owners import Assignment
from visits.models.requests import FIRST_NUMBER, Closed, Message, Request
from visits.queries import messages, named, visibility
from visits.queries.messages import ThreadMessage
from visits.queries.visibility import Colleague
from visits.rules import names
from visits.rules.ways import Foreseen, foresee
from wechat_bot import ledger
from wechat_bot.models import Delivery, DeliveryState, Follower

#: So many last messages are shown at once; earlier ones on request.
SHOWN = 60
#: The messages a follower may see of their own request.
_OWN = (Message.is_note.is_(False), Message.openid.is_(None))


@dataclass(frozen=True, slots=True)
class Owned:
    """Change of owner."""

    at: datetime
    name: str
    explained: str
    by: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Request as a page shows it."""

    id: int
    openid: str
    retailer_id: int | None
    shop: str
    keeper: str
    phone: str
    licence: str
    class_name: str
    area: str
    category_id: int | None
    category: str
    owner_id: int | None
    owner: str
    owner_phone: str
    opened_at: datetime
    first_answered_at: datetime | None
    unanswered_since: datetime | None
    due_at: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    closed_how: str | None
    last_message_id: int | None
    #: Whether its writer is proved to keep its shop; staff may only have taken them for its keeper.
    is_keepers: bool
    address: str
    said: tuple[ThreadMessage, ...] = ()
    #: Whether earlier messages were left out.
    has_earlier: bool = False

    @property
    def number(self) -> int:
        return self.id + FIRST_NUMBER

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether it is the shop's turn."""
        return self.is_open and self.unanswered_since is None

    @property
    def is_erased(self) -> bool:
        """Whether its writer, or their shop, was erased."""
        return self.closed_how == Closed.ERASED or any(each.startswith(ERASED) for each in (self.openid, self.licence))

    @property
    def salutation(self) -> str:
        return people_rules.salutation(self.keeper)

    @property
    def seen(self) -> int:
        """The newest message of the page, whoever wrote it."""
        return self.said[-1].id if self.said else 0


def thread(
    session: Session, who: Colleague, request_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Thread | None:
    """Return a request with its last messages, or those before one; None where there is none, or this colleague may not
    see it."""
    return _thread(session, request_id, visibility.within(session, who), before=before, limit=limit)


def own_thread(
    session: Session, openid: str, request_id: int, *, before: int | None = None, limit: int = SHOWN
) -> Thread | None:
    """Return a request as its follower sees it: without notes, and without what was exchanged with the last keeper."""
    return _thread(session, request_id, Request.openid == openid, before=before, is_own=True, limit=limit)


def own_threads(session: Session, openid: str, *, limit: int = 5) -> list[Thread]:
    """Return the last requests of a follower, the newest first, without their messages."""
    found = session.execute(_facts().where(Request.openid == openid).order_by(Request.id.desc()).limit(limit))
    return [Thread(*row) for row in found]


def foreseen(session: Session, openid: str, *, now: datetime, has_template: bool) -> Foreseen:
    """Return which way an answer to this follower would go now."""
    follower = session.get(Follower, openid)
    if follower is None:
        return foresee(is_following=False, left=0, until=None, queued=0, has_template=has_template)
    queued = session.scalar(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.openid == openid, Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
    )
    # The three sends of the minute after a tap have expired before an answer is written: they count only where there
    # are no others.
    is_open = follower.message_left > 0 and follower.message_until is not None and now < follower.message_until
    left = follower.message_left if is_open else ledger.sends_left(follower, now=now)
    return foresee(
        is_following=follower.is_following,
        left=left,
        until=follower.message_until if is_open or not left else follower.event_until,
        queued=queued or 0,
        has_template=has_template,
    )


def media_of(session: Session, request_id: int, message_id: int, *, is_own: bool = False) -> str | None:
    """Return the key of a message's picture, voice or video; `is_own` only for one its follower may see."""
    found = select(Message.media_key).where(Message.id == message_id, Message.request_id == request_id)
    return session.scalar(found.where(*_OWN) if is_own else found)


def exists(session: Session, request_id: int) -> bool:
    """Whether there is such a request, visible or not."""
    return session.get(Request, request_id) is not None


def managers_named(session: Session, name: str) -> list[int]:
    """Return the customer managers with this name."""
    return list(session.scalars(select(Manager.id).where(Manager.name == name, Manager.disabled_at.is_(None)).limit(2)))


def manager_meant(session: Session, words: str) -> str | None:
    """Return the only customer manager these words may mean: by a name among them, a name with one wrong character, or
    林经理. None where there is none, or several."""
    everybody = session.scalars(select(Manager.name).where(Manager.disabled_at.is_(None))).all()
    for likes in (names.holds_name, names.resembles_name, names.is_family_name):
        found = {name for name in everybody if likes(words, name)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def owned(session: Session, request_id: int) -> list[Owned]:
    """Return the owners of a request, the first in front."""
    rows = session.execute(
        select(Assignment.at, func.coalesce(Manager.name, ""), Assignment.explained, Assignment.by)
        .outerjoin(Manager, Manager.id == Assignment.to_id)
        .where(Assignment.request_id == request_id)
        .order_by(Assignment.id)
    )
    return [Owned(*row) for row in rows]


def answer_due(session: Session, request_id: int) -> datetime | None:
    """Return until when the shop was promised an answer; None where none is due."""
    return session.scalar(
        select(Deadline.due_at).where(
            Deadline.request_id == request_id,
            Deadline.ended_at.is_(None),
            Deadline.promise.in_((Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)),
        )
    )


def rating(session: Session, request_id: int) -> tuple[int | None, str]:
    """Return a shop's last rating (1, 2 or 3; None where it gave none), and its comment."""
    newest = select(Rating.score, Rating.comment).where(Rating.request_id == request_id).order_by(Rating.closing.desc())
    found = session.execute(newest.limit(1)).first()
    return (found.score, found.comment) if found else (None, "")


_SHARED = case((Canned.manager_id.is_(None), 1), else_=0)
_OWN_FIRST: Order[Canned] = Order((_SHARED, Canned.id), lambda line: (1 if line.manager_id is None else 0, line.id))


def canned(session: Session, manager_id: int | None) -> Sequence[Canned]:
    """Return the canned answers of a manager: their own, then the shared ones."""
    return session.scalars(_canned(manager_id).order_by(*_OWN_FIRST.columns)).all()


def canned_page(session: Session, manager_id: int | None, *, search: str, cursor: Cursor, limit: int) -> Page[Canned]:
    """Return a page of the canned answers of a manager whose title or words contain a text."""
    statement = _canned(manager_id)
    if search:
        words = (Canned.title, Canned.content)
        statement = statement.where(or_(*(each.contains(search, autoescape=True) for each in words)))
    return paging.page(session, statement, _OWN_FIRST, cursor, limit=limit)


def _canned(manager_id: int | None) -> Select[Canned]:
    return select(Canned).where(Canned.manager_id.is_(None) | (Canned.manager_id == manager_id))


def _thread(
    session: Session,
    request_id: int,
    *mine: Any,
    before: int | None = None,
    is_own: bool = False,
    limit: int = SHOWN,
) -> Thread | None:
    row = session.execute(_facts().where(Request.id == request_id, *mine)).first()
    if row is None:
        return None
    statement = messages.select_messages(request_id)
    if is_own:
        statement = statement.where(*_OWN)
    if before is not None:
        statement = statement.where(Message.id < before)
    newest = session.execute(statement.order_by(Message.id.desc()).limit(limit + 1)).all()
    facts: Sequence[Any] = (*row, tuple(map(messages.read, reversed(newest[:limit]))), len(newest) > limit)
    return Thread(*facts)


def _facts() -> Any:
    columns: tuple[Any, ...] = (
        Request.id,
        Request.openid,
        Request.retailer_id,
        named.SHOP,
        func.coalesce(Retailer.keeper, ""),
        func.coalesce(Retailer.phone, ""),
        func.coalesce(Retailer.licence, ""),
        named.CLASS,
        named.AREA,
        Request.category_id,
        named.CATEGORY,
        Request.owner_id,
        named.OWNER,
        named.OWNER_PHONE,
        Request.opened_at,
        Request.first_answered_at,
        Request.unanswered_since,
        Request.due_at,
        Request.snoozed_until,
        Request.closed_at,
        Request.closed_how,
        Request.last_message_id,
        case((Retailer.openid == Request.openid, literal(True)), else_=literal(False)),
        func.coalesce(Retailer.address, ""),
    )
    return named.select_requests(*columns)
