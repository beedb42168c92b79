"""Console pages of reports: how well promises were kept, the requests behind each figure, and a file of both."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, tasks
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.rules.visitors import Visitor
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import whole_number
from foundation.workbooks.writing import OneDecimal
from people import areas
from people.pages import filters
from people.texts import licence
from visits.export import EXPORT
from visits.permissions import VISITS_EXPORT, VISITS_SEE
from visits.queries import inbox, visibility
from visits.queries import reports as queries
from visits.rules import figures as rules
from visits.rules.figures import SHOPS_OF_A_MANAGER, DividedBy, Narrowed, ReportFigure, ReportRow, RequestRow, Took
from visits.texts import answering as answering_texts
from visits.texts import reports as texts
from visits.texts.times import about, when
from wechat_bot.services import current_services

#: The filter that a line of each division stands for.
FIELDS = {
    DividedBy.MANAGER: "manager",
    DividedBy.AREA: "area",
    DividedBy.CATEGORY: "category",
    DividedBy.CLASS: "class",
}


@access.allow(VISITS_SEE)
def report() -> ResponseReturnValue:
    """Show the figures of a span, divided as chosen."""
    services, me, error = current_services(), access.visitor(), ""
    now = services.clock()
    today = day_in(now, services.zone)
    try:
        narrowed = _narrowed(request.args, today)
    except Refused as refusal:
        narrowed, error = Narrowed(rules.span("", "", today=today)), refusal.sentence
    by, took = _by(request.args), _took()
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        lines, total = queries.report(session, who, narrowed, by, now=now, took=(took,))
        choices = _choices(session, me)
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


def _figure(given: Mapping[str, str]) -> ReportFigure:
    wanted = given.get("figure", "")
    return ReportFigure(wanted) if wanted in {each.value for each in ReportFigure} else ReportFigure.ALL


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[RequestRow]:
    who = visibility.of_visitor(asked.session, asked.visitor, now=asked.now, zone=asked.services.zone)
    narrowed, figure = _narrowed(asked.given, asked.today), _figure(asked.given)
    return queries.page(asked.session, who, narrowed, figure, now=asked.now, cursor=cursor, limit=limit)


def _means(asked: Asked) -> str:
    narrowed = _narrowed(asked.given, asked.today)
    said = _said(asked.session, asked.visitor, narrowed, _by(asked.given))
    return f"{texts.FIGURES[_figure(asked.given)]} {said}"


def _moment(name: str) -> Callable[[Asked, RequestRow], str]:
    """Return a column's reader of one moment of a request, written with its day."""

    def shows(asked: Asked, line: RequestRow) -> str:
        at: datetime | None = getattr(line, name)
        return when(at, now=asked.now, zone=asked.services.zone) if at else ""

    return shows


def _took_hours(line: RequestRow) -> OneDecimal | None:
    return None if line.seconds is None else OneDecimal(line.seconds / 3600)


REQUESTS: Listing[RequestRow] = Listing(
    name="visits.requests",
    title="留言",
    see=VISITS_SEE,
    keeps=("figure", "from", "until", "by", "manager", "area", "category", "class"),
    means=_means,
    columns=(
        Column("number", "编号", lambda line: f"#{line.number}", href=lambda line: _thread(line), width=8),
        Column("shop", "店铺", lambda line: line.shop or answering_texts.NOBODYS, width=24),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_shown=False, width=16),
        Column("class", "客户类型", lambda line: line.class_name, is_shown=False),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("category", "类别", lambda line: line.category, style="text-nowrap", is_spare=True),
        Column("owner", "负责人", lambda line: line.owner or "待分派", style="text-nowrap"),
        Column(
            "answered_by",
            "首次答复",
            lambda line: line.answered_by or (answering_texts.SERVICE if line.first_answered_at else ""),
            style="text-nowrap",
            on_phone="首次答复",
        ),
        Column("took", "用时", _took_hours, is_number=True, style="text-nowrap", on_phone="用时"),
        Column(
            "opened",
            "留言时间",
            lambda line: line.opened_at,
            shows=_moment("opened_at"),
            style="text-nowrap",
            on_phone="来时",
            width=18,
        ),
        Column(
            "closed",
            "办结",
            lambda line: line.closed_at,
            shows=lambda asked, line: _moment("closed_at")(asked, line) or "没办结",
            style="text-nowrap",
            on_phone="办结",
            width=18,
        ),
        Column("score", "评价", lambda line: answering_texts.SCORES.get(line.score or 0, ""), on_phone="评价", width=8),
        Column("comment", "评价说明", lambda line: line.comment, mask=filters.WORDS, style="excerpt", width=40),
    ),
    find=_find,
    nothing=("没有这样的留言", "换一段时间，或换一个数再看。"),
    export=VISITS_EXPORT,
)


