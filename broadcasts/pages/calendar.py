"""Console calendar of the pushes of a month: what goes when, what is left of the quotas, and what clashes."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from broadcasts.actions import checking, forecasting
from broadcasts.pages.pushes import COLOURS
from broadcasts.permissions import PUSHES_SEE
from broadcasts.queries import calendar as queries
from broadcasts.queries import columns
from broadcasts.queries import pushes as push_queries
from broadcasts.queries.calendar import CalendarPush, ComingOccurrence
from broadcasts.rules import drafts, states
from broadcasts.texts import calendar as texts
from broadcasts.texts.pushes import KINDS
from campaigns.texts import REASONS
from console import access, fields, stamps
from foundation import calendar as hours
from foundation import festivals
from foundation.calendar import WEEKDAYS, Calendar, Why
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import FIRST
from foundation.text import whole_number
from people.picker import short
from people.picker.short import Picker
from people.working_time import company
from wechat_bot.mass import quota
from wechat_bot.services import Services, current_services

PICKER = Picker(
    ("area", "class", "manager", "tag", "audience"), "所有关注的人", legend="群发给了谁", asks=texts.TO_WHOM
)
_DAY = timedelta(days=1)
#: Shops that are named of those whom a push would not reach.
NAMED = 5
#: Years that can be shown: the lunar calendar is known in these.
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Day on the page of a month: what it is called, and what goes out on it."""

    day_on: date
    is_within: bool
    #: Its festivals and the company's own name for it, or else the day in the lunar calendar.
    name: str
    has_name: bool
    #: 休 where the company is closed, 班 where it works on a day it usually would not.
    mark: str
    is_off: bool
    pushes: Sequence[CalendarPush]
    coming: Sequence[ComingOccurrence]
    #: What else goes out that day, in words.
    others: Sequence[str]
    calls: int


@access.allow(PUSHES_SEE)
def calendar() -> ResponseReturnValue:
    """Show the pushes of a month on their days, and of one of them whom it would not reach."""
    return page(None)


def page(error: Refused | None) -> str:
    """The page of a month, with the refusal of a form."""
    services = current_services()
    now = services.clock()
    today = day_in(now, services.zone)
    kind, column_id = request.args.get("kind", ""), request.args.get("column", type=int)
    at = checking.circumstances(services, now)
    with services.reading() as session:
        picked = _picked(session)
        month = _month() or (day_in(picked.line.due_at, services.zone) if picked else today).replace(day=1)
        first, last = _span(month)
        found = queries.pushes(session, first, last, services.zone, kind=kind, column_id=column_id)
        works = company.calendar(session, services.zone)
        days = _days(session, month, found, services, today, works, kind=kind, column_id=column_id)
        clashes = forecasting.clashes(session, queries.clashing(found, now, services.zone), at)
        values: dict[str, Any] = {
            "columns": [(each.id, each.name) for each in columns.columns(session)],
            "uses": queries.uses(session, month),
            "calls_left": quota.calls_left(session, "mass", now=now),
            "offer": short.offer(
                session,
                PICKER,
                short.read(PICKER, request.form, services.criteria),
                services.criteria,
                access.visitor(),
            ),
            **_of_picked(session, picked, services, at, works),
        }
    return render_template(
        "broadcasts/console/calendar.html",
        month=month,
        before=(month - _DAY).replace(day=1),
        after=(month + 32 * _DAY).replace(day=1),
        today=today,
        days=days,
        clashes=[(one, other, _next_working(day_in(other.due_at, services.zone), works)) for one, other in clashes],
        closed={
            each.id
            for each in found
            if each.is_open and drafts.closure(each.kind, day_in(each.due_at, services.zone), works)
        },
        clashing={each.id for pair in clashes for each in pair},
        counted=_counted(found, month, services),
        unknown=[year for year in sorted({first.year, last.year}) if not hours.knows(works, year)],
        most_calls=max((each.calls for each in days), default=0),
        a_day=quota.A_DAY["mass"],
        given={"kind": kind, "column": column_id or ""},
        stamp=lambda push: stamps.of(queries.kept(push, services.zone)),
        kept=lambda push: queries.kept(push, services.zone),
        weekdays=WEEKDAYS,
        zone=services.zone,
        kinds=KINDS,
        colours=COLOURS,
        reasons=REASONS,
        token=request.form.get("token") or secrets.token_urlsafe(12),
        error=error,
        **values,
    )


def _span(month: date) -> tuple[date, date]:
    """The first and the last day that the page of a month shows: whole weeks."""
    ends = (month + 32 * _DAY).replace(day=1) - _DAY
    return month - month.weekday() * _DAY, ends + (6 - ends.weekday()) * _DAY


