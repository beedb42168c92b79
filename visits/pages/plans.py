"""Console pages of visit plans: the plans, the shops that are due, and those with no contact for long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from people import visibility as people_visibility
from people.models import Retailer
from people.pages import filters
from people.picker import form, short
from people.picker.form import Loader
from people.picker.short import Picker
from people.texts import licence
from visits.actions import plans as actions
from visits.pages import form_values
from visits.permissions import VISITS_EXPORT, VISITS_SEE, VISITS_SETTINGS
from visits.queries import editable
from visits.queries import plans as queries
from visits.queries.plans import PARTS, QUIET_DAYS, PlanLine, PlanProgress
from visits.texts import groups as texts
from wechat_bot.services import current_services

#: Parameter of the list's address that has the shops of large plans counted as well.
COUNTED = "counted"
WORDS = {"overdue": "已过期", "due": "到期和过期", "soon": "7 天内到期"}
MOST_DAYS = 3650
#: The criteria a plan may use: not everybody, and no list of licences, which the next new shop would make incomplete.
PICKER = Picker(("class", "area", "manager", "tag", "audience"), asks="请选择这个计划是给哪些店的。")


@dataclass(frozen=True, slots=True)
class NamedPlan:
    """Running plan with its audience in words."""

    plan: PlanProgress
    whom: str


def _running(asked: Asked, cursor: Cursor, limit: int) -> Page[NamedPlan]:
    session, criteria = asked.session, asked.services.criteria
    # Counting the shops of a large plan takes longer than a page may: the page asks for it separately.
    most = None if asked.is_file or COUNTED in asked.given else queries.COUNTED
    page = queries.running_page(
        session, form_values.asking(asked), asked.search, criteria, now=asked.now, most=most, cursor=cursor, limit=limit
    )
    loader = Loader(session, form.offered(criteria))
    return page.of(NamedPlan(plan, loader.sentence(plan.audience)) for plan in page.lines)


def _share(plan: PlanProgress) -> Percent | None:
    return None if plan.in_time is None else Percent(plan.in_time)


def _number(
    name: str, label: str, number: Callable[[PlanProgress], int], *, is_for_page: bool = True
) -> Column[NamedPlan]:
    """Return a column of a plan's shops, empty where they are not counted."""
    return Column(
        name,
        label,
        lambda each: number(each.plan) if each.plan.is_counted else None,
        is_number=True,
        on_phone=label,
        is_for_page=is_for_page,
        width=10,
    )


