"""Promises: their terms, steps of escalation, outcomes, and the deadline that counts, as plain values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from foundation import public_days
from foundation.calendar import Calendar, add, between
from visits.models.deadlines import Promise

HOUR = 3600
DAY = 24 * HOUR
#: A delivery problem can still be mended if the answer comes this long before WeChat's window closes.
MARGIN = timedelta(hours=2)
#: How long before the reply window closes the owner is warned.
WINDOW_WARNING = timedelta(hours=6)
#: How long after a breach, in the clock's own time, the supervisor's supervisor is notified.
LATE_AFTER = 4 * HOUR
#: A deadline more wall-clock hours away than this leaves no time within WeChat's 48.
WINDOW_LIMIT = timedelta(hours=47)


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a policy: seconds allowed for each promise, by the wall clock or in working hours."""

    handing_over: int = HOUR
    first_answer: int = DAY
    next_answer: int = DAY
    closing: int = 7 * DAY
    counts_working_hours: bool = False

    def allowed(self, promise: Promise) -> int:
        return int(getattr(self, promise.value))


#: The company's own promise, by the wall clock, where no policy was saved.
DEFAULT = Terms()


class EscalationStep(StrEnum):
    """Escalation step. The later one in this order covers all that the earlier ones would have said."""

    HALF = "half"
    NEAR = "near"
    WINDOW = "window"
    #: Has no time of its own: other messages used up the sends of the reply window.
    SPENT = "spent"
    DUE = "due"
    LATE = "late"


SEVERITY = tuple(EscalationStep)
SHARES = {EscalationStep.HALF: 0.5, EscalationStep.NEAR: 0.8}
_ANSWER = (EscalationStep.HALF, EscalationStep.NEAR, EscalationStep.DUE, EscalationStep.LATE)
STEPS: Mapping[Promise, tuple[EscalationStep, ...]] = {
    Promise.HANDING_OVER: (EscalationStep.DUE,),
    Promise.FIRST_ANSWER: _ANSWER,
    Promise.NEXT_ANSWER: _ANSWER,
    Promise.CLOSING: (EscalationStep.NEAR, EscalationStep.DUE),
    Promise.REPLY_WINDOW: (EscalationStep.WINDOW,),
}


