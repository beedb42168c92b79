"""The clocks of a request: what was promised starts, rests, is kept, ends. Each change is one function here.

The request's row is the caller's: new, or locked, so that two of them take turns. Each function notes the request's own
moments (`handed_over_at`, `shop_wrote_at`, `unanswered_since`, `answered_at` …), keeps its deadlines, and leaves in
`due_at` what its inbox sorts by. Whether a promise was kept is never written down: `promises.outcome` tells it from the
moments.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from visits import terms
from visits.models import Deadline, Escalation, Promise, Request, Told
from visits.rules import calendar, promises
from visits.terms import Reckoning
from wechat_bot import ledger, outbox
from wechat_bot.models import Delivery, DeliveryState, Follower

#: The keys of escalation's notices begin with it; what else a step may have been told with is not ours to take back.
STEP_KEY = "visit-step:"
ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)


def opened(session: Session, request: Request, *, now: datetime) -> None:
    """A request was made by the shop's message: all promises begin."""
    session.flush()
    request.shop_wrote_at, request.unanswered_since = now, now
    book = _Book(session, request, now)
    for promise in (Promise.HANDING_OVER, Promise.FIRST_ANSWER, Promise.CLOSING):
        book.start(promise)
    book.follow_window()
    book.settle()


def handed_over(session: Session, request: Request, *, now: datetime) -> None:
    """The owner's notice was queued. A second time, to another owner, resets nothing."""
    request.handed_over_at = request.handed_over_at or now
    book = _Book(session, request, now)
    book.end((Promise.HANDING_OVER,), is_met=True)
    book.settle()


def shop_wrote(session: Session, request: Request, *, now: datetime) -> None:
    """The shop wrote again. An answer that was awaited already is still awaited since the first message."""
    request.shop_wrote_at, request.unanswered_since = now, request.unanswered_since or now
    request.snoozed_until = None
    book = _Book(session, request, now)
    book.await_answer()
    book.resume(Promise.CLOSING)
    book.follow_window()
    book.settle()


def answered(session: Session, request: Request, *, now: datetime) -> None:
    """The shop was answered: the ball is in its court, and warnings that were to be sent are not."""
    request.first_answered_at, request.answered_at = request.first_answered_at or now, now
    request.unanswered_since = None
    book = _Book(session, request, now)
    book.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=True)
    book.pause(Promise.CLOSING)
    book.settle()
    _withdraw(session, request, now)