def _thread(line: RequestRow) -> str:
    return url_for("visits_pages.thread", number=line.number)


@access.allow(VISITS_SEE)
def requests() -> ResponseReturnValue:
    """List the requests behind a figure. Seeing them is written to the audit log."""
    with current_services().reading() as session:
        shown = looking.look(REQUESTS, session)
        choices, said = _choices(session, access.visitor()), _means(shown.asked)
    act.seen("visit.report.see", "visits", said)
    narrowed = _narrowed(request.args, shown.asked.today)
    return render_template(
        "visits/console/report_requests.html",
        shown=shown,
        figure=_figure(request.args),
        figures=texts.FIGURES,
        kept=_kept(narrowed, _by(request.args)),
        narrowed=narrowed,
        about=lambda seconds: "—" if seconds is None else about(seconds),
        **choices,
    )


@access.allow(VISITS_EXPORT)
def export() -> ResponseReturnValue:
    """Ask for a file of the figures and every request behind them."""
    zone, me, by = current_services().zone, access.visitor(), _by(request.form)
    with act.transaction() as (session, now, note):
        narrowed = _narrowed(request.form, day_in(now, zone))
        title = f"导出拜访统计 {narrowed.span.from_on}—{narrowed.span.until_on}"
        task_id = tasks.ask(session, EXPORT, title, _kept(narrowed, by), owner_id=me.user_id, now=now)
        note("visit.export", f"task:{task_id}", _said(session, me, narrowed, by))
    return act.done(url_for("console.task", task_id=task_id))


def _narrowed(values: Mapping[str, str], today: date) -> Narrowed:
    return Narrowed(
        rules.span(values.get("from", ""), values.get("until", ""), today=today),
        manager_id=whole_number(values.get("manager", "")),
        area_id=whole_number(values.get("area", "")),
        category_id=whole_number(values.get("category", "")),
        class_id=whole_number(values.get("class", "")),
    )


def _by(values: Mapping[str, str]) -> DividedBy:
    given = values.get("by", "")
    return DividedBy(given) if given in {each.value for each in DividedBy} else DividedBy.MANAGER


def _took() -> Took:
    given = request.values.get("took", "")
    return Took(given) if given in {each.value for each in Took} else Took.FIRST


def _kept(narrowed: Narrowed, by: DividedBy) -> dict[str, Any]:
    """Return the parameters by which an address, a form or a task means the same report."""
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


def _behind(line: ReportRow, narrowed: Narrowed, by: DividedBy, kept: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the address with the requests of one line."""
    if by is DividedBy.MONTH:
        span = narrowed.span.within_month(narrowed.span.months()[line.key or 0])
        return kept | {"from": span.from_on.isoformat(), "until": span.until_on.isoformat()}
    return kept | {FIELDS[by]: line.key or 0}


def _choices(session: Session, me: Visitor) -> dict[str, Any]:
    return {
        "areas": areas.names(session, me),
        "classes": areas.classes(session),
        "managers": areas.managers(session),
        "categories": inbox.choices(session),
    }


def _said(session: Session, me: Visitor, narrowed: Narrowed, by: DividedBy) -> str:
    """Return a report's description for the audit log."""
    choices = _choices(session, me)
    fields = (
        ("managers", narrowed.manager_id),
        ("areas", narrowed.area_id),
        ("categories", narrowed.category_id),
        ("classes", narrowed.class_id),
    )
    only = [dict(choices[name]).get(value) or texts.NOBODYS[name] for name, value in fields if value is not None]
    span = f"{narrowed.span.from_on} 至 {narrowed.span.until_on}"
    return "，".join([span, texts.DIVISIONS[by], *only])
