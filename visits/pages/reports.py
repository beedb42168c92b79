"""How well promises were kept, in the console: figures, the requests behind each, and a file of both."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, tasks
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import mask_phones
from people import areas
from people.permissions import PEOPLE_PHONES
from visits.export import EXPORT
from visits.permissions import VISITS_EXPORT, VISITS_SEE
from visits.queries import inbox, visibility
from visits.queries import reports as queries
from visits.rules import figures as rules
from visits.rules.figures import SHOPS_OF_A_MANAGER, By, Figure, Figures, Narrowed, Took
from visits.texts import answering as answering_texts
from visits.texts import reports as texts
from visits.texts.times import about, when
from wechat_bot.services import current_services

#: The filter that a line of each division stands for.
FIELDS = {By.MANAGER: "manager", By.AREA: "area", By.CATEGORY: "category", By.CLASS: "class"}


@access.allow(VISITS_SEE)
def report() -> ResponseReturnValue:
    """The figures of a span, divided as one likes."""
    services, me, error = current_services(), access.visitor(), ""
    now = services.clock()
    today = day_in(now, services.zone)
    try:
        narrowed = _narrowed(today)
    except Refused as refusal:
        narrowed, error = Narrowed(rules.span("", "", today=today)), refusal.sentence
    by, took = _by(), _took()
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        lines, total = queries.report(session, who, narrowed, by, now=now, took=(took,))
        choices = _choices(session)
    kept = _kept(narrowed, by)
    page = render_template(
        "visits/console/report.html",
        lines=[(line, _behind(line, narrowed, by, kept)) for line in lines],
        total=total,
        narrowed=narrowed,
        by=by,
        divisions=texts.DIVISIONS,
        took=took,
        times=texts.TIMES,
        spans=rules.spans(today),
        kept=kept,
        about=lambda seconds: "—" if seconds is None else about(seconds),
        explained=texts.EXPLAINED,
        frame=SHOPS_OF_A_MANAGER,
        error=error,
        **choices,
    )
    return page, 422 if error else 200


@access.allow(VISITS_SEE)
def requests() -> ResponseReturnValue:
    """The requests behind a figure. Seeing them is written down."""
    services, me = current_services(), access.visitor()
    now = services.clock()
    today = day_in(now, services.zone)
    narrowed, by, given = _narrowed(today), _by(), request.args.get("figure", "")
    figure = Figure(given) if given in {each.value for each in Figure} else Figure.ALL
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        lines, after = queries.page(session, who, narrowed, figure, now=now, after=request.args.get("after", ""))
        choices = _choices(session)
    if not me.may(PEOPLE_PHONES):
        lines = [replace(line, comment=mask_phones(line.comment)) for line in lines]
    kept = _kept(narrowed, by)
    with act.transaction() as (session, _, note):
        note("visit.report.see", "visits", f"{texts.FIGURES[figure]} {_said(session, narrowed, by)}")
    return render_template(
        "visits/console/report_requests.html",
        lines=lines,
        after=after,
        is_first=not request.args.get("after"),
        figure=figure,
        figures=texts.FIGURES,
        kept=kept,
        narrowed=narrowed,
        moment=lambda at: when(at, now=now, zone=services.zone),
        about=lambda seconds: "—" if seconds is None else about(seconds),
        texts=answering_texts,
        **choices,
    )


@access.allow(VISITS_EXPORT)
def export() -> ResponseReturnValue:
    """Ask for a file of the figures and every request behind them."""
    zone, owner_id, by = current_services().zone, access.visitor().user_id, _by()
    with act.transaction() as (session, now, note):
        narrowed = _narrowed(day_in(now, zone))
        title = f"导出拜访统计 {narrowed.span.from_on}—{narrowed.span.until_on}"
        task_id = tasks.ask(session, EXPORT, title, _kept(narrowed, by), owner_id=owner_id, now=now)
        note("visit.export", f"task:{task_id}", _said(session, narrowed, by))
    return act.done(url_for("console.task", task_id=task_id))


def _narrowed(today: date) -> Narrowed:
    values = request.values
    return Narrowed(
        rules.span(values.get("from", ""), values.get("until", ""), today=today),
        manager_id=values.get("manager", type=int),
        area_id=values.get("area", type=int),
        category_id=values.get("category", type=int),
        class_id=values.get("class", type=int),
    )


def _by() -> By:
    given = request.values.get("by", "")
    return By(given) if given in {each.value for each in By} else By.MANAGER


def _took() -> Took:
    given = request.values.get("took", "")
    return Took(given) if given in {each.value for each in Took} else Took.FIRST


def _kept(narrowed: Narrowed, by: By) -> dict[str, Any]:
    """What an address, a form or a task must say for the same report."""
    found = {
        "from": narrowed.span.from_on.isoformat(),
        "until": narrowed.span.until_on.isoformat(),
        "by": by.value,
        "manager": narrowed.manager_id,
        "area": narrowed.area_id,
        "category": narrowed.category_id,
        "class": narrowed.class_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def _behind(line: Figures, narrowed: Narrowed, by: By, kept: dict[str, Any]) -> dict[str, Any]:
    """What an address must say for the requests of one line."""
    if by is By.MONTH:
        span = narrowed.span.within_month(narrowed.span.months()[line.key or 0])
        return kept | {"from": span.from_on.isoformat(), "until": span.until_on.isoformat()}
    return kept | {FIELDS[by]: line.key or 0}


def _choices(session: Session) -> dict[str, Any]:
    me = access.visitor()
    return {
        "areas": areas.names(session, me),
        "classes": areas.classes(session),
        "managers": areas.managers(session),
        "categories": inbox.choices(session),
    }


def _said(session: Session, narrowed: Narrowed, by: By) -> str:
    """A report as the audit log tells of it."""
    choices = _choices(session)
    fields = (
        ("managers", narrowed.manager_id),
        ("areas", narrowed.area_id),
        ("categories", narrowed.category_id),
        ("classes", narrowed.class_id),
    )
    only = [dict(choices[name]).get(value) or texts.NOBODYS[name] for name, value in fields if value is not None]
    span = f"{narrowed.span.from_on} 至 {narrowed.span.until_on}"
    return "，".join([span, texts.DIVISIONS[by], *only])
