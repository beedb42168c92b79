"""Console page of what there was on paper: shown to everybody with its source, set by administrators."""

from datetime import date

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, act, fields
from console.stamps import Editable
from effect.actions import paper as actions
from effect.models.months import PaperFigure
from effect.permissions import EFFECT_CLOSE, EFFECT_SEE
from effect.queries import paper as queries
from effect.rules import months
from effect.rules.paper import Paper
from effect.rules.sections import sections
from effect.texts import month as texts
from foundation.clock import day_in
from foundation.errors import Refused
from wechat_bot.measure import Measure
from wechat_bot.services import current_services

#: Months ahead that can be chosen.
MONTHS = 12
ABOUT = "effect:paper"


@access.allow(EFFECT_SEE)
def paper() -> ResponseReturnValue:
    """Show what each measure was on paper, from which months on and where that is known from; and set it."""
    if request.method == "POST" and not access.visitor().may(EFFECT_CLOSE):
        abort(403)
    return act.form(_set, _page)


def _set() -> ResponseReturnValue:
    form, today, known = request.form, _today(), _measures()
    with act.transaction(over=Editable(ABOUT, select(PaperFigure.measure), queries.kept)) as (session, now, note):
        name = fields.choice(form.get("measure", ""), tuple(known), "请选一项指标。")
        from_on = fields.choice(form.get("from", ""), tuple(_months(today)), "请选从哪个月起。")
        counted, whole = (
            fields.number(form[field], label) if form.get(field, "").strip() else None
            for field, label in (("n", "数"), ("of_all", "总数"))
        )
        figure = Paper(form.get("said", "").strip(), form.get("source", "").strip(), counted, whole)
        first = date.fromisoformat(f"{from_on}-01")
        actions.put(session, name, first, figure, who=access.visitor().name, today=today, now=now)
        note("effect.paper", detail=f"{known[name].label}，{from_on} 起：{figure.shown}（{figure.source}）")
    return act.done(url_for("effect_pages.paper"), "纸面的数已保存。")


def _page(error: Refused | None) -> str:
    today, known = _today(), _measures()
    with current_services().reading() as session:
        lines = [each for each in queries.lines(session) if each.measure in known]
        kept = queries.kept(session)
    return render_template(
        "effect/console/paper.html",
        lines=[(known[each.measure], each) for each in sorted(lines, key=lambda it: list(known).index(it.measure))],
        measures=[(name, measure.label) for name, measure in known.items()],
        months=[(each, texts.month(months.read(each))) for each in _months(today)],
        kept=kept,
        error=error,
    )


def _measures() -> dict[str, Measure]:
    found = sections(access.extensions().features)
    return {each.name: each for one in found for each in one.measures if not each.is_money}


def _months(today: date) -> list[str]:
    return [months.written(months.before(months.number(today), -ahead)) for ahead in range(MONTHS)]


def _today() -> date:
    services = current_services()
    return day_in(services.clock(), services.zone)
