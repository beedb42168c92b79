"""Console pages of the scorecard of customer managers: all of them for supervisors, their own for each manager."""

from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.lists import looking
from console.rules.visitors import Role
from effect.actions import remarks, weights
from effect.export import scores as listing
from effect.export.scores import SCORES
from effect.permissions import SCORES_SEE, SCORES_WEIGH
from effect.queries import editable
from effect.queries import month as month_queries
from effect.queries import scores as queries
from effect.rules import months, scoring
from effect.texts import scores as texts
from foundation.errors import Refused
from people.models import Manager
from wechat_bot.services import current_services

#: The axis of the intervals begins at a ten percent below the lowest of them.
STEP = 10


@access.allow(SCORES_SEE)
def scores() -> ResponseReturnValue:
    """Show the scorecard of a month: of the managers a supervisor sees, and a manager's own."""
    visitor = access.visitor()
    if visitor.role is Role.MANAGER:
        return _one(visitor.manager_id or 0, None)
    with current_services().reading() as session:
        try:
            shown = looking.look(SCORES, session)
            found, lines = listing.narrowed(shown.asked)
        except Refused as refusal:
            return _nothing(refusal), 422
        if found is None:
            return _nothing()
        by = shown.asked.given.get("by", "")
        by = by if by in texts.NAMES else queries.FIRST
        spans = [line.scores[by] for line in lines if line.scores[by].is_enough]
        start = min((int(100 * (each.low or 0)) // STEP * STEP for each in spans), default=0)
        return render_template(
            "effect/console/scores.html",
            shown=shown,
            found=found,
            by=by,
            start=start,
            level=scoring.level_with_first(each.scores[by] for each in lines),
            ranked=len(spans),
            filtered=SCORES.said(shown.asked),
            now=shown.asked.now,
            **_of_month(session, found.month),
        )


def _nothing(error: Refused | None = None) -> str:
    return render_template("effect/console/no_scores.html", error=error)


@access.allow(SCORES_SEE)
def score(manager_id: int) -> ResponseReturnValue:
    """Show the scores of one manager, with what they said to them."""
    return _one(manager_id, None)


@access.allow(SCORES_SEE)
def remark() -> ResponseReturnValue:
    """Say something to one's own scores of a month."""
    me = access.visitor().manager_id
    return act.form(_say, _nothing if me is None else partial(_one, me))


@access.allow(SCORES_WEIGH)
def tier(manager_id: int) -> ResponseReturnValue:
    """Put a manager into a tier."""
    return act.form(partial(_put, manager_id), partial(_one, manager_id))


def _say() -> ResponseReturnValue:
    me = access.visitor().manager_id
    if me is None:
        raise Refused(texts.NO_SCORES_OF_YOURS)
    month = months.read(request.form.get("month", ""))
    with act.transaction(over=editable.remark(month, me)) as (session, now, note):
        remarks.say(session, month, me, request.form.get("text", ""), now=now)
        note("effect.remark", detail=months.written(month))
    return act.done(url_for("effect_pages.scores", month=months.written(month)), texts.REMARK_KEPT)


def _put(manager_id: int) -> ResponseReturnValue:
    wanted = request.form.get("tier", "")
    with act.transaction(over=editable.tier(manager_id)) as (session, _, note):
        if session.get(Manager, manager_id) is None:
            raise Refused(texts.NO_SUCH_MANAGER)
        weights.set_tier(session, manager_id, wanted)
        note("effect.tier", detail=texts.TIERS[wanted])
    back = url_for("effect_pages.score", manager_id=manager_id, month=request.form.get("month") or None)
    return act.done(back, f"级别已改为{texts.TIERS[wanted]}。")


def _one(manager_id: int, error: Refused | None) -> str:
    visitor = access.visitor()
    with current_services().reading() as session:
        month = listing.month_of(session, request.values.get("month", ""))
        if month is None:
            return _nothing()
        found = queries.scorecard(session, month)
        seen = {line.manager_id for line in listing.visible(session, visitor, found)}
        line = found.of(manager_id)
        if line is None or line.manager_id not in seen:
            abort(404)
        (line,) = queries.with_areas(session, [line])
        return render_template(
            "effect/console/score.html",
            line=line,
            found=found,
            is_own=visitor.manager_id == manager_id,
            ranked={name: queries.ranked(found.lines, name) for name in texts.NAMES},
            kept_tier=editable.tier(manager_id).kept(session),
            kept_remark=editable.remark(month, manager_id).kept(session),
            longest=remarks.LONGEST,
            error=error,
            **_of_month(session, month),
        )


def _of_month(session: Session, month: int) -> dict[str, Any]:
    filed = listing.filed(session, month)
    return {
        "month": month,
        "written": months.written(month),
        "state": month_queries.state(session, month),
        "before": months.written(months.before(month)) if months.before(month) in filed else "",
        "after": months.written(months.before(month, -1)) if months.before(month, -1) in filed else "",
        "texts": texts,
        "usual": listing.USUAL_SHOPS,
    }
