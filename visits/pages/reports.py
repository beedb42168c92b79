"""Console pages of reports: how well promises were kept, the requests behind each figure, and a file of both."""

from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import mask_phones
from foundation.workbooks.writing import OneDecimal, Workbook
from people.pages import filters
from people.texts import licence
from visits import export
from visits.pages import form_values, report_charts
from visits.pages.inbox import FILTERS
from visits.permissions import VISITS_EXPORT, VISITS_SEE
from visits.queries import over_time
from visits.queries import reports as queries
from visits.rules import figures as rules
from visits.rules.figures import (
    SHOPS_OF_A_MANAGER,
    DividedBy,
    Narrowed,
    ReportFigure,
    ReportRow,
    ReportTime,
    RequestRow,
)
from visits.texts import answering as answering_texts
from visits.texts import reports as texts
from visits.texts.times import about
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
    error, took = "", _took()
    with current_services().reading() as session:
        asked = looking.ask(REPORT, session, request.args)
        try:
            narrowed = _narrowed(asked)
        except Refused as refusal:
            narrowed, error = Narrowed(rules.span("", "", today=asked.today)), refusal.sentence
        by = _by(asked)
        who = form_values.asking(asked)
        lines, total = queries.report(session, who, narrowed, by, now=asked.now, took=(took,))
        weeks = over_time.weeks(session, who, narrowed, now=asked.now)
        hours = over_time.hours(session, who, narrowed, now=asked.now)
        choices, only = looking.choices(FILTERS, asked), _only(asked)
    kept = _kept(narrowed, by)
    heat = report_charts.heat(hours, request.args.get("heat", ""))
    page = render_template(
        "visits/console/report.html",
        lines=[(line, _behind(line, narrowed, by, kept)) for line in lines],
        total=total,
        narrowed=narrowed,
        only=only,
        filters=choices,
        by=by,
        divisions=texts.DIVISIONS,
        took=took,
        times=texts.TIMES,
        names_of_times=[(each, name) for each, (name, _) in texts.TIMES.items()],
        spans=rules.spans(asked.today),
        kept=kept,
        about=lambda seconds: "—" if seconds is None else about(seconds),
        explained=texts.EXPLAINED,
        frame=SHOPS_OF_A_MANAGER,
        error=error,
        has_all=request.args.get("more") == "1",
        charted=report_charts.shares(lines, total, everybody="all" in request.args),
        weeks=report_charts.weeks(weeks),
        heat=heat,
        kinds=hours.categories,
        categories=[(each.name, each.requests, f"{each.requests:,}", "c1") for each in hours.categories],
    )
    return page, 422 if error else 200


def _figure(asked: Asked) -> ReportFigure:
    wanted = asked.given.get("figure", "")
    return ReportFigure(wanted) if wanted in {each.value for each in ReportFigure} else ReportFigure.ALL


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[RequestRow]:
    return queries.page(
        asked.session,
        form_values.asking(asked),
        _narrowed(asked),
        _figure(asked),
        now=asked.now,
        cursor=cursor,
        limit=limit,
    )


def _means(asked: Asked) -> str:
    return f"{texts.FIGURES[_figure(asked)]} {_said(asked)}"


def _hours(line: RequestRow) -> OneDecimal | None:
    return None if line.seconds is None else OneDecimal(line.seconds / 3600)


def _yes(is_so: bool | None) -> str:
    return "" if is_so is None else "是" if is_so else "否"