def waiting(session: Session, request: Request, *, now: datetime) -> None:
    """Nothing of ours is due until the shop comes back, and no answer was written: it was told on the telephone."""
    request.unanswered_since = None
    book = _Book(session, request, now)
    book.end((*ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    book.pause(Promise.CLOSING)
    book.settle()
    _withdraw(session, request, now)


def no_reply_needed(session: Session, request: Request, *, now: datetime) -> None:
    """What the shop wrote last wants no answer. That counts neither as kept nor, before its time, as missed."""
    closed(session, request, now=now)


def closed(session: Session, request: Request, *, now: datetime) -> None:
    """The request was closed: every clock ends, and is frozen."""
    request.closed_at, request.unanswered_since, request.snoozed_until = request.closed_at or now, None, None
    book = _Book(session, request, now)
    book.end((Promise.HANDING_OVER, *ANSWERS, Promise.REPLY_WINDOW), is_met=False)
    book.end((Promise.CLOSING,), is_met=True)
    book.settle()
    _withdraw(session, request, now)


def reopened(session: Session, request: Request, *, now: datetime) -> None:
    """A closed request goes on: closing is promised anew. Where the shop reopened it, call `shop_wrote` next."""
    request.closed_at = request.closed_how = None
    book = _Book(session, request, now)
    book.start(Promise.CLOSING)
    book.settle()


def window_moved(session: Session, request: Request, *, now: datetime) -> None:
    """WeChat's window is another than it was: look it up in the ledger."""
    book = _Book(session, request, now)
    book.follow_window()
    book.settle()


def promised_anew(session: Session, request: Request, *, now: datetime) -> None:
    """The shop is of another class, or another shop: the terms of what still runs are looked up again."""
    book = _Book(session, request, now)
    book.renew()
    book.settle()


def renew_all(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Reckon running clocks anew whose policy or calendar was changed; gives how many requests were looked at.

    To be called again while it gives `limit`.
    """
    reckonings = terms.all_of_them(session)
    stale = (
        select(Deadline.request_id)
        .where(
            Deadline.ended_at.is_(None),
            Deadline.promise != Promise.REPLY_WINDOW,
            Deadline.fingerprint.not_in({each.fingerprint for each in reckonings.values()}),
        )
        .group_by(Deadline.request_id)
        .order_by(Deadline.request_id)
        .limit(limit)
    )
    requests = locked(session, session.scalars(stale).all())
    for request, deadlines in with_deadlines(session, requests):
        book = _Book(session, request, now, reckonings.get(request.class_id) or reckonings[None], deadlines)
        book.renew()
        book.settle()
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


def with_deadlines(session: Session, requests: list[Request]) -> list[tuple[Request, list[Deadline]]]:
    """Requests with their running deadlines, as they are now that the requests are locked."""
    running: dict[int, list[Deadline]] = {request.id: [] for request in requests}
    for deadline in session.scalars(
        select(Deadline)
        .where(Deadline.request_id.in_(list(running)), Deadline.ended_at.is_(None))
        .order_by(Deadline.id)
        .execution_options(populate_existing=True)
    ):
        running[deadline.request_id].append(deadline)
    return [(request, running[request.id]) for request in requests]


def settle(request: Request, running: Iterable[Deadline]) -> None:
    """Note when this request is next due, of its running deadlines."""
    by_promise = {deadline.promise: deadline for deadline in running if deadline.due_at is not None}
    window = by_promise.pop(Promise.REPLY_WINDOW, None)
    answer = by_promise.get(Promise.FIRST_ANSWER) or by_promise.get(Promise.NEXT_ANSWER)
    moments = [deadline.due_at for deadline in by_promise.values() if deadline.due_at]
    if answer and window:
        counting = promises.counting(answer.due_at, window.due_at, answer.started_at)
        moments += [counting] if counting else []
    request.due_at = min(moments, default=None)


class _Book:
    """A request's deadlines while one thing happens to it."""

    def __init__(
        self,
        session: Session,
        request: Request,
        now: datetime,
        reckoning: Reckoning | None = None,
        running: list[Deadline] | None = None,
    ) -> None:
        self._session, self._request, self._now = session, request, now
        self._given = reckoning
        if running is None:
            running = with_deadlines(session, [request])[0][1]
        self._running = {Promise(deadline.promise): deadline for deadline in running}

    @property
    def _reckoning(self) -> Reckoning:
        # Looked up only where something is reckoned: to end a clock its terms are not needed.
        if self._given is None:
            self._given = terms.reckoning(self._session, self._request.class_id)
        return self._given

    def start(self, promise: Promise) -> None:
        """Begin a new round of a promise, unless one runs."""
        if promise not in self._running:
            reckoning = self._reckoning
            allowed = reckoning.terms.allowed(promise)
            due_at = calendar.add(reckoning.calendar, self._now, allowed)
            self._add(promise, self._now, allowed, due_at, reckoning)

    def await_answer(self) -> None:
        """Begin to wait for an answer, the first or the next, unless one is awaited."""
        if not any(promise in self._running for promise in ANSWERS):
            self.start(Promise.NEXT_ANSWER if self._request.first_answered_at else Promise.FIRST_ANSWER)

    def end(self, those: Iterable[Promise], *, is_met: bool) -> None:
        """End what runs of these."""
        for promise in those:
            deadline = self._running.pop(promise, None)
            if deadline is not None:
                deadline.ended_at = self._now
                deadline.met_at = self._now if is_met else None
                deadline.step = deadline.step_at = None

    def pause(self, promise: Promise) -> None:
        """Stop a clock without ending it. What is overdue stays overdue: a miss cannot be rested away."""
        deadline = self._running.get(promise)
        if deadline is None or deadline.running_since is None or deadline.due_at is None:
            return
        if deadline.due_at <= self._now:
            return
        hours = self._hours(deadline)
        deadline.used += int(calendar.between(hours, deadline.running_since, self._now))
        deadline.running_since = deadline.due_at = deadline.step_at = None

    def resume(self, promise: Promise) -> None:
        """Let a paused clock go on where it stopped."""
        deadline = self._running.get(promise)
        if deadline is not None and deadline.running_since is None:
            deadline.running_since = self._now
            deadline.due_at = calendar.add(self._hours(deadline), self._now, deadline.allowed - deadline.used)
            plan(deadline, self._hours(deadline))

    def follow_window(self) -> None:
        """Keep the reply window's clock as the ledger has it, while an answer is awaited."""
        follower = self._session.get(Follower, self._request.openid)
        until = follower.message_until if follower and follower.message_left else None
        deadline = self._running.get(Promise.REPLY_WINDOW)
        if until is None or until <= self._now or self._request.unanswered_since is None:
            if deadline is not None and deadline.due_at and deadline.due_at > self._now:
                self.end((Promise.REPLY_WINDOW,), is_met=False)
            return
        begun = until - ledger.MESSAGE_WINDOW
        if deadline is not None and deadline.step is not None and deadline.due_at and deadline.due_at > self._now:
            deadline.started_at = deadline.running_since = begun
            deadline.due_at = until
            plan(deadline, None)
            return
        # The old window was lost, or its warning was given: this one is to be told from it.
        self.end((Promise.REPLY_WINDOW,), is_met=False)
        self._add(Promise.REPLY_WINDOW, begun, int(ledger.MESSAGE_WINDOW.total_seconds()), until, None)

    def renew(self) -> None:
        """Reckon what runs by the terms of today.

        What is overdue stays as it is: a change of policy does not make good what was missed. And what would have been
        due before now is due now: nobody broke a promise that was not made yet.
        """
        reckoning = self._reckoning
        for promise, deadline in self._running.items():
            if promise is Promise.REPLY_WINDOW or deadline.fingerprint == reckoning.fingerprint:
                continue
            deadline.fingerprint = reckoning.fingerprint
            if deadline.due_at is not None and deadline.due_at <= self._now:
                continue
            allowed = reckoning.terms.allowed(promise)
            if deadline.counts_working_hours != reckoning.terms.counts_working_hours:
                # Wall seconds are no working seconds; the share that was used up stays the same.
                deadline.used = round(deadline.used / deadline.allowed * allowed)
            deadline.allowed, deadline.counts_working_hours = allowed, reckoning.terms.counts_working_hours
            if deadline.running_since is not None:
                due_at = calendar.add(reckoning.calendar, deadline.running_since, allowed - deadline.used)
                deadline.due_at = max(due_at, self._now)
                plan(deadline, reckoning.calendar)

    def settle(self) -> None:
        """Leave the request as its deadlines have it."""
        settle(self._request, self._running.values())

    def _hours(self, deadline: Deadline) -> calendar.Calendar | None:
        return terms.calendar(self._session) if deadline.counts_working_hours else None

    def _add(
        self, promise: Promise, begun: datetime, allowed: int, due_at: datetime, reckoning: Reckoning | None
    ) -> None:
        earlier = select(func.max(Deadline.round)).where(
            Deadline.request_id == self._request.id, Deadline.promise == promise
        )
        deadline = Deadline(
            request_id=self._request.id,
            promise=promise,
            round=(self._session.scalar(earlier) or 0) + 1,
            started_at=begun,
            allowed=allowed,
            used=0,
            running_since=begun,
            due_at=due_at,
            counts_working_hours=bool(reckoning and reckoning.terms.counts_working_hours),
            fingerprint=reckoning.fingerprint if reckoning else "",
            step=promises.following(promise, None),
        )
        plan(deadline, reckoning.calendar if reckoning else None)
        if promise is Promise.REPLY_WINDOW and deadline.step_at and deadline.step_at <= self._now:
            # It was nearly closed when it was first looked at: the notice of the message itself says so.
            deadline.step = deadline.step_at = None
        self._session.add(deadline)
        self._running[promise] = deadline


def plan(deadline: Deadline, hours: calendar.Calendar | None) -> None:
    """Note when the next step of this running deadline is due."""
    if deadline.step is None or deadline.running_since is None or deadline.due_at is None:
        deadline.step_at = None
        return
    deadline.step_at = promises.moment_of(
        promises.Step(deadline.step),
        hours,
        deadline.running_since,
        deadline.allowed,
        deadline.used,
        deadline.due_at,
    )


def _withdraw(session: Session, request: Request, now: datetime) -> None:
    """Take back warnings about this request alone that wait for the end of quiet hours: they are moot."""
    steps = select(Escalation.id).join(Deadline, Deadline.id == Escalation.deadline_id)
    mine = select(Told.delivery_id).where(
        Told.escalation_id.in_(steps.where(Deadline.request_id == request.id)), Told.delivery_id.is_not(None)
    )
    others = select(Told.delivery_id).where(
        Told.delivery_id == Delivery.id, Told.escalation_id.in_(steps.where(Deadline.request_id != request.id))
    )
    session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_(mine),
            Delivery.key.startswith(STEP_KEY),
            Delivery.state == outbox.PENDING,
            Delivery.due_at > now,
            ~others.exists(),
        )
        .values(state=DeliveryState.CANCELLED, settled_at=now, error="answered before it was sent")
        .execution_options(synchronize_session=False)
    )
