"""Deadlines of a request, each with an explanation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import calendar as hours
from foundation.calendar import Calendar, Why
from people.working_time import company
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Request
from visits.queries import policies
from visits.queries.policies import Reckoning
from visits.rules import promises
from visits.texts import deadlines as texts
from visits.texts.deadlines import Day
from wechat_bot.models import Follower


@dataclass(frozen=True, slots=True)
class Explained:
    """Deadline with its outcome and the explanation of how it was computed."""

    id: int
    label: str
    outcome: str
    lines: tuple[str, ...]
    #: Its outcome is final: kept, void, or missed and ended.
    is_over: bool


def of_request(session: Session, request_id: int, *, now: datetime, zone: ZoneInfo) -> list[Explained]:
    """Return all deadlines of a request in the order they began."""
    rows = session.scalars(select(Deadline).where(Deadline.request_id == request_id).order_by(Deadline.id)).all()
    if not rows:
        return []
    class_id, follower = session.execute(
        select(Request.class_id, Follower)
        .outerjoin(Follower, Follower.openid == Request.openid)
        .where(Request.id == request_id)
    ).one()
    reckoning = policies.reckoning(session, class_id)
    calendar = company.hours(session) if any(row.counts_working_hours for row in rows) else None
    found = []
    for row in rows:
        if row.promise == Promise.REPLY_WINDOW and row.ended_at is None and follower is not None:
            outcome, lines = _window(follower, now, zone)
        else:
            outcome = texts.OUTCOMES[promises.outcome(row.due_at, row.met_at, row.ended_at, now)]
            lines = _lines(row, calendar if row.counts_working_hours else None, reckoning, now, zone)
        found.append(
            Explained(row.id, texts.PROMISES[Promise(row.promise)], outcome, tuple(lines), row.ended_at is not None)
        )
    return found


def _window(follower: Follower, now: datetime, zone: ZoneInfo) -> tuple[str, list[str]]:
    """Explain the reply window as the ledger has it now: other messages by and to the shop move it too."""
    until = follower.message_until
    is_open = follower.message_left > 0 and until is not None and now < until
    return texts.WINDOW[is_open], [texts.WINDOW_RULE, texts.window_now(follower.message_left, until, now, zone)]


def _lines(row: Deadline, calendar: Calendar | None, reckoning: Reckoning, now: datetime, zone: ZoneInfo) -> list[str]:
    promise = Promise(row.promise)
    lines = [texts.began(promise, row.started_at, row.allowed, row.counts_working_hours, zone)]
    if row.running_since is None or row.due_at is None:
        if row.ended_at is None:
            lines.append(texts.rests(row.used))
        lines.append(texts.ended(row.met_at, row.ended_at, None, now, zone))
        return [line for line in lines if line]
    if row.running_since > row.started_at:
        rested = promises.paused(calendar, row.started_at, row.running_since, row.used)
        lines.append(texts.rested(rested, row.running_since, zone))
    if calendar is not None:
        lines += texts.days(_days(calendar, row.running_since, row.due_at))
        years = range(row.running_since.astimezone(zone).year, row.due_at.astimezone(zone).year + 1)
        lines += [texts.unknown_year(year) for year in years if not hours.knows(calendar, year)]
    lines.append(texts.due(row.due_at, zone))
    if promise is not Promise.REPLY_WINDOW:
        due_at = hours.add(calendar, row.running_since, row.allowed - row.used)
        if row.ended_at is not None and row.fingerprint != reckoning.fingerprint:
            lines.append(texts.LATER_CHANGED)
        elif row.fingerprint == reckoning.fingerprint and due_at < row.due_at:
            lines.append(texts.SHORTENED)
    lines.append(texts.ended(row.met_at, row.ended_at, row.due_at, now, zone))
    return [line for line in lines if line]


def _days(calendar: Calendar, start: datetime, end: datetime) -> list[Day]:
    """Return what each day from `start` to `end` counts; consecutive free days with one name are one line."""
    found: list[Day] = []
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        each = _day(calendar, day, start, end)
        previous = found[-1] if found else None
        if previous and not each.spans and not previous.spans and previous.name == each.name:
            found[-1] = Day(previous.first, day, each.name, "", 0)
        else:
            found.append(each)
        day += timedelta(days=1)
    return found


def _day(calendar: Calendar, day: date, start: datetime, end: datetime) -> Day:
    parts = [(max(a, start), min(b, end)) for a, b in calendar.moments(day) if max(a, start) < min(b, end)]
    spans, why = calendar.day(day)
    name = calendar.name(day)
    if why is Why.MAKE_UP:
        name += "补班"
    if not parts:
        return Day(day, day, name if not spans and name else "休息" if not spans else "工作时间已过", "", 0)
    said = " ".join(f"{a.astimezone(calendar.zone):%H:%M}-{b.astimezone(calendar.zone):%H:%M}" for a, b in parts)
    return Day(day, day, name, said, sum((b - a).total_seconds() for a, b in parts))