REQUESTS: Listing[RequestRow] = Listing(
    name="visits.requests",
    title="留言",
    see=VISITS_SEE,
    keeps=("figure", "from", "until", "by", *(each.name for each in FILTERS)),
    means=_means,
    columns=(
        Column("number", "编号", lambda line: f"#{line.number}", href=lambda line: _thread(line), width=8),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_shown=False, width=16),
        Column("shop", "店铺", lambda line: line.shop or answering_texts.NOBODYS, width=24),
        Column("class", "客户类型", lambda line: line.class_name, is_shown=False),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("category", "类别", lambda line: line.category, style="text-nowrap", is_spare=True),
        Column("owner", "负责人", lambda line: line.owner or "待分派", style="text-nowrap"),
        Column(
            "answered_by",
            "首次答复人",
            lambda line: line.answered_by or (answering_texts.SERVICE if line.first_answered_at else ""),
            style="text-nowrap",
            on_phone="首次答复",
        ),
        Column(
            "took",
            "用时",
            lambda line: line.seconds,
            is_number=True,
            is_for_file=False,
            style="text-nowrap",
            on_phone="用时",
        ),
        Column(
            "opened",
            "留言时间",
            lambda line: line.opened_at,
            shows=lambda asked, line: form_values.moment(asked, line.opened_at),
            style="text-nowrap",
            on_phone="来时",
            width=18,
        ),
        Column("answered", "首次答复", lambda line: line.first_answered_at, is_shown=False, width=18),
        Column("hours", "首次答复用时（小时）", _hours, is_for_page=False, width=12),
        Column(
            "closed",
            "办结",
            lambda line: line.closed_at,
            shows=lambda asked, line: form_values.moment(asked, line.closed_at) or "没办结",
            style="text-nowrap",
            on_phone="办结",
            width=18,
        ),
        Column(
            "how",
            "怎样办结",
            lambda line: answering_texts.HOW_CLOSED.get(line.closed_how or "", ""),
            is_shown=False,
        ),
        Column("overdue", "超过承诺时限", lambda line: "是" if line.is_overdue else "", is_shown=False, width=10),
        Column("lost", "错过微信回复期", lambda line: "是" if line.is_lost else "", is_shown=False, width=10),
        Column("score", "评价", lambda line: answering_texts.SCORES.get(line.score or 0, ""), on_phone="评价", width=8),
        Column("comment", "评价说明", lambda line: line.comment, mask=filters.WORDS, style="excerpt", width=40),
        Column("kept", "按承诺时限答复", lambda line: _yes(line.is_kept), is_shown=False, width=10),
    ),
    find=_find,
    nothing=("没有这样的留言", "换一段时间，或换一个数再看。"),
    export=VISITS_EXPORT,
)


def _figures(asked: Asked, book: Workbook) -> None:
    """Write the sheet of a report's figures."""
    narrowed = _narrowed(asked)
    lines, total = queries.report(
        asked.session, form_values.asking(asked), narrowed, _by(asked), now=asked.now, took=tuple(ReportTime)
    )
    export.write(book, f"拜访统计 {narrowed.span.from_on} 到 {narrowed.span.until_on}", [*lines, total])


#: A report's file: its figures, and every request behind them. It is passed on, so no phone stands in it.
REPORT: Listing[RequestRow] = replace(
    REQUESTS,
    name="visits.report",
    title="拜访统计",
    sheet="留言",
    before=_figures,
    columns=tuple(
        replace(column, in_file=lambda line: mask_phones(line.comment), mask=None) if column.mask else column
        for column in REQUESTS.columns
    ),
    means=lambda asked: _said(asked),
    did="visit.export",
)


def _thread(line: RequestRow) -> str:
    return url_for("visits_pages.thread", number=line.number)


@access.allow(VISITS_SEE)
def requests() -> ResponseReturnValue:
    """List the requests behind a figure. Seeing them is written to the audit log."""
    with current_services().reading() as session:
        shown = looking.look(REQUESTS, session)
        only, said = _only(shown.asked), _means(shown.asked)
    act.seen("visit.report.see", "visits", said)
    narrowed = _narrowed(shown.asked)
    return render_template(
        "visits/console/report_requests.html",
        shown=shown,
        figure=_figure(shown.asked),
        figures=texts.FIGURES,
        kept=_kept(narrowed, _by(shown.asked)),
        narrowed=narrowed,
        only=only,
        about=lambda seconds: "—" if seconds is None else about(seconds),
    )


def _narrowed(asked: Asked) -> Narrowed:
    return Narrowed(
        rules.span(asked.given.get("from", ""), asked.given.get("until", ""), today=asked.today),
        manager_id=asked.number("manager"),
        area_id=asked.number("area"),
        category_id=asked.number("category"),
        class_id=asked.number("class"),
    )


def _by(asked: Asked) -> DividedBy:
    given = asked.given.get("by", "")
    return DividedBy(given) if given in {each.value for each in DividedBy} else DividedBy.MANAGER


def _took() -> ReportTime:
    given = request.args.get("took", "")
    return ReportTime(given) if given in {each.value for each in ReportTime} else ReportTime.FIRST


def _kept(narrowed: Narrowed, by: DividedBy) -> dict[str, Any]:
    """Return the parameters by which an address or a form means the same report."""
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
    if by not in FIELDS:
        span = narrowed.span.stretches(by)[line.key or 0]
        return kept | {"from": span.from_on.isoformat(), "until": span.until_on.isoformat()}
    return kept | {FIELDS[by]: line.key or 0}


def _only(asked: Asked) -> list[str]:
    """Return what a report is narrowed to, in words."""
    given = [each for each in FILTERS if asked.number(each.name) is not None]
    return [
        dict(options or ()).get(asked.number(each.name)) or texts.NOBODYS[each.name]
        for each, options in looking.choices(given, asked)
    ]


def _said(asked: Asked) -> str:
    """Return a report's description for the audit log."""
    span = _narrowed(asked).span
    return "，".join([f"{span.from_on} 至 {span.until_on}", texts.DIVISIONS[_by(asked)], *_only(asked)])
