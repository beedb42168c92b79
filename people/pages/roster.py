"""The list of shops, one shop, and the export of what is filtered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, tasks
from console.rules.visitors import Visitor
from foundation.clock import day_in
from people import areas, tags
from people.permissions import PEOPLE_EXPORT, PEOPLE_PHONES, PEOPLE_SEE, TAGS_PUT
from people.roster.kinds import EXPORT
from people.shops import alone, listing, reach
from people.shops.narrowing import Filter
from wechat_bot.services import Services, current_services

BOUND = {"yes": True, "no": False}
LONGEST_SEARCH = 40


@access.allow(PEOPLE_SEE)
def roster() -> ResponseReturnValue:
    """The list, narrowed and in pages. Seeing phones is written down."""
    services, me, narrowed = current_services(), access.visitor(), _filter()
    if me.may(PEOPLE_PHONES):
        with act.transaction() as (session, _, note):
            note("roster.see", "people", words(session, narrowed))
    today = today_of(services)
    with services.reading() as session:
        page = listing.page(
            session,
            me,
            narrowed,
            today=today,
            after=request.args.get("after", ""),
            before=request.args.get("before", ""),
        )
        total = page.met if narrowed.is_search else listing.count(session, me, narrowed, today=today)
        choices = {"areas": areas.names(session, me), "classes": areas.classes(session)}
    kept = {name: value for name, value in request.args.items() if value and name not in ("after", "before")}
    return render_template(
        "people/roster.html",
        page=page,
        total=total,
        kept=kept,
        narrowed=narrowed,
        shows_phones=me.may(PEOPLE_PHONES),
        **choices,
    )


@access.allow(PEOPLE_SEE)
def shop(licence: str) -> ResponseReturnValue:
    """One shop with its people and its history. Seeing it is written down."""
    services, me, today = current_services(), access.visitor(), today_of(current_services())
    with services.reading() as session:
        found = alone.detail(session, me, licence, today=today)
        known = tags.names(session) if me.may(TAGS_PUT) else []
    if found is None:
        abort(404)
    act.seen("shop.see", f"shop:{found.shop.licence}", found.shop.shop)
    return render_template(
        "people/shop.html",
        found=found,
        shop=found.shop,
        tags=[each for each in known if each not in found.tags],
        in_charge=found.shop.in_charge(today),
        shows_phones=me.may(PEOPLE_PHONES),
    )


@access.allow(PEOPLE_EXPORT)
def export() -> ResponseReturnValue:
    """Ask for a file of what is filtered."""
    narrowed, owner_id = _filter(), access.visitor().user_id
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, "导出零售户名单", narrowed.to_json(), owner_id=owner_id, now=now)
        note("roster.export", f"task:{task_id}", words(session, narrowed))
    return act.done(url_for("console.task", task_id=task_id))


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """How many shops one looks after, and how many of them are bound and follow."""
    today = day_in(now, services.zone)
    return {
        "reach": reach.reach(session, visitor, today=today),
        "left": reach.left(session, visitor, today=today),
        "most": reach.COUNTED,
    }


def today_of(services: Services) -> date:
    """The company's day."""
    return day_in(services.clock(), services.zone)


def _filter() -> Filter:
    values = request.values
    return Filter(
        search=values.get("search", "").strip()[:LONGEST_SEARCH],
        area_id=values.get("area", type=int),
        class_id=values.get("class", type=int),
        is_bound=BOUND.get(values.get("bound", "")),
    )


def words(session: Session, narrowed: Filter) -> str:
    """A filter of the list as a person reads it."""
    parts = (
        dict(areas.names(session)).get(narrowed.area_id or 0),
        dict(areas.classes(session)).get(narrowed.class_id or 0),
        dict(areas.managers(session)).get(narrowed.manager_id or 0),
        None if narrowed.is_bound is None else "已绑定" if narrowed.is_bound else "未绑定",
        f"“{narrowed.search}”" if narrowed.search else None,
    )
    return "、".join(part for part in parts if part) or "全部零售户"
