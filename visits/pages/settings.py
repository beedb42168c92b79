"""What is promised, and by which hours: policies, working hours, special days, categories."""

from datetime import date, datetime
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit
from foundation.clock import day_in
from foundation.errors import Refused
from visits.actions import settings as actions
from visits.models import Category, Policy, SpecialDay, WorkingWeek
from visits.permissions import VISITS_SETTINGS
from visits.queries import editable, policies
from visits.queries import settings as queries
from visits.queries.settings import PolicyLine
from visits.rules import calendar as hours
from visits.rules import settings as rules
from visits.rules.calendar import WEEKDAYS, Calendar
from visits.rules.promises import HOUR, Terms
from visits.rules.settings import Worst
from visits.texts.times import span, when
from wechat_bot.services import current_services

#: What the audit log says was changed, where it is one for all.
EVERY_CLASS, HOURS, DAYS = "class:", "visit-hours", "visit-days"


@access.allow(VISITS_SETTINGS)
def overview() -> ResponseReturnValue:
    """All that is set, and what it would mean for a message that comes now."""
    services = current_services()
    now = services.clock()
    with services.reading() as session:
        calendar = policies.calendar(session)
        lines = queries.policy_lines(session, now=now)
        return render_template(
            "visits/console/settings.html",
            policies=lines,
            week=queries.week(session),
            weekdays=WEEKDAYS,
            days=queries.ranges(queries.special_days(session, today=day_in(now, services.zone)))[:8],
            categories=queries.categories(session),
            unknown=calendar and hours.unknown_year(calendar, now),
            warnings=_warnings(lines, now),
            span=span,
            when=lambda moment: when(moment, now=now, zone=services.zone),
        )


@access.allow(VISITS_SETTINGS)
def policy(class_id: int | None = None) -> ResponseReturnValue:
    """What one class of shops is promised, or all others."""
    error: Refused | None = None
    warning = ""
    if request.method == "POST":
        try:
            warning = _save_policy(class_id)
        except Refused as refusal:
            error = refusal
        else:
            if not warning:
                flash("已保存，正在计时的留言按新规定重新计算。", "success")
                return redirect(url_for("visits_pages.settings"), 303)
    services = current_services()
    with services.reading() as session:
        lines, has_hours = queries.policy_lines(session, now=services.clock()), policies.calendar(session) is not None
        kept = editable.policy(session, class_id)
    found = next((each for each in lines if each.class_id == class_id), None)
    if found is None:
        abort(404)
    page = render_template(
        "visits/console/policy.html",
        policy=found,
        kept=kept,
        error=error,
        warning=warning,
        has_hours=has_hours,
        hour=HOUR,
    )
    return page, 422 if warning else access.status(error)


@access.allow(VISITS_SETTINGS)
def drop_policy(class_id: int) -> ResponseReturnValue:
    """Promise a class of shops what all are promised."""
    services = current_services()
    with services.transaction() as session:
        now = services.clock()
        _check_policy(session, class_id)
        actions.drop_policy(session, class_id, now=now)
        _note(session, "visit.policy", f"class:{class_id}", "改回与所有客户类型相同", now)
    flash("已改回与所有客户类型相同。", "success")
    return redirect(url_for("visits_pages.settings"), 303)


@access.allow(VISITS_SETTINGS)
def week() -> ResponseReturnValue:
    """The company's working hours."""
    error: Refused | None = None
    if request.method == "POST":
        try:
            _save_week()
        except Refused as refusal:
            error = refusal
        else:
            return redirect(url_for("visits_pages.settings"), 303)
    with current_services().reading() as session:
        found, kept = queries.week(session), editable.week(session)
    page = render_template("visits/console/week.html", week=found, kept=kept, weekdays=WEEKDAYS, error=error)
    return page, access.status(error)


