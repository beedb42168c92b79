"""Clocks of a request: its promises start, pause, are kept and end. Each event has one function here.

The caller holds the request's row, new or locked, so that two callers act one after the other. Each function notes the
request's own moments (`handed_over_at`, `shop_wrote_at`, `unanswered_since`, `answered_at` …), updates its deadlines,
and sets `due_at`, which the inbox sorts by. Whether a promise was kept is never stored: `promises.outcome` derives it
from the moments.
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
    """Start all promises of a request that a shop's message opened. Gives its deadlines for the next steps."""
    request.shop_wrote_at, request.unanswered_since = now, now
    book = Book(session, request, now, running=[], rounds={}, windows=windows)
    with session.no_autoflush:  # four clocks in one statement
        for promise in (Promise.HANDING_OVER, Promise.FIRST_ANSWER, Promise.CLOSING):
            book.start(promise)
        book.follow_window()
        book.settle()
    return book


def handed_over(session: Session, request: Request, *, now: datetime, book: Book | None = None) -> None:
    """Note that the owner's notice was queued. For a later owner this resets nothing."""
    book = book or Book(session, request, now)
    request.handed_over_at = request.handed_over_at or now
    book.end((Promise.HANDING_OVER,), is_met=True)
    book.settle()


def shop_wrote(request: Request, book: Book, *, now: datetime) -> None:
    """Note that the shop wrote again. An answer that was due already stays due since the first message."""
    request.shop_wrote_at, request.unanswered_since = now, request.unanswered_since or now
    request.snoozed_until = None
    book.await_answer()
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()


def joined(session: Session, request: Request, since: datetime, *, now: datetime) -> None:
    """Count what the shop wrote in another request to this one: it waits for an answer since then."""
    request.unanswered_since = min(request.unanswered_since or since, since)
    request.snoozed_until = None
    book = Book(session, request, now)
    book.await_answer(since)
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()


def answered(session: Session, request: Request, *, now: datetime) -> None:
    """Note that the shop was answered: it is the shop's turn, and warnings not yet sent are withdrawn."""
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
    """Undo the answer of this moment, which was not delivered. `arrived` are the other answers, which were not lost,
    the first in front.

    The promise it had met is met by the next of them, or runs on as if never answered; in a closed request it is void.
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
    # What the shop wrote since is due together with what it had written before.
    book.end(ANSWERS, is_met=False)
    request.unanswered_since = met.started_at
    book.revive(met)
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()
    withdrawing.recount(session, [request.owner_id], now=now)


def waiting(session: Session, request: Request, *, now: datetime) -> None:
    """Note that the shop was told something by telephone: nothing of ours is due until it writes again, and no answer
    was written."""
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
    """Note that the shop's last message needs no answer. The promise counts neither as kept nor, before its deadline,
    as missed."""
    closed(session, request, now=now)


def closed(session: Session, request: Request, *, now: datetime) -> None:
    """Note that the request was closed: every clock ends and is frozen."""
    book = Book(session, request, now)
    book.follow_window()
    request.closed_at, request.unanswered_since, request.snoozed_until = request.closed_at or now, None, None
    book.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    book.end((Promise.CLOSING,), is_met=True)
    book.settle()
    alerts.refresh(session, [request.id], now=now)
    withdrawing.withdraw(session, request, now=now, keeps_words=True)


def reopened(session: Session, request: Request, book: Book) -> None:
    """Reopen a closed request because the shop wrote again: closing gets a new deadline. Call `shop_wrote` next."""
    request.closed_at = request.closed_how = None
    filing.take_back(session, request.id)
    book.start(Promise.CLOSING)


def reopened_by_hand(session: Session, request: Request, *, now: datetime) -> None:
    """Reopen a closed request for a colleague. An answer that was due when it was closed is due as before."""
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
    """Read the reply window, which has changed, from the ledger again."""
    book.follow_window()
    book.settle()


def promised_anew(session: Session, request: Request, *, now: datetime) -> None:
    """Look up the terms of the running clocks again: the shop's class, or the shop, has changed."""
    book = Book(session, request, now)
    book.renew()
    book.settle()


def renew_all(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Recompute running clocks whose policy or calendar was changed; gives how many requests were checked.

    Call it again as long as it gives `limit`.
    """
    reckonings = policies.all_of_them(session)
    own = {class_id: each.fingerprint for class_id, each in reckonings.items() if class_id is not None}
    everybodys = reckonings[None].fingerprint
    # One class at a time: the fingerprint of another class's policy does not make this one current.
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
    """Update the clocks whose reply window was renewed by something else the shop did; gives how many requests."""
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
    """Lock those of these requests that no other transaction holds. The others are left to the next run."""
    return list(
        session.scalars(
            select(Request)
            .where(Request.id.in_(set(ids)))
            .order_by(Request.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )
