"""Console pages of settings: all of them at a glance, policies, categories."""

from datetime import datetime
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields, stamps
from foundation import calendar as hours
from foundation.calendar import WEEKDAYS
from foundation.clock import day_in
from foundation.errors import Refused
from people.working_time import company
from visits.actions import settings as actions
from visits.permissions import VISITS_SETTINGS
from visits.queries import editable
from visits.queries import settings as queries
from visits.queries.settings import PolicyLine
from visits.rules import settings as rules
from visits.rules.promises import HOUR, Terms
from visits.rules.settings import Worst
from visits.texts.times import span, when
from wechat_bot.services import current_services


class Unconfirmed(Refused):
    """Warning shown instead of saving: the values may be saved once the visitor confirms them."""


@access.allow(VISITS_SETTINGS)
def overview() -> ResponseReturnValue:
    """Show all settings, and the deadlines a message that comes now would get."""
    services = current_services()
    now = services.clock()
    with services.reading() as session:
        calendar = company.hours(session)
        lines = queries.policy_lines(session, now=now)
        return render_template(
            "visits/console/settings.html",
            policies=lines,
            week=queries.week(session),
            weekdays=WEEKDAYS,
            days=queries.ranges(queries.special_days(session, today=day_in(now, services.zone)))[:8],
            categories=queries.categories(session),
            unknown=calendar and hours.unknown_year(calendar, now),
            warnings=warnings(lines, now),
            span=span,
            when=lambda moment: when(moment, now=now, zone=services.zone),
        )


@access.allow(VISITS_SETTINGS)
def policy(class_id: int | None = None) -> ResponseReturnValue:
    """Edit the policy of one class of shops, or of all others."""
    return act.form(partial(_save_policy, class_id), partial(_policy_page, class_id))


@access.allow(VISITS_SETTINGS)
def drop_policy(class_id: int) -> ResponseReturnValue:
    """Delete a class's own policy: the common one holds for it."""
    with act.transaction(over=editable.policy(class_id)) as (session, now, note):
        actions.drop_policy(session, class_id, now=now)
        note("visit.policy", detail="改回与所有客户类型相同")
    return act.done(url_for("visits_pages.settings"), "已改回与所有客户类型相同。")


@access.allow(VISITS_SETTINGS)
def category(category_id: int | None = None) -> ResponseReturnValue:
    """Edit a category of requests and its keywords."""
    return act.form(partial(_save_category, category_id), partial(_category_page, category_id))


@access.allow(VISITS_SETTINGS)
def retire(category_id: int) -> ResponseReturnValue:
    """Retire a category, or use it again."""
    is_retired = request.form.get("retired") == "1"
    did = "停用" if is_retired else "恢复"
    with act.transaction(over=editable.category(category_id)) as (session, now, note):
        name = actions.retire_category(session, category_id, is_retired=is_retired, now=now)
        note("visit.category", detail=f"{did} {name}")
        session.flush()
        stamp = stamps.of(editable.category(category_id).kept(session))
    back = url_for("visits_pages.retire", category_id=category_id), {"retired": int(not is_retired), "stamp": stamp}
    return act.done(url_for("visits_pages.settings"), f"“{name}”已{did}。", undo=back)


def _save_policy(class_id: int | None) -> ResponseReturnValue:
    """Save the form's policy; shows the page again with a warning where something must be confirmed first."""
    form = request.form
    wanted = Terms(
        handing_over=rules.seconds(form.get("handing_over", ""), 60, "转交"),
        first_answer=rules.seconds(form.get("first_answer", ""), HOUR, "首次答复"),
        next_answer=rules.seconds(form.get("next_answer", ""), HOUR, "后续答复"),
        closing=rules.seconds(form.get("closing", ""), HOUR, "办结"),
        counts_working_hours=form.get("working") == "1",
    )
    with act.transaction(over=editable.policy(class_id)) as (session, now, note):
        rules.check_terms(wanted)
        worst = rules.worst(wanted, company.hours(session), now)
        if worst and form.get("confirmed") != "1":
            raise Unconfirmed(_too_late(worst, now))
        actions.save_policy(session, class_id, wanted, now=now)
        detail = (
            f"转交 {span(wanted.handing_over)}，首次 {span(wanted.first_answer)}，后续 {span(wanted.next_answer)}，"
            f"办结 {span(wanted.closing)}{'，只算工作时间' if wanted.counts_working_hours else ''}"
        )
        note("visit.policy", detail=detail)
    return act.done(url_for("visits_pages.settings"), "已保存，正在计时的留言按新规定重新计算。")


def _policy_page(class_id: int | None, error: Refused | None) -> str:
    services = current_services()
    with services.reading() as session:
        every, calendar = queries.policy_lines(session, now=services.clock()), company.hours(session)
        kept = editable.policy(class_id).kept(session)
    found = next((each for each in every if each.class_id == class_id), None)
    if found is None:
        abort(404)
    is_warning = isinstance(error, Unconfirmed)
    return render_template(
        "visits/console/policy.html",
        policy=found,
        kept=kept,
        error=None if is_warning else error,
        warning=error if is_warning else "",
        has_hours=calendar is not None,
        hour=HOUR,
    )


def _save_category(category_id: int | None) -> ResponseReturnValue:
    form, edited = request.form, None if category_id is None else editable.category(category_id)
    name, words = form.get("name", ""), rules.keywords(form.get("keywords", ""))
    goes_up, is_looked_up = form.get("goes_up") == "1", form.get("is_looked_up") == "1"
    position = fields.number(form.get("position", "0"), "顺序")
    with act.transaction(over=edited) as (session, _, note):
        found = actions.save_category(
            session, category_id, name, words, position, goes_up=goes_up, is_looked_up=is_looked_up
        )
        marks = f"{'，交给上级' if goes_up else ''}{'，先查资料' if is_looked_up else ''}"
        detail = f"{found.name}：{'、'.join(words)}{marks}"
        note("visit.category", f"category:{found.id}", detail)
    said = f"“{found.name}”已保存，之后的留言按新的关键词分类。"
    return act.done(url_for("visits_pages.settings"), said)


def _category_page(category_id: int | None, error: Refused | None) -> str:
    with current_services().reading() as session:
        every, kept = queries.categories(session), editable.category(category_id).kept(session)
    found = next((each for each in every if each.id == category_id), None)
    if category_id is not None and found is None:
        abort(404)
    return render_template(
        "visits/console/category.html", category=found, kept=kept, position=len(every) + 1, error=error
    )


def warnings(lines: list[PolicyLine], now: datetime) -> list[str]:
    """Return a warning for each class whose promise could end after WeChat's window has closed."""
    return [f"{each.name}：{_too_late(each.worst, now)}" for each in lines if each.is_own and each.worst]


def _too_late(worst: Worst, now: datetime) -> str:
    zone = current_services().zone
    start, due_at = (when(moment, now=now, zone=zone) for moment in (worst.start, worst.due_at))
    return f"例如 {start} 来的留言，期限是 {due_at}，超过了微信 48 小时的回复期，到那时只能改发服务通知。"
