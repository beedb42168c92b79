"""Areas: who looks after them, and who stands in while they are away."""

from datetime import date
from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, audit
from foundation.errors import Refused
from people import areas
from people.models import Area
from people.pages.roster import today_of
from people.permissions import AREAS_EDIT, PEOPLE_SEE
from wechat_bot.services import current_services


@access.allow(PEOPLE_SEE)
def area_list() -> ResponseReturnValue:
    """The areas one may see, with their people and how many shops are bound."""
    services = current_services()
    with services.reading() as session:
        found = areas.listing(session, access.visitor())
    return render_template(
        "people/areas.html", areas=found, names={each.id: each.name for each in found}, today=today_of(services)
    )


@access.allow(AREAS_EDIT)
def area(area_id: int) -> ResponseReturnValue:
    """Give an area a manager, a deputy with days of leave, an area above it."""
    error = None
    if request.method == "POST":
        try:
            name = _change(area_id)
        except Refused as refusal:
            error = refusal
        else:
            flash(f"“{name}”已修改。", "success")
            return redirect(url_for("people_pages.area_list"), 303)
    with current_services().reading() as session:
        found = next((each for each in areas.listing(session, access.visitor()) if each.id == area_id), None)
        managers, names, kept = areas.managers(session), areas.names(session), areas.kept(session, area_id)
    if found is None:
        abort(404)
    page = render_template("people/area.html", area=found, managers=managers, names=names, kept=kept, error=error)
    return page, access.status(error)


def _change(area_id: int) -> str:
    services, me, form = current_services(), access.visitor(), request.form
    about = f"area:{area_id}"
    with services.transaction() as session:
        row = select(Area.id).where(Area.id == area_id)
        access.check_stamp(session, row, partial(areas.kept, area_id=area_id), about=about)
        from_on, until_on = _day(form.get("from", "")), _day(form.get("until", ""))
        parent_id = form.get("parent", type=int)
        name = areas.change(
            session,
            me,
            area_id,
            manager_id=form.get("manager", type=int),
            deputy_id=form.get("deputy", type=int),
            from_on=from_on,
            until_on=until_on,
            parent_id=parent_id,
        )
        people = {f"{key}": manager for key, manager, *_ in areas.managers(session)}
        manager, deputy = (people.get(form.get(field, "")) for field in ("manager", "deputy"))
        above = dict(areas.names(session)).get(parent_id) if parent_id else None
        parts = (
            name,
            f"负责人 {manager or '没有'}",
            deputy and f"代班 {deputy}，{from_on} 至 {until_on}",
            above and f"上级 {above}",
        )
        detail = "，".join(filter(None, parts))
        audit.note(session, me, "area.change", about, detail, address=access.address(), now=services.clock())
    return name


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("日期要写成 2026-10-01 这样。") from None