class PromiseOutcome(StrEnum):
    """Outcome of a promise. VOID: it ended before its deadline for another reason, and counts neither way."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    MISSED = "missed"
    VOID = "void"


def outcome(
    due_at: datetime | None, met_at: datetime | None, ended_at: datetime | None, now: datetime
) -> PromiseOutcome:
    """Return whether a promise was kept, from its moments alone: when somebody looks makes no difference.

    >>> due, hour = datetime(2026, 11, 24, 15), timedelta(hours=1)
    >>> outcome(due, due, due, due + hour), outcome(due, due + hour, due + hour, due + hour)
    (<PromiseOutcome.KEPT: 'kept'>, <PromiseOutcome.MISSED: 'missed'>)
    >>> outcome(due, None, None, due + hour), outcome(due, None, due - hour, due + hour)
    (<PromiseOutcome.MISSED: 'missed'>, <PromiseOutcome.VOID: 'void'>)
    """
    end = met_at or ended_at or now
    if due_at is not None and end > due_at:
        return PromiseOutcome.MISSED
    if met_at is not None:
        return PromiseOutcome.KEPT
    if ended_at is not None:
        return PromiseOutcome.VOID
    return PromiseOutcome.RUNNING if due_at is not None else PromiseOutcome.PAUSED


def following(promise: Promise, step: EscalationStep | None) -> EscalationStep | None:
    """Return the step after this one, or the first for None; None after the last.

    >>> following(Promise.FIRST_ANSWER, None), following(Promise.FIRST_ANSWER, EscalationStep.LATE)
    (<EscalationStep.HALF: 'half'>, None)
    """
    steps = STEPS[promise]
    place = 0 if step is None else steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def moment_of(
    step: EscalationStep, calendar: Calendar | None, running_since: datetime, allowed: int, used: int, due_at: datetime
) -> datetime:
    """Return when a step is due. Shares are of the clock's own time: half of 24 working hours is 12 working hours.

    >>> begun = datetime(2026, 11, 23, 15)
    >>> moment_of(EscalationStep.NEAR, None, begun, 36000, 0, begun + timedelta(hours=10)) - begun
    datetime.timedelta(seconds=28800)
    """
    if step in SHARES:
        return min(add(calendar, running_since, SHARES[step] * allowed - used), due_at)
    if step is EscalationStep.WINDOW:
        return due_at - WINDOW_WARNING
    return add(calendar, due_at, LATE_AFTER) if step is EscalationStep.LATE else due_at


def counting(
    answer_due: datetime | None, window_until: datetime | None, answer_since: datetime | None
) -> datetime | None:
    """Return until when an answer is wanted: the promised deadline, or two hours before WeChat's window closes if that
    is earlier.

    A window that was nearly closed when the clock began changes nothing: the answer will go another way.

    >>> begun, hour = datetime(2026, 11, 23, 15), timedelta(hours=1)
    >>> counting(begun + 72 * hour, begun + 48 * hour, begun) - begun == 46 * hour
    True
    >>> counting(begun + 24 * hour, begun + hour, begun) - begun == 24 * hour
    True
    """
    if answer_due is None or window_until is None or answer_since is None:
        return answer_due
    last = window_until - MARGIN
    return min(answer_due, last) if last > answer_since else answer_due


def fingerprint(terms: Terms, calendar: Calendar | None) -> str:
    """Return a digest of the policy and calendar a deadline was computed with; where it differs, the deadline is
    recomputed.

    >>> fingerprint(DEFAULT, None) == fingerprint(Terms(), None) != fingerprint(Terms(closing=1), None)
    True
    """
    known: list[object] = [asdict(terms)]
    if calendar is not None:
        special = sorted((day.isoformat(), spans) for day, spans in calendar.special.items())
        known += [calendar.zone.key, calendar.week, special]
        known.append(public_days.edition() if calendar.keeps_public_days else "")
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


def longest(calendar: Calendar | None, allowed: int, starts: list[datetime]) -> tuple[datetime, datetime]:
    """Return which of these starts has its deadline farthest away by the wall clock, and that deadline.

    >>> begun = datetime(2026, 11, 23, 15)
    >>> longest(None, 3600, [begun])[1] - begun
    datetime.timedelta(seconds=3600)
    """
    return max(((start, add(calendar, start, allowed)) for start in starts), key=lambda pair: pair[1] - pair[0])


def paused(calendar: Calendar | None, started_at: datetime, running_since: datetime, used: int) -> float:
    """Return for how many seconds of its own time a clock rested between its start and its last resumption.

    >>> begun = datetime(2026, 11, 23, 15)
    >>> paused(None, begun, begun + timedelta(hours=5), 3600)
    14400.0
    """
    return max(between(calendar, started_at, running_since) - used, 0.0)


def recipients(step: EscalationStep, owner: int | None, above: list[int]) -> tuple[int, ...]:
    """Return the managers to be notified of a step; where there are none, the console shows it to the staff.

    Warnings go to the owner (to the supervisor, where there is no owner), a breach to both, a breach that goes on to
    whoever stands above the supervisor. `above` are the managers over the area, the nearest first.

    >>> half, due, late = EscalationStep.HALF, EscalationStep.DUE, EscalationStep.LATE
    >>> recipients(half, 1, [2, 3]), recipients(due, 1, [2, 3]), recipients(late, 1, [2, 3])
    ((1,), (1, 2), (3,))
    >>> recipients(half, None, [2]), recipients(late, 1, [2]), recipients(due, None, [])
    ((2,), (), ())
    """
    if step is EscalationStep.LATE:
        return tuple(above[1:2])
    first = (owner,) if owner is not None else tuple(above[:1])
    return tuple(dict.fromkeys((*first, *above[:1]))) if step is EscalationStep.DUE else first
