"""Periodic visits in the console: plans, the shops whose turn it is, and those with no contact for long."""

from datetime import date
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit
from foundation.clock import day_in
from foundation.errors import Refused
from people import areas
from people.permissions import PEOPLE_PHONES
from visits import whom
from visits.actions import plans as actions
from visits.models import VisitPlan
from visits.pages import form_values
from visits.permissions import VISITS_ANSWER, VISITS_SEE, VISITS_SETTINGS
from visits.queries import editable, visibility
from visits.queries import groups as groups_queries
from visits.queries import plans as queries
from visits.queries.plans import PARTS, QUIET_DAYS, Plan
from visits.rules.whom import Kind, Whom
from visits.texts import groups as texts
from visits.texts.times import when
from wechat_bot.services import current_services

WORDS = {"overdue": "已过期", "due": "到期和过期", "soon": "7 天内到期"}
MOST_DAYS = 3650


@access.allow(VISITS_SEE)
def plans() -> ResponseReturnValue:
    """The running plans, and how many shops are due."""
    services, me = current_services(), access.visitor()
    now = services.clock()
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        found = queries.running(session, who, services.criteria, now=now)
        named = {plan.id: groups_queries.words(session, plan.whom) for plan in found}
    return render_template("visits/console/plans.html", plans=found, named=named)


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
        named = groups_queries.words(session, found.whom)
        next_on = None if page.lines else queries.next_on(session, who, found, services.criteria, now=now)
        noted = queries.noted(session, who) if is_first else []
    with services.transaction() as session:
        audit.note(
            session, me, "visit.plan.see", f"visit-plan:{plan_id}", found.name, address=access.address(), now=now
        )
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
            wanted = Whom(Kind.AREA, area_id)
            narrowed = whom.condition(session, wanted, services.criteria, now=now, today=who.today)
        page = queries.silent(session, who, days, now=now, narrowed=narrowed, after=request.args.get("after", ""))
        choices = areas.names(session, me)
        noted = queries.noted(session, who)
    with services.transaction() as session:
        audit.note(session, me, "visit.plan.see", "visits", f"{days} 天没有来往", address=access.address(), now=now)
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
    services, me, form = current_services(), access.visitor(), request.form
    with services.transaction() as session:
        now = services.clock()
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        how = form.get("how", "")
        shop = actions.note_visit(session, who, retailer_id, how, on=who.today, note=form.get("note", ""))
        audit.note(session, me, "visit.made", "visits", f"{texts.HOW[how]} {shop}", address=access.address(), now=now)
    flash(f"已记下：{texts.HOW[how]}拜访{shop}。", "success")
    return _back()


@access.allow(VISITS_ANSWER)
def undo_visit(visit_id: int) -> ResponseReturnValue:
    """Take back a visit noted today, the one that was seen: its moment is the stamp."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        now = services.clock()
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        how, shop = actions.undo_visit(session, who, visit_id, request.form.get("stamp", ""))
        audit.note(session, me, "visit.unmade", "visits", f"{texts.HOW[how]} {shop}", address=access.address(), now=now)
    flash(f"已撤销：{texts.HOW[how]}拜访{shop}。", "success")
    return _back()


def _back() -> ResponseReturnValue:
    """The list that somebody came from."""
    form = request.form
    plan_id = form.get("plan", type=int)
    if plan_id is None:
        return redirect(url_for("visits_pages.quiet", days=form.get("days", type=int)), 303)
    return redirect(url_for("visits_pages.plan", plan_id=plan_id, part=form.get("part")), 303)


@access.allow(VISITS_SETTINGS)
def edit(plan_id: int | None = None) -> ResponseReturnValue:
    """Begin a plan, or change one."""
    services, me, form = current_services(), access.visitor(), request.form
    error: Refused | None = None
    now = services.clock()
    today = day_in(now, services.zone)
    if request.method == "POST":
        try:
            with services.transaction() as session:
                if plan_id is not None:
                    _check_stamp(session, plan_id)
                saved = actions.save(
                    session,
                    plan_id,
                    name=form.get("name", ""),
                    meant=form_values.whom(form),
                    every_days=form.get("every_days", 0, type=int),
                    begins_on=_day(form.get("begins_on", ""), today),
                    criteria=services.criteria,
                    now=now,
                    today=today,
                )
                about, name = f"visit-plan:{saved}", form.get("name", "")
                audit.note(session, me, "visit.plan", about, name, address=access.address(), now=now)
            flash("计划已保存。", "success")
            return redirect(url_for("visits_pages.plan", plan_id=saved), 303)
        except Refused as refusal:
            error = refusal
    with services.reading() as session:
        found = _found(session, plan_id) if plan_id is not None else None
        kept = editable.plan(session, plan_id)
        choices = {
            "areas": areas.names(session, me),
            "classes": areas.classes(session),
            "audiences": groups_queries.audiences(session),
        }
    given: dict[str, Any] = form.to_dict()
    if not given and found is not None:
        given = {
            "name": found.name,
            "every_days": found.every_days,
            "begins_on": found.begins_on.isoformat(),
            "kind": found.whom.kind.value,
            found.whom.kind.value: str(found.whom.value),
        }
    page = render_template(
        "visits/console/plan_edit.html",
        plan=found,
        kept=kept,
        given={"kind": "class", "every_days": 30, "begins_on": today.isoformat()} | given,
        error=error,
        **choices,
    )
    return page, access.status(error)


@access.allow(VISITS_SETTINGS)
def end(plan_id: int) -> ResponseReturnValue:
    """End a plan."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        now = services.clock()
        _check_stamp(session, plan_id)
        name = actions.end(session, plan_id, now=now)
        audit.note(session, me, "visit.plan.end", f"visit-plan:{plan_id}", name, address=access.address(), now=now)
    flash(f"计划“{name}”已结束，拜访记录还在。", "success")
    return redirect(url_for("visits_pages.plans"), 303)


def _check_stamp(session: Session, plan_id: int) -> None:
    row = select(VisitPlan.id).where(VisitPlan.id == plan_id)
    about = f"visit-plan:{plan_id}"
    access.check_stamp(session, row, partial(editable.plan, plan_id=plan_id), about=about)


def _day(written: str, today: date) -> date:
    try:
        return date.fromisoformat(written) if written else today
    except ValueError:
        raise Refused("日期请写成 2026-11-23 这样。") from None


def _found(session: Session, plan_id: int) -> Plan:
    found = queries.one(session, plan_id)
    if found is None:
        abort(404)
    return found