@access.allow(VISITS_SETTINGS)
def days() -> ResponseReturnValue:
    """The company's own holidays and working days."""
    services, error = current_services(), None
    if request.method == "POST":
        try:
            _save_days()
        except Refused as refusal:
            error = refusal
        else:
            return redirect(url_for("visits_pages.special_days"), 303)
    now = services.clock()
    with services.reading() as session:
        found, calendar = queries.special_days(session, today=day_in(now, services.zone)), policies.calendar(session)
        kept = editable.day(session, None)
        each_kept = {each.day_on: editable.day(session, each.day_on) for each in found}
    page = render_template(
        "visits/console/days.html",
        days=found,
        kept=kept,
        each_kept=each_kept,
        weekdays=WEEKDAYS,
        has_hours=calendar is not None,
        unknown=calendar and hours.unknown_year(calendar, now),
        error=error,
    )
    return page, access.status(error)


@access.allow(VISITS_SETTINGS)
def drop_day(day: str) -> ResponseReturnValue:
    """Make a special day an ordinary one."""
    services = current_services()
    with services.transaction() as session:
        now = services.clock()
        on = _day(day)
        row = select(SpecialDay.day_on).where(SpecialDay.day_on == on)
        access.check_stamp(session, row, partial(editable.day, on=on), about=DAYS)
        actions.drop_special_day(session, on, now=now)
        _note(session, "visit.days", DAYS, f"删除 {day}", now)
    flash(f"{day} 已改回平常的一天。", "success")
    return redirect(url_for("visits_pages.special_days"), 303)


@access.allow(VISITS_SETTINGS)
def category(category_id: int | None = None) -> ResponseReturnValue:
    """A category of requests and its keywords."""
    error: Refused | None = None
    if request.method == "POST":
        try:
            name = _save_category(category_id)
        except Refused as refusal:
            error = refusal
        else:
            flash(f"“{name}”已保存，之后的留言按新的关键词分类。", "success")
            return redirect(url_for("visits_pages.settings"), 303)
    with current_services().reading() as session:
        every, kept = queries.categories(session), editable.category(session, category_id)
    found = next((each for each in every if each.id == category_id), None)
    if category_id is not None and found is None:
        abort(404)
    page = render_template(
        "visits/console/category.html", category=found, kept=kept, position=len(every) + 1, error=error
    )
    return page, access.status(error)


@access.allow(VISITS_SETTINGS)
def retire(category_id: int) -> ResponseReturnValue:
    """Stop, or begin again, to use a category."""
    services, is_retired = current_services(), request.form.get("retired") == "1"
    with services.transaction() as session:
        now = services.clock()
        _check_category(session, category_id)
        name = actions.retire_category(session, category_id, is_retired=is_retired, now=now)
        said = f"{'停用' if is_retired else '恢复'} {name}"
        _note(session, "visit.category", f"category:{category_id}", said, now)
    flash(f"“{name}”已{'停用' if is_retired else '恢复'}。", "success")
    return redirect(url_for("visits_pages.settings"), 303)


def _save_policy(class_id: int | None) -> str:
    """Save what the form says; gives a warning in place of saving, where one is to be confirmed first."""
    services, form = current_services(), request.form
    wanted = Terms(
        handing_over=rules.seconds(form.get("handing_over", ""), 60, "转交"),
        first_answer=rules.seconds(form.get("first_answer", ""), HOUR, "首次答复"),
        next_answer=rules.seconds(form.get("next_answer", ""), HOUR, "后续答复"),
        closing=rules.seconds(form.get("closing", ""), HOUR, "办结"),
        counts_working_hours=form.get("working") == "1",
    )
    now = services.clock()
    with services.transaction() as session:
        _check_policy(session, class_id)
        rules.check_terms(wanted)
        worst = rules.worst(wanted, policies.calendar(session), now)
        if worst and form.get("confirmed") != "1":
            return _too_late(worst, now)
        actions.save_policy(session, class_id, wanted, now=now)
        detail = (
            f"转交 {span(wanted.handing_over)}，首次 {span(wanted.first_answer)}，后续 {span(wanted.next_answer)}，"
            f"办结 {span(wanted.closing)}{'，只算工作时间' if wanted.counts_working_hours else ''}"
        )
        _note(session, "visit.policy", f"class:{class_id}" if class_id else EVERY_CLASS, detail, now)
    return ""


