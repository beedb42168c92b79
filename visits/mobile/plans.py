"""H5 pages of visit plans: a manager's shops that are due, and one tap once they were visited."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import fields
from foundation.paging import Cursor, Page
from people import errands
from people.errands import ErrandLine
from visits.actions import plans as actions
from visits.mobile import visitor
from visits.queries import plans as queries
from visits.queries import visibility
from visits.queries.plans import QUIET_DAYS, PlanProgress
from visits.queries.visibility import Colleague
from visits.texts import groups as texts
from wechat_bot.services import current_services

#: The parameter of the list of what is to be told to shops.
TELLS = "tell"


def due() -> ResponseReturnValue:
    """Show the shops of a plan that are due, the longest overdue first; or those with no contact for long."""
    criteria = current_services().criteria
    cursor, wanted = Cursor.of(request.args), request.args.get("plan", type=int)
    is_quiet, is_told = "quiet" in request.args, TELLS in request.args
    with visitor.reading() as (session, who):
        plans = queries.running(session, who, criteria, now=who.now)
        chosen = next((plan for plan in plans if plan.id == wanted), plans[0] if plans else None)
        mine = visibility.shops_of(session, who)
        to_tell = errands.left(session, mine)
        if is_told:
            return _to_tell(errands.page(session, mine, cursor=cursor), who, plans, to_tell)
        if is_quiet or chosen is None:
            is_quiet, chosen = True, None
            page = queries.silent(session, who, QUIET_DAYS, now=who.now, cursor=cursor)
        else:
            page = queries.page(session, who, chosen, criteria, part="soon", now=who.now, cursor=cursor)
        next_on = None
        if chosen is not None and not page.lines:
            next_on = queries.next_on(session, who, chosen, criteria, now=who.now)
    lines = [(line, queries.due_on(chosen, line) if chosen else None) for line in page.lines]
    return render_template(
        "visits/due.html",
        plans=plans,
        chosen=chosen,
        is_quiet=is_quiet,
        is_told=False,
        to_tell=to_tell,
        lines=lines,
        page=page,
        nothing="这些天里都有来往。" if is_quiet else texts.nothing_due(next_on, who.today),
        days=QUIET_DAYS,
        today=who.today,
        done=texts.DONE,
        did=request.args.get("did", type=int) if request.args.get("how") in texts.HOW else None,
        at=max(request.args.get("at", 0, type=int), 0),
        moment=who.when,
    )


def _to_tell(
    page: Page[ErrandLine], who: Colleague, plans: Sequence[PlanProgress], to_tell: int
) -> ResponseReturnValue:
    """Show the shops that are to be told something because a message did not reach them."""
    return render_template(
        "visits/due.html",
        plans=plans,
        chosen=None,
        is_quiet=False,
        is_told=True,
        to_tell=to_tell,
        lines=[(line, line.due_on) for line in page.lines],
        page=page,
        nothing="没有要告诉店主的事。",
        days=QUIET_DAYS,
        today=who.today,
        done=texts.DONE,
        did=request.args.get("did", type=int) if request.args.get("how") in texts.HOW else None,
        at=max(request.args.get("at", 0, type=int), 0),
        moment=who.when,
    )


def visited(retailer_id: int) -> ResponseReturnValue:
    """Note a visit (拜访过了) with one tap, or delete it with another."""
    form = request.form
    plan_id = form.get("plan", type=int)
    back: dict[str, Any] = {TELLS if TELLS in form else "quiet": 1} if plan_id is None else {"plan": plan_id}
    back |= {name: form[name] for name in ("after", "before", "at") if form.get(name)}
    how = form.get("do", "")
    with visitor.transaction() as (session, who):
        if how == "undo":
            # A visit noted before midnight has yesterday's date.
            on = fields.day(form.get("on", "")) or who.today
            is_gone = actions.forget_visit(session, who, retailer_id, form.get("how", ""), on=on)
            said = texts.UNDONE if is_gone else texts.NOTHING_TO_UNDO
        else:
            shop = actions.note_visit(session, who, retailer_id, how, on=who.today)
            said = texts.visited(shop, how)
            back |= {"did": retailer_id, "how": how, "on": who.today.isoformat()}
    flash(said)
    return redirect(url_for("visits_mobile.due", **back), 303)
