"""Console page of a month: every measure beside paper and the month before, what changed most, and what was saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access
from console.charts import PERCENT, Chart, ChartKind, Series, Shape
from effect.models.months import FactBy
from effect.permissions import EFFECT_SEE
from effect.queries import groups, looking, savings, telling
from effect.queries import month as queries
from effect.queries.looking import BACK, MonthView
from effect.queries.savings import SavedLine
from effect.queries.telling import Told
from effect.rules import changes, figures, months
from effect.rules.groups import COMPANY
from effect.texts import month as texts
from foundation.errors import Refused
from people.pages import filters
from wechat_bot.measure import Remedy
from wechat_bot.services import current_services

_SMS_PRICE = Remedy("短信的价格", "effect_pages.prices")


@access.allow(EFFECT_SEE)
def month() -> ResponseReturnValue:
    """Show a month of the company, or of an area, a class or a manager that the visitor may see."""
    services, visitor = current_services(), access.visitor()
    now = services.clock()
    error, given = "", request.args
    with services.reading() as session:
        try:
            shown = looking.view(session, services, access.extensions(), visitor, given, now=now)
        except Refused as refusal:
            error = refusal.sentence
            shown = looking.view(session, services, access.extensions(), visitor, {}, now=now)
        if shown is None and (given.get("of") or visitor.is_company_wide):
            abort(404)
        told = telling.told(session, shown.month, shown.group, shown.found) if shown else []
        choices, own = groups.choices(session, visitor), groups.own(session, visitor)
        recounts = queries.recounts(session, shown.month) if shown else []
        saved = savings.lines(session, shown.month, shown.group, shown.found) if shown else []
    if shown is None:
        return render_template("effect/console/nothing.html")
    here = {"month": months.written(shown.month), "of": shown.key or None}
    current = months.current(now, services.zone)
    return render_template(
        "effect/console/month.html",
        shown=shown,
        here=here,
        error=error,
        title=texts.month(shown.month),
        before=months.written(months.before(shown.month)),
        after=months.written(months.before(shown.month, -1)) if shown.month < current else "",
        current=months.written(current),
        choices=choices,
        own=own.label if own else "",
        is_comparable=any(each.fact and each.compared for each in shown.found),
        told=[_card(each, shown) for each in told],
        funnel=_funnel(shown),
        chart=_chart(shown, given.get("measure", "")),
        money=_money(shown, saved),
        recounts=[
            (
                known[each.measure].label,
                *(figures.shown(known[each.measure], fact) for fact in (each.before, each.after)),
                each.at,
                each.by,
            )
            for known in ({one.measure.name: one.measure for one in shown.found},)
            for each in recounts
            if each.measure in known
        ],
        figures=figures,
        texts=texts,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class ToldCard:
    """Card of what changed most: its sentence, what it is made of, and what to do about it."""

    is_better: bool
    said: str
    made_of: str
    links: Sequence[tuple[str, str]]


def _card(told: Told, shown: MonthView) -> ToldCard:
    said, made_of = texts.told(told.measure, told.fact, told.before, told.area)
    month, of = months.written(shown.month), f"{FactBy.AREA}-{told.area_id}"
    own = [("看这个片区", url_for("effect_pages.month", month=month, of=of))] if told.area else []
    area = told.area or (shown.group.label if shown.group.by is FactBy.AREA else "")
    return ToldCard(told.is_better, said, made_of, [*own, *remedies(told.measure.remedies, area)])


def remedies(found: Sequence[Remedy], area: str = "") -> list[tuple[str, str]]:
    """Return the words and addresses of remedies, as far as the visitor may go there."""
    links = []
    for each in found:
        if each.endpoint:
            rule = access.rule_of(current_app, each.endpoint)
            if rule is not None and access.visitor().may(rule.permission):
                links.append((each.words, url_for(each.endpoint)))
        elif ways := filters.to_many({**each.whom, **({"area": [area]} if area else {})}):
            links.append((each.words, ways[0][1]))
    return links


@dataclass(frozen=True, slots=True)
class FunnelView:
    """Funnel from the shop to the certificate: its rows, and the largest step down with what to do about it."""

    rows: Sequence[tuple[str, int, str, str]]
    said: str
    links: Sequence[tuple[str, str]]

    @property
    def table(self) -> list[tuple[str, str]]:
        """The rows as a table."""
        return [(label, said) for label, _, said, _ in self.rows]


def _funnel(shown: MonthView) -> FunnelView | None:
    steps = [(each.measure, each.fact.n) for each in shown.steps if each.fact]
    if len(steps) < 2 or not steps[0][1]:
        return None
    falls = [(number - after, measure, then) for (measure, number), (then, after) in pairwise(steps)]
    most, first, then = max(falls, key=lambda each: each[0])
    area = shown.group.label if shown.group.by is FactBy.AREA else ""
    said = texts.lost(first.label, then.label, most) if most > 0 else ""
    rows = [(measure.label, number, f"{number:,}", "") for measure, number in steps]
    return FunnelView(rows, said, remedies(then.remedies, area) if said else [])


def _chart(shown: MonthView, name: str) -> Chart | None:
    """The line of a chosen measure over twelve months; of the first that has one, where none was chosen."""
    known = [each for each in shown.found if not each.measure.is_money and each.fact]
    if not known:
        return None
    likely = [each for each in known if each.measure.is_headline and each.measure.of] or known
    found = next((each for each in known if each.measure.name == name), likely[0])
    facts = list(reversed((found.fact, *found.earlier[: BACK - 1])))
    named = [months.before(shown.month, by) % 100 for by in reversed(range(BACK))]
    unit = PERCENT if changes.is_share(found.measure) else found.measure.unit
    return Chart(
        ChartKind.TIME,
        "year",
        f"{found.measure.label}，近 {BACK} 个月，本月 {figures.shown(found.measure, found.fact)}。",
        "月份",
        tuple(f"{each} 月" for each in named),
        (
            Series(
                found.measure.label, tuple(figures.value(found.measure, each) for each in facts), Shape.LINE, unit=unit
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class MoneyView:
    """What was saved in a month: altogether, and each saving as it is worked out."""

    yuan: str
    rows: Sequence[SavedLine]
    #: Which savings are the company's only, on a page of another group; empty on the company's.
    left_out: str
    links: Sequence[tuple[str, str]]


def _money(shown: MonthView, saved: Sequence[SavedLine]) -> MoneyView | None:
    if not saved:
        return None
    measures, is_of_company = [each.measure for each in shown.found if each.measure.is_money], shown.group == COMPANY
    ways = [each for measure in measures for each in measure.remedies] + ([_SMS_PRICE] if is_of_company else [])
    return MoneyView(
        figures.yuan(sum(each.yuan or 0 for each in saved)),
        saved,
        "" if is_of_company else savings.of_company_only(measures),
        sorted(set(remedies(ways))),
    )