def _days(
    session: Session,
    month: date,
    found: Sequence[CalendarPush],
    services: Services,
    today: date,
    works: Calendar,
    *,
    kind: str,
    column_id: int | None,
) -> list[CalendarDay]:
    (first, last), zone = _span(month), services.zone
    pushes, coming, others = defaultdict(list), defaultdict(list), defaultdict(list)
    for push in found:
        pushes[day_in(push.due_at, zone)].append(push)
    for each in queries.coming(session, first, last, today, works, kind=kind, column_id=column_id):
        coming[each.day_on].append(each)
    topics = access.extensions().topics
    for other in queries.others(session, first, last, zone):
        others[day_in(other.due_at, zone)].append(topics.get(other.topic, other.topic))
    calls, named = queries.calls(session, first, last), festivals.between(first, last)
    return [
        _day(day, month, works, named.get(day, []), pushes[day], coming[day], others[day], calls.get(day, 0))
        for day in (first + n * _DAY for n in range((last - first).days + 1))
    ]


def _day(
    day: date,
    month: date,
    works: Calendar,
    named: Sequence[str],
    pushes: Sequence[CalendarPush],
    coming: Sequence[ComingOccurrence],
    others: Sequence[str],
    calls: int,
) -> CalendarDay:
    (spans, why), own = works.day(day), works.names.get(day)
    is_worked_once = why is Why.MAKE_UP or (why is Why.SPECIAL and bool(spans) and day.weekday() >= 5)
    names = [*([own] if own else []), *named]
    return CalendarDay(
        day,
        (day.year, day.month) == (month.year, month.month),
        "、".join(names) or festivals.lunar(day),
        bool(names),
        "休" if works.closure(day) else "班" if is_worked_once else "",
        _rests(day, works),
        pushes,
        coming,
        [f"{count} 次{name}" for name, count in _counts(others).items()],
        calls,
    )


def _counts(names: Sequence[str]) -> dict[str, int]:
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _counted(found: Sequence[CalendarPush], month: date, services: Services) -> Mapping[str, int]:
    """How many pushes the month itself has, and how many of them nobody has approved."""
    within = [each for each in found if day_in(each.due_at, services.zone).replace(day=1) == month]
    gone = (states.State.CANCELLED, states.State.MISSED, states.State.OVER, states.State.BROKEN)
    return {
        "all": sum(each.state not in gone for each in within),
        "submitted": sum(each.state == states.State.SUBMITTED for each in within),
        "draft": sum(each.state == states.State.DRAFT for each in within),
    }


def _picked(session: Session) -> push_queries.PushDetail | None:
    """The push that the address names, or the one that a form of this page was about."""
    push_id = request.view_args.get("push_id") if request.view_args else None
    push_id = push_id or whole_number(request.args.get("push", ""))
    return push_queries.detail(session, push_id) if push_id else None


def _month() -> date | None:
    text = request.args.get("month", "")
    try:
        found = fields.day(f"{text}-01") if text else None
    except Refused:
        abort(404)
    if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
        abort(404)
    return found


def _of_picked(
    session: Session,
    found: push_queries.PushDetail | None,
    services: Services,
    at: checking.Circumstances,
    works: Calendar,
) -> dict[str, Any]:
    """What is told of one push: whom it would reach, and what can be done about the others. That reads the whole
    audience, so the page asks for it separately."""
    if found is None:
        return {"picked": None}
    is_told = access.visitor().is_company_wide and found.line.state in states.OPEN
    values: dict[str, Any] = {
        "picked": queries.of_line(found.line),
        "whom": push_queries.whom(session, found.audience, services.criteria),
        "is_told": is_told,
        "told": None,
        "untold": "",
        "swaps": (),
        "missed": (),
        "next_month": _next_working(
            (found.line.due_at.astimezone(services.zone).date().replace(day=1) + 32 * _DAY).replace(day=1) - _DAY, works
        ),
    }
    if not is_told or not request.args.get("reach"):
        return values
    try:
        told = forecasting.forecast(session, found.line.id, at)
        swaps = forecasting.swaps(session, found.line.id, at) if told.found.over_quota else ()
        missed = forecasting.left_out(session, found.line.id, at, (), FIRST, NAMED).lines if told.found.reasons else ()
        return values | {"told": told, "swaps": swaps, "missed": missed}
    except Refused as refusal:
        return values | {"untold": refusal.sentence}


def _next_working(day: date, works: Calendar) -> date:
    """The next day after this one on which the supplier works, as far as is known."""
    for _ in range(hours.LONGEST_REST):
        day += _DAY
        if not _rests(day, works):
            break
    return day


def _rests(day: date, works: Calendar) -> bool:
    """Whether the supplier rests on a day, by its festivals and the week where its year is not published."""
    known = works.rests(day)
    return day.weekday() >= 5 or not festivals.PUBLIC.isdisjoint(festivals.of(day)) if known is None else known
