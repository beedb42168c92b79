"""Area pages: the list, and the form for manager, deputy and parent area."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, act, fields
from console.stamps import Editable
from foundation.errors import Refused
from people import areas
from people.models import Area
from people.pages.roster import today_of
from people.permissions import AREAS_EDIT, PEOPLE_SEE
from wechat_bot.services import current_services


@access.allow(PEOPLE_SEE)
def area_list() -> ResponseReturnValue:
    """List of the visible areas, with their people and the number of bound shops."""
    services = current_services()
    with services.reading() as session:
        found = areas.listing(session, access.visitor())
    return render_template(
        "people/areas.html", areas=found, names={each.id: each.name for each in found}, today=today_of(services)
    )


@access.allow(AREAS_EDIT)
def area(area_id: int) -> ResponseReturnValue:
    """Change an area's manager, deputy with days of leave, and parent area."""
    return act.form(partial(_change, area_id), partial(_page, area_id))


def _change(area_id: int) -> ResponseReturnValue:
    form, rows = request.form, select(Area.id).where(Area.id == area_id)
    edited = Editable(f"area:{area_id}", rows, partial(areas.kept, area_id=area_id))
    with act.transaction(over=edited) as (session, now, note):
        manager_id = fields.key(form.get("manager", ""), "负责人")
        deputy_id = fields.key(form.get("deputy", ""), "代班人")
        parent_id = fields.key(form.get("parent", ""), "上级片区")
        from_on, until_on = fields.day(form.get("from", "")), fields.day(form.get("until", ""))
        name = areas.change(
            session,
            access.visitor(),
            area_id,
            manager_id=manager_id,
            deputy_id=deputy_id,
            from_on=from_on,
            until_on=until_on,
            parent_id=parent_id,
            now=now,
        )
        people, above = dict(areas.managers(session)), dict(areas.names(session)).get(parent_id or 0)
        deputy = people.get(deputy_id or 0)
        parts = (
            name,
            f"负责人 {people.get(manager_id or 0) or '没有'}",
            deputy and f"代班 {deputy}，{from_on} 至 {until_on}",
            above and f"上级 {above}",
        )
        note("area.change", detail="，".join(filter(None, parts)))
    return act.done(url_for("people_pages.area_list"), f"“{name}”已修改。")


def _page(area_id: int, error: Refused | None) -> str:
    with current_services().reading() as session:
        found = next((each for each in areas.listing(session, access.visitor()) if each.id == area_id), None)
        managers, names, kept = areas.managers(session), areas.names(session), areas.kept(session, area_id)
    if found is None:
        abort(404)
    return render_template("people/area.html", area=found, managers=managers, names=names, kept=kept, error=error)
