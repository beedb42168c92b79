"""The clocks of a request: what was promised starts, rests, is kept, ends. Each change is one function here.

The request's row is the caller's: new, or locked, so that two of them take turns. Each function notes the request's own
moments (`handed_over_at`, `shop_wrote_at`, `unanswered_since`, `answered_at` …), keeps its deadlines, and leaves in
`due_at` what its inbox sorts by. Whether a promise was kept is never written down: `promises.outcome` tells it from the
moments.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import case, literal, select
from sqlalchemy.orm import Session

from visits.actions import alerts, filing, withdrawing
from visits.actions.deadlines import ANSWERS, Book, with_deadlines
from visits.models import Deadline, Promise, Request
from visits.queries import policies
from wechat_bot.ledger import Windows
from wechat_bot.models import Follower


def opened(session: Session, request: Request, *, now: datetime, windows: Windows | None = None) -> Book:
    """A request was made by the shop's message: all promises begin. Gives its deadlines, for what comes next."""
    request.shop_wrote_at, request.unanswered_since = now, now
    book = Book(session, request, now, running=[], rounds={}, windows=windows)
    with session.no_autoflush:  # four clocks, one statement
        for promise in (Promise.HANDING_OVER, Promise.FIRST_ANSWER, Promise.CLOSING):
            book.start(promise)
        book.follow_window()
        book.settle()
    return book


def handed_over(session: Session, request: Request, *, now: datetime, book: Book | None = None) -> None:
    """The owner's notice was queued. A second time, to another owner, resets nothing."""
    book = book or Book(session, request, now)
    request.handed_over_at = request.handed_over_at or now
    book.end((Promise.HANDING_OVER,), is_met=True)
    book.settle()


def shop_wrote(request: Request, book: Book, *, now: datetime) -> None:
    """The shop wrote again. An answer that was awaited already is still awaited since the first message."""
    request.shop_wrote_at, request.unanswered_since = now, request.unanswered_since or now
    request.snoozed_until = None
    book.await_answer()
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()


def joined(session: Session, request: Request, since: datetime, *, now: datetime) -> None:
    """What the shop had written elsewhere belongs to this request: it waits for an answer since then."""
    request.unanswered_since = min(request.unanswered_since or since, since)
    request.snoozed_until = None
    book = Book(session, request, now)
    book.await_answer(since)
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()


def answered(session: Session, request: Request, *, now: datetime) -> None:
    """The shop was answered: the ball is in its court, and warnings that were to be sent are not."""
    book = Book(session, request, now)
    book.follow_window()
    request.first_answered_at, request.answered_at = request.first_answered_at or now, now
    request.unanswered_since = None
    book.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=True)
    book.pause(Promise.CLOSING)
    book.settle()
    alerts.refresh(session, [request.id], now=now)
    withdrawing.withdraw(session, request, now=now)


def not_answered(
    session: Session, request: Request, at: datetime, arrived: Sequence[tuple[datetime, int | None]], *, now: datetime
) -> None:
    """The answer of this moment came to nothing. `arrived` are the others that did not, the first in front.

    What it had met is met by the next of them, or runs on as if it had not been; of a closed request it is void.
    """
    met = session.scalar(
        select(Deadline).where(Deadline.request_id == request.id, Deadline.promise.in_(ANSWERS), Deadline.met_at == at)
    )
    if request.closed_at is not None:
        filing.take_back(session, request.id)
    moments = [moment for moment, _ in arrived]
    request.first_answered_at, request.answered_at = min(moments, default=None), max(moments, default=None)
    if met is None or at in moments:
        return
    later = min((moment for moment in moments if moment > at), default=None)
    if later is not None or request.closed_at is not None:
        met.met_at, met.ended_at = later, later or request.closed_at
        return
    book = Book(session, request, now)
    # What the shop wrote since is awaited with what it had written before.
    book.end(ANSWERS, is_met=False)
    request.unanswered_since = met.started_at
    book.revive(met)
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()
    withdrawing.recount(session, [request.owner_id], now=now)


