"""Console pages of working time: the hours of the week, and the special days in a month's calendar."""

from datetime import date, datetime, timedelta
from itertools import zip_longest

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields
from foundation import calendar as hours
from foundation.calendar import MOST_SPANS, WEEKDAYS, Calendar, Why
from foundation.clock import day_in
from foundation.errors import Refused
from people.working_time import company
from visits.actions import settings as actions
from visits.pages import settings as pages
from visits.permissions import VISITS_SETTINGS
from visits.queries import editable
from visits.queries import settings as queries
from visits.rules import settings as rules
from wechat_bot.services import current_services

#: Working spans of a day as they are typed: from when, until when.
Typed = list[tuple[str, str]]
#: A week to begin with.
USUAL: Typed = [("08:30", "12:00"), ("14:30", "17:30")]
#: Spans that a day has fields for, at least.
FEWEST_SPANS = 2
#: What the fields of times offer; anything else may be typed.
TIMES = [f"{half // 2:02}:{half % 2 * 30:02}" for half in range(12, 49)]


@access.allow(VISITS_SETTINGS)
def week() -> ResponseReturnValue:
    """Edit the company's working hours."""
    # A button that only changes the form: Monday's hours for the days up to Friday, one more span on a day.
    if request.form.get("do", "save") != "save":
        return _week_page(None)
    return act.form(_save_week, _week_page)


@access.allow(VISITS_SETTINGS)
def days() -> ResponseReturnValue:
    """Edit the company's own holidays and working days, in the calendar of a month."""
    return act.form(_save_days, _days_page)


@access.allow(VISITS_SETTINGS)
def drop_day(day: str) -> ResponseReturnValue:
    """Make a special day an ordinary one."""
    on = fields.day(day) or abort(404)
    with act.transaction(over=editable.day(on)) as (session, now, note):
        actions.drop_special_day(session, on, now=now)
        note("visit.days", detail=f"删除 {on}")
    return act.done(url_for("visits_pages.special_days"), f"{on} 已改回平常的一天。")


def _save_week() -> ResponseReturnValue:
    services, form = current_services(), request.form
    spans = []
    for number, name in enumerate(WEEKDAYS):
        try:
            spans.append(rules.typed_spans(_typed(str(number))))
        except Refused as refusal:
            raise Refused(f"{name}：{refusal.sentence}") from None
    with act.transaction(over=editable.week()) as (session, now, note):
        keeps = form.get("public") == "1"
        calendar = actions.save_hours(session, services.zone.key, spans, keeps_public_days=keeps, now=now)
        detail = "；".join(
            f"{name} {hours.write_spans(each) or '休息'}" for name, each in zip(WEEKDAYS, spans, strict=True)
        )
        note("visit.hours", detail=f"{detail}；{'按' if keeps else '不按'}国家放假安排")
        warnings = pages.warnings(queries.policy_lines(session, now=now), now)
    flash("工作时间已保存。只算工作时间的期限已按它重新计算。", "success")
    _warn(calendar, warnings, now)
    return act.done(url_for("visits_pages.settings"))


def _week_page(error: Refused | None) -> str:
    with current_services().reading() as session:
        found, kept = queries.week(session), editable.week().kept(session)
    if request.method == "POST":
        typed, keeps = _asked_week(), request.form.get("public") == "1"
    elif found:
        typed, keeps = [_pairs(spans) for spans in found[0]], found[1]
    else:
        typed, keeps = [list(USUAL) if number < 5 else [] for number in range(len(WEEKDAYS))], True
    return render_template(
        "visits/console/week.html",
        week=[_filled(each) for each in typed],
        keeps=keeps,
        kept=kept,
        weekdays=WEEKDAYS,
        times=TIMES,
        most_spans=MOST_SPANS,
        error=error,
    )


def _asked_week() -> list[Typed]:
    """What is typed, changed as a button asked for."""
    do, typed = request.form.get("do", ""), [_typed(str(number)) for number in range(len(WEEKDAYS))]
    if do == "copy":
        typed[1:5] = [typed[0]] * 4
    for number, spans in enumerate(typed):
        if do == f"more{number}" and len(spans) < MOST_SPANS:
            typed[number] = [*_filled(spans), ("", "")]
    return typed


def _save_days() -> ResponseReturnValue:
    form = request.form
    first, last = fields.day(form.get("first", "")), fields.day(form.get("last", ""))
    if first is None:
        raise Refused(fields.DAY)
    last, name, spans = last or first, form.get("name", ""), rules.typed_spans(_typed(""))
    with act.transaction(over=editable.day(None)) as (session, now, note):
        calendar = actions.save_special_days(session, first, last, name, spans, now=now)
        note("visit.days", detail=f"{first} 至 {last} {name}：{hours.write_spans(spans) or '放假'}")
        warnings = pages.warnings(queries.policy_lines(session, now=now), now)
    flash("已保存。", "success")
    if calendar is not None:
        _warn(None, warnings, now)
    return act.done(url_for("visits_pages.special_days", month=f"{first:%Y-%m}"))


def _days_page(error: Refused | None) -> str:
    services = current_services()
    now = services.clock()
    today = day_in(now, services.zone)
    chosen = _asked_day("first")
    shown = _asked_month() or (chosen or today).replace(day=1)
    with services.reading() as session:
        found, calendar = queries.special_days(session, today=today), company.hours(session)
        month = queries.month(session, shown, services.zone)
        kept = editable.day(None).kept(session)
        each_kept = {each.day_on: editable.day(each.day_on).kept(session) for each in found}
    return render_template(
        "visits/console/days.html",
        month=month,
        shown=shown,
        before=(shown - timedelta(days=1)).replace(day=1),
        after=(shown + timedelta(days=32)).replace(day=1),
        today=today,
        chosen=chosen,
        why=Why,
        spans=_filled(_typed("")),
        times=TIMES,
        days=found,
        kept=kept,
        each_kept=each_kept,
        weekdays=WEEKDAYS,
        has_hours=calendar is not None,
        unknown=calendar and hours.unknown_year(calendar, now),
        error=error,
    )


def _asked_day(name: str) -> date | None:
    """The day in an address; an address with anything else there leads nowhere."""
    try:
        return fields.day(request.args.get(name, ""))
    except Refused:
        abort(404)


def _asked_month() -> date | None:
    text = request.args.get("month", "")
    try:
        return fields.day(f"{text}-01") if text else None
    except Refused:
        abort(404)


def _typed(key: str) -> Typed:
    """The spans in the fields of a day of the week, or (no key) of the special days."""
    form = request.form
    return list(zip_longest(form.getlist(f"begins{key}"), form.getlist(f"ends{key}"), fillvalue=""))[:MOST_SPANS]


def _pairs(spans: str) -> Typed:
    return [(begins, ends) for begins, _, ends in (each.partition("-") for each in spans.split())]


def _filled(typed: Typed) -> Typed:
    """The spans, and empty ones up to the fewest that a day has fields for."""
    return [*typed, *[("", "")] * (FEWEST_SPANS - len(typed))]


def _warn(calendar: Calendar | None, warnings: list[str], now: datetime) -> None:
    for sentence in warnings:
        flash(sentence, "warning")
    year = calendar and hours.unknown_year(calendar, now)
    if year:
        flash(f"{year} 年的放假和调休安排还不知道，这一年先按平常的一周算。请在“特殊日期”里补上。", "warning")