def _save_week() -> None:
    services, form = current_services(), request.form
    spans = []
    for number, name in enumerate(WEEKDAYS):
        try:
            spans.append(hours.read_spans(form.get(f"day{number}", "")))
        except Refused as refusal:
            raise Refused(f"{name}：{refusal.sentence}") from None
    now = services.clock()
    with services.transaction() as session:
        access.check_stamp(session, select(WorkingWeek.id), editable.week, about=HOURS)
        keeps = form.get("public") == "1"
        calendar = actions.save_hours(session, services.zone.key, spans, keeps_public_days=keeps, now=now)
        detail = "；".join(
            f"{name} {hours.write_spans(each) or '休息'}" for name, each in zip(WEEKDAYS, spans, strict=True)
        )
        _note(session, "visit.hours", HOURS, f"{detail}；{'按' if keeps else '不按'}国家放假安排", now)
        warnings = _warnings(queries.policy_lines(session, now=now), now)
    flash("工作时间已保存。只算工作时间的期限已按它重新计算。", "success")
    _warn(calendar, warnings, now)


def _save_days() -> None:
    services, form = current_services(), request.form
    first = _day(form.get("first", ""))
    last = _day(form["last"]) if form.get("last") else first
    spans = hours.read_spans(form.get("spans", ""))
    now = services.clock()
    with services.transaction() as session:
        access.check_stamp(session, select(SpecialDay.day_on), partial(editable.day, on=None), about=DAYS)
        calendar = actions.save_special_days(session, first, last, form.get("name", ""), spans, now=now)
        said = f"{first} 至 {last} {form.get('name', '')}：{hours.write_spans(spans) or '放假'}"
        _note(session, "visit.days", DAYS, said, now)
        warnings = _warnings(queries.policy_lines(session, now=now), now)
    flash("已保存。", "success")
    if calendar is not None:
        _warn(None, warnings, now)


def _save_category(category_id: int | None) -> str:
    services, form = current_services(), request.form
    words = rules.keywords(form.get("keywords", ""))
    position, goes_up = form.get("position", 0, type=int), form.get("goes_up") == "1"
    now = services.clock()
    with services.transaction() as session:
        if category_id is not None:
            _check_category(session, category_id)
        found = actions.save_category(session, category_id, form.get("name", ""), words, position, goes_up=goes_up)
        detail = f"{found.name}：{'、'.join(words)}{'，交给上级' if goes_up else ''}"
        _note(session, "visit.category", f"category:{found.id}", detail, now)
        return found.name


def _check_policy(session: Session, class_id: int | None) -> None:
    about = f"class:{class_id}" if class_id else EVERY_CLASS
    access.check_stamp(session, select(Policy.id), partial(editable.policy, class_id=class_id), about=about)


def _check_category(session: Session, category_id: int) -> None:
    row = select(Category.id).where(Category.id == category_id)
    about = f"category:{category_id}"
    access.check_stamp(session, row, partial(editable.category, category_id=category_id), about=about)


def _warn(calendar: Calendar | None, warnings: list[str], now: datetime) -> None:
    for sentence in warnings:
        flash(sentence, "warning")
    year = calendar and hours.unknown_year(calendar, now)
    if year:
        flash(f"{year} 年的放假和调休安排还不知道，这一年先按平常的一周算。请在“特殊日期”里补上。", "warning")


def _warnings(lines: list[PolicyLine], now: datetime) -> list[str]:
    return [f"{each.name}：{_too_late(each.worst, now)}" for each in lines if each.is_own and each.worst]


def _too_late(worst: Worst, now: datetime) -> str:
    zone = current_services().zone
    start, due_at = (when(moment, now=now, zone=zone) for moment in (worst.start, worst.due_at))
    return f"例如 {start} 来的留言，期限是 {due_at}，超过了微信 48 小时的回复期，到那时只能改发服务通知。"


def _note(session: Session, did: str, about: str, detail: str, now: datetime) -> None:
    audit.note(session, access.visitor(), did, about, detail, address=access.address(), now=now)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("日期要写成 2027-02-05 这样。") from None