PLANS: Listing[NamedPlan] = Listing(
    name="visits.plans",
    title="拜访计划",
    unit="个",
    see=VISITS_SEE,
    search="计划的名称",
    keeps=(COUNTED,),
    columns=(
        Column("name", "计划", lambda each: each.plan.name, href=lambda each: _address(each.plan), width=24),
        Column("whom", "给哪些店", lambda each: each.whom, width=40),
        Column("every", "每隔", lambda each: each.plan.every_days, is_number=True, on_phone="每隔", width=10),
        Column("begins", "从哪天算", lambda each: each.plan.begins_on, style="text-nowrap", is_shown=False),
        _number("shops", "店", lambda plan: plan.shops),
        _number("due", "到期", lambda plan: plan.due),
        _number("overdue", "其中过期", lambda plan: plan.overdue, is_for_page=False),
        # With what is overdue, as a bar.
        Column("in_time", "按时拜访", lambda each: _share(each.plan), style="full barred", width=10),
        Column("broken", "数不了的原因", lambda each: each.plan.broken, is_for_page=False, width=40),
    ),
    find=_running,
    nothing=("还没有拜访计划", "例如：城区的店每 30 天、乡镇的店每 90 天拜访一次。到期的店会列给客户经理。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def plans() -> ResponseReturnValue:
    """List the running plans, and how many shops are due."""
    with current_services().reading() as session:
        shown = looking.look(PLANS, session)
    counts_later = not all(each.plan.is_counted or each.plan.broken for each in shown.page.lines)
    return render_template("visits/console/plans.html", shown=shown, counts_later=counts_later)


@dataclass(frozen=True, slots=True)
class PlanTurn:
    """Shop in a list, and the day it is due; None where the list belongs to no plan."""

    shop: PlanLine
    due_on: date | None = None


def _columns(*, is_spare: bool) -> tuple[Column[PlanTurn], ...]:
    """Return the columns of a shop; the last visit and last contact are optional where the page shows more."""
    return (
        Column("licence", "许可证号", lambda turn: licence(turn.shop.licence), href=_page_of, width=20),
        Column("shop", "店名", lambda turn: turn.shop.shop, width=22),
        Column("keeper", "店主", lambda turn: turn.shop.keeper, is_spare=True, width=12),
        Column("phone", "手机", lambda turn: turn.shop.phone, mask=filters.PHONE, width=16),
        Column("area", "片区", lambda turn: turn.shop.area, is_spare=True),
        Column("manager", "客户经理", lambda turn: turn.shop.manager, style="text-nowrap", is_spare=True),
        Column(
            "last",
            "上次拜访",
            lambda turn: turn.shop.last_on or "没有记录",
            style="text-nowrap",
            is_spare=is_spare,
            on_phone="上次拜访",
        ),
        Column(
            "heard",
            "上次来消息",
            lambda turn: turn.shop.heard_at,
            shows=lambda asked, turn: form_values.moment(asked, turn.shop.heard_at),
            style="text-nowrap",
            is_spare=is_spare,
            on_phone="上次来消息",
            width=18,
        ),
    )


def _page_of(turn: PlanTurn) -> str:
    return url_for("people_pages.shop", licence=turn.shop.licence)


MADE: Column[PlanTurn] = Column("made", "拜访过了", lambda turn: None, is_for_file=False)


def _part(asked: Asked) -> str:
    given = asked.given.get("part", "")
    return given if given in PARTS else "due"


def _due(asked: Asked, cursor: Cursor, limit: int) -> Page[PlanTurn]:
    found = queries.one(asked.session, asked.of["plan_id"])
    if found is None:
        raise Refused("这个计划已经结束了。")
    criteria, part = asked.services.criteria, _part(asked)
    page = queries.page(
        asked.session, form_values.asking(asked), found, criteria, part=part, now=asked.now, cursor=cursor, limit=limit
    )
    return page.of(PlanTurn(line, queries.due_on(found, line)) for line in page.lines)


def _days(asked: Asked) -> int:
    days = asked.number("days")
    return min(max(QUIET_DAYS if days is None else days, 1), MOST_DAYS)


def _silent(asked: Asked, cursor: Cursor, limit: int) -> Page[PlanTurn]:
    session, area_id = asked.session, asked.number("area")
    narrowed = None
    if area_id is not None:
        narrowed = Retailer.area_id.in_(sorted(people_visibility.with_sub_areas(session, [area_id])))
    page = queries.silent(
        session, form_values.asking(asked), _days(asked), now=asked.now, narrowed=narrowed, cursor=cursor, limit=limit
    )
    return page.of(map(PlanTurn, page.lines))


DUE: Listing[PlanTurn] = Listing(
    name="visits.due",
    title="该拜访的店",
    unit="家",
    see=VISITS_SEE,
    keeps=("part",),
    means=lambda asked: f"拜访计划 {asked.of['plan_id']}，{WORDS[_part(asked)]}",
    columns=(
        *_columns(is_spare=True),
        Column("due", "该哪天", lambda turn: turn.due_on, style="text-nowrap"),
        MADE,
    ),
    find=_due,
    export=VISITS_EXPORT,
)
QUIET: Listing[PlanTurn] = Listing(
    name="visits.quiet",
    title="久没来往的店",
    unit="家",
    see=VISITS_SEE,
    filters=(Filter("days", "多少天没有来往", f"多少天没有来往（{QUIET_DAYS}）"), filters.AREA),
    means=lambda asked: f"{_days(asked)} 天没有来往",
    columns=(*_columns(is_spare=False), MADE),
    find=_silent,
    nothing=("没有这样的店", "这些天里都有来往：来过消息，或拜访过。"),
    nothing_left=("没有这样的店", "这些天里都有来往：来过消息，或拜访过。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def plan(plan_id: int) -> ResponseReturnValue:
    """Show one plan: what is due with whom, and its shops, the longest overdue first. Seeing them is written to the
    audit log."""
    services = current_services()
    with services.reading() as session:
        found = _found(session, plan_id)
        shown = looking.look(DUE, session)
        asked, who, is_first = shown.asked, form_values.asking(shown.asked), shown.page.is_first
        now, criteria = asked.now, services.criteria
        shares = queries.shares(session, who, found, criteria, now=now) if is_first else []
        named = short.words(session, found.audience, criteria)
        next_on = None if shown.page.lines else queries.next_on(session, who, found, criteria, now=now)
        noted = queries.noted(session, who) if is_first else []
    act.seen("visit.plan.see", f"visit-plan:{plan_id}", found.name)
    return render_template(
        "visits/console/plan.html",
        shown=shown,
        plan=found,
        named=named,
        shares=shares,
        part=_part(asked),
        parts=WORDS,
        nothing_due=texts.nothing_due(next_on, who.today),
        noted=noted,
        today=who.today,
        how=texts.HOW,
    )


@access.allow(VISITS_SEE)
def quiet() -> ResponseReturnValue:
    """List shops with no contact for so many days: no message, no visit. Seeing them is written to the audit log."""
    with current_services().reading() as session:
        shown = looking.look(QUIET, session)
        noted = queries.noted(session, form_values.asking(shown.asked))
    days = _days(shown.asked)
    act.seen("visit.plan.see", "visits", f"{days} 天没有来往")
    return render_template("visits/console/quiet.html", shown=shown, days=days, noted=noted, how=texts.HOW)


@access.allow(VISITS_SETTINGS)
def edit(plan_id: int | None = None) -> ResponseReturnValue:
    """Create a plan, or change one."""
    return act.form(partial(_save, plan_id), partial(_page, plan_id))


@access.allow(VISITS_SETTINGS)
def end(plan_id: int) -> ResponseReturnValue:
    """End a plan."""
    with act.transaction(over=editable.plan(plan_id, current_services().criteria)) as (session, now, note):
        name = actions.end(session, plan_id, now=now)
        note("visit.plan.end", detail=name)
    back = url_for("visits_pages.plan_resume", plan_id=plan_id), {"ended": now.isoformat()}
    return act.done(url_for("visits_pages.plans"), f"计划“{name}”已结束，拜访记录还在。", undo=back)


@access.allow(VISITS_SETTINGS)
def resume(plan_id: int) -> ResponseReturnValue:
    """Take back the end of a plan, the one that was seen: its moment is the stamp."""
    with act.transaction() as (session, _, note):
        name = actions.resume(session, plan_id, request.form.get("ended", ""))
        note("visit.plan.resume", f"visit-plan:{plan_id}", name)
    return act.done(url_for("visits_pages.plan", plan_id=plan_id), f"计划“{name}”继续。")


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


def _address(plan: PlanProgress) -> str:
    return url_for("visits_pages.plan", plan_id=plan.id)


def _found(session: Session, plan_id: int) -> PlanProgress:
    found = queries.one(session, plan_id)
    if found is None:
        abort(404)
    return found
