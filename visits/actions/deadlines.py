"""Deadlines of a request while one event is handled: started, ended, paused, resumed, recomputed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import calendar
from people.working_time import company
from visits.models.deadlines import Deadline, Escalation, Promise
from visits.models.requests import Request
from visits.queries import policies
from visits.queries.policies import Reckoning
from visits.rules import promises
from visits.rules.promises import STEPS
from wechat_bot import ledger
from wechat_bot.ledger import Windows
from wechat_bot.models import Follower

ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)


def with_deadlines(session: Session, requests: list[Request]) -> list[tuple[Request, list[Deadline]]]:
    """Return locked requests with their running deadlines, read after the lock."""
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
    """Set when this request is next due, by its running deadlines."""
    by_promise = {deadline.promise: deadline for deadline in running if deadline.due_at is not None}
    window = by_promise.pop(Promise.REPLY_WINDOW, None)
    answer = by_promise.get(Promise.FIRST_ANSWER) or by_promise.get(Promise.NEXT_ANSWER)
    moments = [deadline.due_at for deadline in by_promise.values() if deadline.due_at]
    if answer and window:
        counting = promises.counting(answer.due_at, window.due_at, answer.started_at)
        moments += [counting] if counting else []
    request.due_at = min(moments, default=None)


class Deadlines:
    """Deadlines of one request while one event is handled.

    The caller gives what it knows already: the terms, the `running` deadlines, the number of `rounds` of each promise,
    the follower's `windows`. The rest is read once, where it is needed.
    """

    def __init__(
        self,
        session: Session,
        request: Request,
        now: datetime,
        reckoning: Reckoning | None = None,
        running: list[Deadline] | None = None,
        rounds: dict[str, int] | None = None,
        windows: Windows | None = None,
    ) -> None:
        self._session, self._request, self._now = session, request, now
        self._given, self._rounds, self._windows = reckoning, rounds, windows
        if running is None:
            running = with_deadlines(session, [request])[0][1]
        self._running = {Promise(deadline.promise): deadline for deadline in running}

    @property
    def _reckoning(self) -> Reckoning:
        # Read only where a deadline is computed: ending a clock needs no terms.
        if self._given is None:
            self._given = policies.reckoning(self._session, self._request.class_id)
        return self._given

    @property
    def answer(self) -> Deadline | None:
        """The running deadline of the first or the next answer."""
        return next((self._running[promise] for promise in ANSWERS if promise in self._running), None)

    def start(self, promise: Promise, since: datetime | None = None) -> None:
        """Start a new round of a promise, unless one runs; from now, or from `since` where it began earlier."""
        if promise not in self._running:
            reckoning, begun = self._reckoning, since or self._now
            allowed = reckoning.terms.allowed(promise)
            due_at = calendar.add(reckoning.calendar, begun, allowed)
            self._add(promise, begun, allowed, due_at, reckoning)

    def await_answer(self, since: datetime | None = None) -> None:
        """Start waiting for the first or the next answer, unless a wait runs. Where the running wait turns out to have
        begun earlier, its clock is moved back to that moment."""
        awaited = self.answer
        if awaited is None:
            self.start(Promise.NEXT_ANSWER if self._request.first_answered_at else Promise.FIRST_ANSWER, since)
        elif since is not None and since < awaited.started_at:
            hours = self._hours(awaited)
            awaited.started_at = awaited.running_since = since
            awaited.due_at = calendar.add(hours, since, awaited.allowed)
            plan(awaited, hours)

    def end(self, those: Iterable[Promise], *, is_met: bool) -> None:
        """End the running clocks of these promises."""
        for promise in those:
            deadline = self._running.pop(promise, None)
            if deadline is not None:
                deadline.ended_at = self._now
                deadline.met_at = self._now if is_met else None
                deadline.step = deadline.step_at = None

    def revive(self, deadline: Deadline) -> None:
        """Let an ended clock run on as if it had never ended: with its old deadline, and no step taken twice."""
        taken = set(self._session.scalars(select(Escalation.step).where(Escalation.deadline_id == deadline.id)))
        deadline.met_at = deadline.ended_at = None
        deadline.step = next((each for each in STEPS[Promise(deadline.promise)] if each not in taken), None)
        plan(deadline, self._hours(deadline))
        self._running[Promise(deadline.promise)] = deadline

    def pause(self, promise: Promise) -> None:
        """Pause a clock without ending it. An overdue one is not paused: a missed promise stays missed."""
        deadline = self._running.get(promise)
        if deadline is None or deadline.running_since is None or deadline.due_at is None:
            return
        if deadline.due_at <= self._now:
            return
        hours = self._hours(deadline)
        deadline.used += int(calendar.between(hours, deadline.running_since, self._now))
        deadline.running_since = deadline.due_at = deadline.step_at = None

    def resume(self, promise: Promise) -> None:
        """Let a paused clock run on from where it stopped."""
        deadline = self._running.get(promise)
        if deadline is not None and deadline.running_since is None:
            deadline.running_since = self._now
            deadline.due_at = calendar.add(self._hours(deadline), self._now, deadline.allowed - deadline.used)
            plan(deadline, self._hours(deadline))

    def follow_window(self) -> None:
        """Keep the reply window's clock equal to the ledger while an answer is due."""
        windows = self._windows or self._session.get(Follower, self._request.openid)
        until = windows.message_until if windows and windows.message_left else None
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
        # The old window was lost, or its warning given: this one must be distinguishable from it.
        self.end((Promise.REPLY_WINDOW,), is_met=False)
        self._add(Promise.REPLY_WINDOW, begun, int(ledger.MESSAGE_WINDOW.total_seconds()), until, None)

    def renew(self) -> None:
        """Recompute the running clocks by today's terms.

        An overdue one stays overdue: a change of policy does not excuse what was missed. One that would have been due
        before now is due now: nobody can have broken a promise that was not made yet.
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
                # Wall-clock seconds are not working seconds; the used-up share stays the same.
                deadline.used = round(deadline.used / deadline.allowed * allowed)
            deadline.allowed, deadline.counts_working_hours = allowed, reckoning.terms.counts_working_hours
            if deadline.running_since is not None:
                due_at = calendar.add(reckoning.calendar, deadline.running_since, allowed - deadline.used)
                deadline.due_at = max(due_at, self._now)
                plan(deadline, reckoning.calendar)

    def settle(self) -> None:
        """Set the request's due moment by its deadlines."""
        settle(self._request, self._running.values())

    def _hours(self, deadline: Deadline) -> calendar.Calendar | None:
        return company.hours(self._session) if deadline.counts_working_hours else None

    def _round(self, promise: Promise) -> int:
        """Return the number of a promise's next round. A new request passes `rounds`, so that no statement is
        needed."""
        if self._rounds is None:
            counted = select(Deadline.promise, func.max(Deadline.round)).where(Deadline.request_id == self._request.id)
            self._rounds = {row[0]: row[1] for row in self._session.execute(counted.group_by(Deadline.promise))}
        self._rounds[promise] = self._rounds.get(promise, 0) + 1
        return self._rounds[promise]

    def _add(
        self, promise: Promise, begun: datetime, allowed: int, due_at: datetime, reckoning: Reckoning | None
    ) -> None:
        deadline = Deadline(
            request_id=self._request.id,
            promise=promise,
            round=self._round(promise),
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
            # Nearly closed when first read: the notice of the message itself says so.
            deadline.step = deadline.step_at = None
        self._session.add(deadline)
        self._running[promise] = deadline


def plan(deadline: Deadline, hours: calendar.Calendar | None) -> None:
    """Set when the next step of this running deadline is due."""
    if deadline.step is None or deadline.running_since is None or deadline.due_at is None:
        deadline.step_at = None
        return
    deadline.step_at = promises.moment_of(
        promises.EscalationStep(deadline.step),
        hours,
        deadline.running_since,
        deadline.allowed,
        deadline.used,
        deadline.due_at,
    )
