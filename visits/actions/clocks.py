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
from visits.actions.deadlines import ANSWERS, Deadlines, with_deadlines
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Request
from visits.queries import policies
from wechat_bot.ledger import Windows
from wechat_bot.models import Follower


def opened(current: OpenRequest, windows: Windows | None = None) -> None:
    """Start all promises of a request that a shop's message opened."""
    request, now = current.row, current.now
    request.shop_wrote_at, request.unanswered_since = now, now
    running = current.deadlines = Deadlines(current.session, request, now, running=[], rounds={}, windows=windows)
    with current.session.no_autoflush:  # four clocks in one statement
        for promise in (Promise.HANDING_OVER, Promise.FIRST_ANSWER, Promise.CLOSING):
            running.start(promise)
        running.follow_window()
        running.settle()


def handed_over(current: OpenRequest) -> None:
    """Note that the owner's notice was queued. For a later owner this resets nothing."""
    current.row.handed_over_at = current.row.handed_over_at or current.now
    current.deadlines.end((Promise.HANDING_OVER,), is_met=True)
    current.deadlines.settle()


def shop_wrote(current: OpenRequest) -> None:
    """Note that the shop wrote again. An answer that was due already stays due since the first message."""
    current.row.shop_wrote_at = current.now
    current.row.unanswered_since = current.row.unanswered_since or current.now
    _await_answer(current)


def joined(current: OpenRequest, since: datetime) -> None:
    """Count what the shop wrote in another request to this one: it waits for an answer since then."""
    current.row.unanswered_since = min(current.row.unanswered_since or since, since)
    _await_answer(current, since)


def answered(current: OpenRequest) -> None:
    """Note that the shop was answered: it is the shop's turn, and warnings not yet sent are withdrawn."""
    request, running = current.row, current.deadlines
    running.follow_window()
    request.first_answered_at, request.answered_at = request.first_answered_at or current.now, current.now
    request.unanswered_since = None
    running.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=True)
    running.pause(Promise.CLOSING)
    _at_rest(current)


def not_answered(current: OpenRequest, at: datetime, arrived: Sequence[tuple[datetime, int | None]]) -> None:
    """Undo the answer of this moment, which was not delivered. `arrived` are the other answers, which were not lost,
    the first in front.

    The promise it had met is met by the next of them, or runs on as if never answered; in a closed request it is void.
    """
    session, request = current.session, current.row
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
    # What the shop wrote since is due together with what it had written before.
    current.deadlines.end(ANSWERS, is_met=False)
    current.deadlines.resume(Promise.CLOSING)
    _runs_on(current, met)


def waiting(current: OpenRequest) -> None:
    """Note that the shop was told something by telephone: nothing of ours is due until it writes again, and no answer
    was written."""
    running = current.deadlines
    running.follow_window()
    current.row.unanswered_since = None
    running.end((Promise.HANDING_OVER,), is_met=True)
    running.end((*ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    running.pause(Promise.CLOSING)
    _at_rest(current, keeps_words=True)


def closed(current: OpenRequest) -> None:
    """Note that the request was closed: every clock ends and is frozen. A promise that was not kept before counts
    neither as kept nor, before its deadline, as missed."""
    request, running = current.row, current.deadlines
    running.follow_window()
    request.closed_at, request.unanswered_since, request.snoozed_until = request.closed_at or current.now, None, None
    running.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    running.end((Promise.CLOSING,), is_met=True)
    _at_rest(current, keeps_words=True)


def reopened(current: OpenRequest) -> None:
    """Reopen a closed request: closing gets a new deadline. Call `shop_wrote` next, where the shop did."""
    current.row.closed_at = current.row.closed_how = None
    filing.take_back(current.session, current.row.id)
    current.deadlines.start(Promise.CLOSING)


def reopened_by_hand(current: OpenRequest) -> None:
    """Reopen a closed request for a colleague. An answer that was due when it was closed is due as before."""
    cut_off = current.session.scalar(
        select(Deadline).where(
            Deadline.request_id == current.row.id,
            Deadline.promise.in_(ANSWERS),
            Deadline.met_at.is_(None),
            Deadline.ended_at == current.row.closed_at,
        )
    )
    reopened(current)
    _runs_on(current, cut_off)


def window_moved(current: OpenRequest) -> None:
    """Read the reply window, which has changed, from the ledger again."""
    current.deadlines.follow_window()
    current.deadlines.settle()


def promised_anew(current: OpenRequest) -> None:
    """Look up the terms of the running clocks again: the shop's class, or the shop, has changed."""
    current.deadlines.renew()
    current.deadlines.settle()


def _await_answer(current: OpenRequest, since: datetime | None = None) -> None:
    current.row.snoozed_until = None
    current.deadlines.await_answer(since)
    current.deadlines.resume(Promise.CLOSING)
    window_moved(current)


def _runs_on(current: OpenRequest, deadline: Deadline | None) -> None:
    """Let an ended clock run on: the shop has waited for an answer since it started."""
    if deadline is not None:
        current.row.unanswered_since = deadline.started_at
        current.deadlines.revive(deadline)
        current.deadlines.follow_window()
    current.deadlines.settle()
    withdrawing.recount(current.session, [current.row.owner_id], now=current.now)


def _at_rest(current: OpenRequest, *, keeps_words: bool = False) -> None:
    """Withdraw the notices that nothing is due of any more."""
    current.deadlines.settle()
    alerts.refresh(current.session, [current.row.id], now=current.now)
    withdrawing.withdraw(current, keeps_words=keeps_words)


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
        running = Deadlines(session, request, now, reckonings.get(request.class_id) or reckonings[None], deadlines)
        running.renew()
        running.settle()
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
    for request, deadlines in with_deadlines(session, requests):
        running = Deadlines(session, request, now, running=deadlines)
        running.follow_window()
        running.settle()
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