def waiting(session: Session, request: Request, *, now: datetime) -> None:
    """Nothing of ours is due until the shop comes back, and no answer was written: it was told on the telephone."""
    book = Book(session, request, now)
    book.follow_window()
    request.unanswered_since = None
    book.end((Promise.HANDING_OVER,), is_met=True)
    book.end((*ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    book.pause(Promise.CLOSING)
    book.settle()
    alerts.refresh(session, [request.id], now=now)
    withdrawing.withdraw(session, request, now=now, keeps_words=True)


def no_reply_needed(session: Session, request: Request, *, now: datetime) -> None:
    """What the shop wrote last wants no answer. That counts neither as kept nor, before its time, as missed."""
    closed(session, request, now=now)


def closed(session: Session, request: Request, *, now: datetime) -> None:
    """The request was closed: every clock ends, and is frozen."""
    book = Book(session, request, now)
    book.follow_window()
    request.closed_at, request.unanswered_since, request.snoozed_until = request.closed_at or now, None, None
    book.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    book.end((Promise.CLOSING,), is_met=True)
    book.settle()
    alerts.refresh(session, [request.id], now=now)
    withdrawing.withdraw(session, request, now=now, keeps_words=True)


def reopened(session: Session, request: Request, book: Book) -> None:
    """A closed request goes on, for the shop wrote again: closing is promised anew. Call `shop_wrote` next."""
    request.closed_at = request.closed_how = None
    filing.take_back(session, request.id)
    book.start(Promise.CLOSING)


def reopened_by_hand(session: Session, request: Request, *, now: datetime) -> None:
    """One of us goes on with a closed request. An answer that was awaited when it was closed is awaited as before."""
    cut_off = session.scalar(
        select(Deadline).where(
            Deadline.request_id == request.id,
            Deadline.promise.in_(ANSWERS),
            Deadline.met_at.is_(None),
            Deadline.ended_at == request.closed_at,
        )
    )
    request.closed_at = request.closed_how = None
    filing.take_back(session, request.id)
    book = Book(session, request, now)
    book.start(Promise.CLOSING)
    if cut_off is not None:
        request.unanswered_since = cut_off.started_at
        book.revive(cut_off)
        book.follow_window()
    book.settle()
    withdrawing.recount(session, [request.owner_id], now=now)


def window_moved(book: Book) -> None:
    """WeChat's window is another than it was: look it up in the ledger."""
    book.follow_window()
    book.settle()


def promised_anew(session: Session, request: Request, *, now: datetime) -> None:
    """The shop is of another class, or another shop: the terms of what still runs are looked up again."""
    book = Book(session, request, now)
    book.renew()
    book.settle()


def renew_all(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Reckon running clocks anew whose policy or calendar was changed; gives how many requests were looked at.

    To be called again while it gives `limit`.
    """
    reckonings = policies.all_of_them(session)
    own = {class_id: each.fingerprint for class_id, each in reckonings.items() if class_id is not None}
    everybodys = reckonings[None].fingerprint
    # Class by class: what another class is promised as well is no promise to this one.
    promised = case(own, value=Request.class_id, else_=everybodys) if own else literal(everybodys)
    stale = (
        select(Deadline.request_id)
        .join(Request, Request.id == Deadline.request_id)
        .where(
            Deadline.ended_at.is_(None),
            Deadline.promise != Promise.REPLY_WINDOW,
            Deadline.fingerprint != promised,
        )
        .group_by(Deadline.request_id)
        .order_by(Deadline.request_id)
        .limit(limit)
    )
    requests = locked(session, session.scalars(stale).all())
    for request, deadlines in with_deadlines(session, requests):
        book = Book(session, request, now, reckonings.get(request.class_id) or reckonings[None], deadlines)
        book.renew()
        book.settle()
    alerts.refresh(session, [request.id for request in requests], now=now)
    return len(requests)


def windows_moved(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Follow the reply windows that something else a shop did has renewed; gives of how many requests."""
    moved = (
        select(Deadline.request_id)
        .join(Request, Request.id == Deadline.request_id)
        .join(Follower, Follower.openid == Request.openid)
        .where(
            Deadline.ended_at.is_(None),
            Deadline.promise == Promise.REPLY_WINDOW,
            Request.unanswered_since.is_not(None),
            Follower.message_until > Deadline.due_at,
            Follower.message_left > 0,
        )
        .limit(limit)
    )
    requests = locked(session, session.scalars(moved).all())
    for request in requests:
        window_moved(Book(session, request, now))
    alerts.refresh(session, [request.id for request in requests], now=now)
    return len(requests)


def locked(session: Session, ids: Iterable[int]) -> list[Request]:
    """Those of these requests that nobody else has in hand, locked. The others are left to the next look."""
    return list(
        session.scalars(
            select(Request)
            .where(Request.id.in_(set(ids)))
            .order_by(Request.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )
