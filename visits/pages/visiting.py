"""Console steps by which a visit is noted from the lists of plans, and taken back."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields
from visits.actions import plans as actions
from visits.permissions import VISITS_ANSWER
from visits.queries import plans as queries
from visits.queries import visibility
from visits.texts import groups as texts
from wechat_bot.services import current_services


@access.allow(VISITS_ANSWER)
def visited(retailer_id: int) -> ResponseReturnValue:
    """Note a visit (拜访过了) with one tap; then back to where it was pressed."""
    form, zone = request.form, current_services().zone
    how, given = form.get("how", ""), fields.day(form.get("on", ""))
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=zone)
        shop = actions.note_visit(session, who, retailer_id, how, on=given or who.today, note=form.get("note", ""))
        note("visit.made", "visits", f"{texts.HOW[how]} {shop}")
        made = queries.just_noted(session, who, retailer_id)
    where = {name: form[name] for name in ("plan", "part", "days") if name in form}
    back = (url_for("visits_pages.undo_visit", visit_id=made), {"stamp": now.isoformat(), **where}) if made else None
    return act.done(_list(), f"已记下：{texts.HOW[how]}拜访{shop}。", undo=back)


@access.allow(VISITS_ANSWER)
def undo_visit(visit_id: int) -> ResponseReturnValue:
    """Delete a visit noted today, the one that was seen: its moment is the stamp."""
    zone = current_services().zone
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=zone)
        how, shop = actions.undo_visit(session, who, visit_id, request.form.get("stamp", ""))
        note("visit.unmade", "visits", f"{texts.HOW[how]} {shop}")
    return act.done(_list(), f"已撤销：{texts.HOW[how]}拜访{shop}。")


def _list() -> str:
    """Return the address of the list that somebody came from."""
    form = request.form
    if "back" in form:
        return access.local(form["back"])
    plan_id = form.get("plan", type=int)
    if plan_id is None:
        return url_for("visits_pages.quiet", days=form.get("days", type=int))
    return url_for("visits_pages.plan", plan_id=plan_id, part=form.get("part"))
