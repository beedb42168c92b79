"""Periodic visits in the console: plans, the shops whose turn it is, and those with no contact for long."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from foundation.clock import day_in
from foundation.errors import Refused
from people import areas
from people import visibility as people_visibility
from people.models import Retailer
from people.permissions import PEOPLE_PHONES
from people.picker import short
from people.picker.short import Picker
from visits.actions import plans as actions
from visits.permissions import VISITS_ANSWER, VISITS_SEE, VISITS_SETTINGS
from visits.queries import editable, visibility
from visits.queries import plans as queries
from visits.queries.plans import PARTS, QUIET_DAYS, Plan
from visits.texts import groups as texts
from visits.texts.times import when
from wechat_bot.services import current_services

WORDS = {"overdue": "已过期", "due": "到期和过期", "soon": "7 天内到期"}
MOST_DAYS = 3650
#: Whom a plan can be for: not for all, and by no list of licences, which would be out of date with the next shop.
PICKER = Picker(("class", "area", "manager", "tag", "audience"), asks="请选择这个计划是给哪些店的。")


@access.allow(VISITS_SEE)
def plans() -> ResponseReturnValue:
    """The running plans, and how many shops are due."""
    services, me = current_services(), access.visitor()
    now = services.clock()
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        # Counting the shops of a large plan takes longer than a page may: asked for behind it.
        most = None if "counted" in request.args else queries.COUNTED
        found = queries.running(session, who, services.criteria, now=now, most=most)
        named = {plan.id: short.words(session, plan.audience, services.criteria) for plan in found}
    counts_later = not all(plan.is_counted or plan.broken for plan in found)
    return render_template("visits/console/plans.html", plans=found, named=named, counts_later=counts_later)


@access.allow(VISITS_SEE)
def plan(plan_id: int) -> ResponseReturnValue:
    """One plan: what is due with whom, and the shops, the longest overdue first. Seeing them is written down."""
    services, me, given = current_services(), access.visitor(), request.args.get("part", "")
    now, part = services.clock(), given if given in PARTS else "due"
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        found = _found(session, plan_id)
        page = queries.page(
            session, who, found, services.criteria, part=part, now=now, after=request.args.get("after", "")
        )
        is_first = not request.args.get("after")
        shares = queries.shares(session, who, found, services.criteria, now=now) if is_first else []
        named = short.words(session, found.audience, services.criteria)
        next_on = None if page.lines else queries.next_on(session, who, found, services.criteria, now=now)
        noted = queries.noted(session, who) if is_first else []
    act.seen("visit.plan.see", f"visit-plan:{plan_id}", found.name)
    return render_template(
        "visits/console/plan.html",
        plan=found,
        named=named,
        lines=[(line, queries.due_on(found, line)) for line in page.lines],
        after=page.after,
        is_first=is_first,
        shares=shares,
        part=part,
        parts=WORDS,
        nothing_due=texts.nothing_due(next_on, who.today),
        noted=noted,
        today=who.today,
        shows_phones=me.may(PEOPLE_PHONES),
        moment=lambda at: when(at, now=now, zone=services.zone),
        how=texts.HOW,
    )


@access.allow(VISITS_SEE)
def quiet() -> ResponseReturnValue:
    """Shops with no contact for so many days: no message, no visit. Seeing them is written down."""
    services, me = current_services(), access.visitor()
    now, days = services.clock(), min(max(request.args.get("days", QUIET_DAYS, type=int), 1), MOST_DAYS)
    area_id = request.args.get("area", type=int)
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        narrowed = None
        if area_id is not None:
            narrowed = Retailer.area_id.in_(sorted(people_visibility.with_sub_areas(session, [area_id])))
        page = queries.silent(session, who, days, now=now, narrowed=narrowed, after=request.args.get("after", ""))
        choices = areas.names(session, me)
        noted = queries.noted(session, who)
    act.seen("visit.plan.see", "visits", f"{days} 天没有来往")
    return render_template(
        "visits/console/quiet.html",
        lines=page.lines,
        after=page.after,
        is_first=not request.args.get("after"),
        days=days,
        area=area_id,
        areas=choices,
        noted=noted,
        today=who.today,
        shows_phones=me.may(PEOPLE_PHONES),
        moment=lambda at: when(at, now=now, zone=services.zone),
        how=texts.HOW,
    )


@access.allow(VISITS_ANSWER)
def visited(retailer_id: int) -> ResponseReturnValue:
    """拜访过了: one tap notes a visit; then back to the list."""
    form, zone = request.form, current_services().zone
    how = form.get("how", "")
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=zone)
        shop = actions.note_visit(session, who, retailer_id, how, on=who.today, note=form.get("note", ""))
        note("visit.made", "visits", f"{texts.HOW[how]} {shop}")
    return act.done(_list(), f"已记下：{texts.HOW[how]}拜访{shop}。")


@access.allow(VISITS_ANSWER)
def undo_visit(visit_id: int) -> ResponseReturnValue:
    """Take back a visit noted today, the one that was seen: its moment is the stamp."""
    zone = current_services().zone
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=zone)
        how, shop = actions.undo_visit(session, who, visit_id, request.form.get("stamp", ""))
        note("visit.unmade", "visits", f"{texts.HOW[how]} {shop}")
    return act.done(_list(), f"已撤销：{texts.HOW[how]}拜访{shop}。")


def _list() -> str:
    """The list that somebody came from."""
    form = request.form
    plan_id = form.get("plan", type=int)
    if plan_id is None:
        return url_for("visits_pages.quiet", days=form.get("days", type=int))
    return url_for("visits_pages.plan", plan_id=plan_id, part=form.get("part"))


@access.allow(VISITS_SETTINGS)
def edit(plan_id: int | None = None) -> ResponseReturnValue:
    """Begin a plan, or change one."""
    return act.form(partial(_save, plan_id), partial(_page, plan_id))


@access.allow(VISITS_SETTINGS)
def end(plan_id: int) -> ResponseReturnValue:
    """End a plan."""
    with act.transaction(over=editable.plan(plan_id, current_services().criteria)) as (session, now, note):
        name = actions.end(session, plan_id, now=now)
        note("visit.plan.end", detail=name)
    return act.done(url_for("visits_pages.plans"), f"计划“{name}”已结束，拜访记录还在。")


def _save(plan_id: int | None) -> ResponseReturnValue:
    services, form = current_services(), request.form
    edited = editable.plan(plan_id, services.criteria) if plan_id is not None else None
    with act.transaction(over=edited) as (session, now, note):
        today = day_in(now, services.zone)
        saved = actions.save(
            session,
            plan_id,
            name=form.get("name", ""),
            spec=short.read(PICKER, form, services.criteria).some,
            every_days=fields.number(form.get("every_days", ""), "间隔"),
            begins_on=fields.day(form.get("begins_on", "")) or today,
            criteria=services.criteria,
            now=now,
        )
        note("visit.plan", f"visit-plan:{saved}", form.get("name", ""))
    return act.done(url_for("visits_pages.plan", plan_id=saved), "计划已保存。")


def _page(plan_id: int | None, error: Refused | None) -> str:
    services = current_services()
    today = day_in(services.clock(), services.zone)
    given = {"every_days": "30", "begins_on": today.isoformat()}
    picked = short.read(PICKER, request.form, services.criteria)
    with services.reading() as session:
        found = _found(session, plan_id) if plan_id is not None else None
        kept = editable.plan(plan_id, services.criteria).kept(session)
        if found is not None and not request.form:
            given = {"name": found.name, "every_days": str(found.every_days), "begins_on": found.begins_on.isoformat()}
            picked = short.of_spec(PICKER, found.audience, services.criteria)
        offer = short.offer(session, PICKER, picked, services.criteria, access.visitor())
    return render_template(
        "visits/console/plan_edit.html",
        plan=found,
        kept=kept,
        given=given | request.form.to_dict(),
        offer=offer,
        error=error,
    )


def _found(session: Session, plan_id: int) -> Plan:
    found = queries.one(session, plan_id)
    if found is None:
        abort(404)
    return found
