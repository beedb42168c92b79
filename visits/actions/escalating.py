"""Escalation: due steps are taken once each, with their notices, in one transaction.

A step's row is unique, and whoever takes it locks the request: workers that run at once share the requests. After an
outage every missed step is taken, and each person gets one notice, about the worst. In quiet hours a step is taken at
its time and only its notice waits; steps taken meanwhile join that notice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.quiet import QuietHours
from people.working_time import company
from visits.actions import alerts, clocks
from visits.actions.deadlines import plan, settle, with_deadlines
from visits.models.deadlines import Deadline, Escalation, Promise
from visits.models.requests import Request
from visits.queries import org_chart, visibility
from visits.rules import promises
from visits.rules.promises import EscalationStep
from wechat_bot.models import Follower

#: Clocks handled in one transaction.
BATCH = 200


def take_steps(session: Session, *, now: datetime, zone: ZoneInfo, quiet: QuietHours | None) -> int:
    """Take the due steps of at most `BATCH` clocks; gives of how many requests.

    A step is taken when it is due; in quiet hours only its notice waits.
    """
    due = (
        select(Deadline.request_id)
        .where(Deadline.step_at <= now, Deadline.step_at.is_not(None), Deadline.ended_at.is_(None))
        .order_by(Deadline.step_at, Deadline.id)
        .limit(BATCH)
    )
    spent = _spent(session)
    requests = clocks.locked(session, {*session.scalars(due), *spent})
    if not requests:
        return 0
    rows = _take(session, requests, spent, now)
    session.add_all(escalation for escalation, _ in rows)
    session.flush()
    _tell(session, {request.id: request for request in requests}, rows, now, zone, quiet)
    return len(requests)


def _spent(session: Session) -> set[int]:
    """Return requests that still wait for an answer while other messages have used up the sends of the reply window: it
    counts as closed already."""
    return set(
        session.scalars(
            select(Deadline.request_id)
            .join(Request, Request.id == Deadline.request_id)
            .join(Follower, Follower.openid == Request.openid)
            .where(Deadline.step_at.is_not(None), Deadline.ended_at.is_(None))
            .where(Deadline.promise == Promise.REPLY_WINDOW, Request.unanswered_since.is_not(None))
            .where(Follower.message_left == 0, Follower.unfollowed_at.is_(None))
            .order_by(Deadline.request_id)
            .limit(BATCH)
        )
    )


def _take(
    session: Session, requests: list[Request], spent: set[int], now: datetime
) -> list[tuple[Escalation, Deadline]]:
    """Move every clock of these requests past its due steps; gives a row for each clock."""
    rows = []
    found = with_deadlines(session, requests)
    counts_hours = any(deadline.counts_working_hours for _, deadlines in found for deadline in deadlines)
    hours = company.hours(session) if counts_hours else None
    for request, deadlines in found:
        for deadline in deadlines:
            if deadline.promise == Promise.REPLY_WINDOW and request.id in spent and deadline.step is not None:
                rows.append(
                    (Escalation(deadline_id=deadline.id, step=EscalationStep.SPENT, due_at=now, taken_at=now), deadline)
                )
                deadline.ended_at, deadline.step, deadline.step_at = now, None, None
            while deadline.step is not None and deadline.step_at is not None and deadline.step_at <= now:
                step = EscalationStep(deadline.step)
                row = Escalation(deadline_id=deadline.id, step=step, due_at=deadline.step_at, taken_at=now)
                rows.append((row, deadline))
                deadline.step = promises.following(Promise(deadline.promise), step)
                plan(deadline, hours if deadline.counts_working_hours else None)
        settle(request, [deadline for deadline in deadlines if deadline.ended_at is None])
    return rows


def _tell(
    session: Session,
    requests: dict[int, Request],
    taken: Sequence[tuple[Escalation, Deadline]],
    now: datetime,
    zone: ZoneInfo,
    quiet: QuietHours | None,
) -> None:
    above = _above(session, list(requests.values()), now, zone)
    warned = {deadline.request_id for each, deadline in taken if each.step == EscalationStep.WINDOW}
    moot = _moot_windows(session, [requests[key] for key in warned], now)
    to: dict[int, list[int]] = defaultdict(list)
    for escalation, deadline in taken:
        request, step = requests[deadline.request_id], EscalationStep(escalation.step)
        if step is not EscalationStep.WINDOW or request.openid not in moot:
            for manager_id in promises.recipients(step, request.owner_id, above[request.id]):
                to[manager_id].append(escalation.id)
    alerts.tell(session, to, now=now, due_at=(quiet and quiet.over_at(now)) or now, zone=zone)


def _above(session: Session, requests: list[Request], now: datetime, zone: ZoneInfo) -> dict[int, list[int]]:
    """Return who stands above each of these requests, the nearest first; for a request without an area, those at the
    top."""
    chart = org_chart.read(session, day_in(now, zone))
    hidden = visibility.hidden_from(session, [each.id for each in requests if each.goes_up])
    return {
        each.id: [
            person.id
            for person in (chart.supervisors(each.area_id, each.owner_id) if each.area_id else chart.tops())
            if person.id != each.owner_id and person.id not in hidden.get(each.id, ())
        ]
        for each in requests
    }


def _moot_windows(session: Session, requests: Sequence[Request], now: datetime) -> set[str]:
    """Return the shops that can get no customer-service message any more: a warning that the window closes is
    pointless."""
    warned = {each.openid for each in requests}
    if not warned:
        return warned
    can = select(Follower.openid).where(
        Follower.openid.in_(warned),
        Follower.unfollowed_at.is_(None),
        Follower.message_left > 0,
        Follower.message_until > now,
    )
    return warned - set(session.scalars(can))
