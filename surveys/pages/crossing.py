"""Console pages of cross-tabs: a question by area, class, manager or another question."""

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages
from console.charts import PERCENT, Chart, ChartKind, Series
from foundation.errors import Refused
from foundation.workbooks.files import file_name
from questions.question import QuestionType
from surveys.export.table import SCORES, workbook
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import crossing, pairs
from surveys.queries.crossing import ANONYMOUS_BY
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.tally import tally
from surveys.rules import scales
from surveys.rules.crossing import CrossedBy, CrossTab
from surveys.rules.disclosure import LEAST
from surveys.rules.shown import shown
from surveys.texts.figures import offered
from wechat_bot.services import current_services

#: The prefix of a question's code by which another is compared.
QUESTION = "q:"
BYS = {CrossedBy.AREA: "片区", CrossedBy.CLASS: "客户类型", CrossedBy.MANAGER: "客户经理"}


@dataclass(frozen=True, slots=True)
class CrossView:
    """Cross-tab as asked for: a question, what it is divided by, and the table."""

    survey: SurveyDetail
    #: The questions that can be crossed, with their figures as shown.
    entries: list[dict[str, Any]]
    entry: dict[str, Any] | None = None
    #: The division, as the address has it and in words.
    by: str = ""
    by_word: str = ""
    table: CrossTab | None = None


@access.allow(SURVEYS_SEE)
def cross(survey_id: int) -> ResponseReturnValue:
    """Show one question by areas, classes or customer managers, or by another question's options."""
    view = _cross(survey_id)
    return render_template(
        "surveys/console/cross.html",
        view=view,
        survey=view.survey,
        entry=view.entry,
        table=view.table,
        bys={each: word for each, word in BYS.items() if each in _offered(view.survey)},
        questions=offered(view.entries),
        others=offered(_others(view.entries)),
        notes=_notes(view),
        scores=SCORES,
        is_part=not access.visitor().is_company_wide,
        least=LEAST,
        chart=_chart(view),
    )


@access.allow(SURVEYS_EXPORT)
def cross_export(survey_id: int) -> ResponseReturnValue:
    """Send the table as a file: what the page shows, no more."""
    services, view = current_services(), _cross(survey_id)
    if view.entry is None or view.table is None or not view.table.rows:
        raise Refused("还没有可以导出的交叉分析。")
    now = services.clock()
    file = workbook(view.survey.title, view.entry, view.by_word, view.table, _notes(view), now=now, zone=services.zone)
    act.seen("survey.cross.export", f"survey:{survey_id}", f"{view.entry['text']}，按{view.by_word}")
    name = file_name(f"{view.survey.title}_交叉分析", "xlsx", now=now, zone=services.zone)
    return access.download(file, name)


def _chart(view: CrossView) -> Chart | None:
    """Return the picture of the table; None where no cell of it is shown."""
    if view.entry is None or view.table is None:
        return None
    rows, labels = view.table.rows, [option["label"] for option in view.entry["options"]]
    if all(cell.count is None for row in rows for cell in row.cells):
        return None
    colours = scales.distinct(QuestionType(view.entry["type"]), labels)
    series = tuple(
        Series(label, tuple(row.cells[at].share for row in rows), shade=shade, unit=PERCENT)
        for at, (label, shade) in enumerate(zip(labels, colours, strict=True))
    )
    said = f"{view.entry['text']} 按{view.by_word}比较的占比，同样的数字在下面的表里。"
    return Chart(
        ChartKind.SHARES, "cross", said, view.by_word, tuple(row.name for row in rows), series, is_stacked=True
    )


def _cross(survey_id: int) -> CrossView:
    found, figures = _look(survey_id)
    entries = [entry for entry in figures["questions"] if entry.get("options")]
    code, by = request.values.get("question", ""), request.values.get("by", "")
    entry = next((each for each in entries if code in ("", each["code"])), None)
    if code and entry is None:
        abort(404)
    if entry is None:
        return CrossView(found, entries)
    me = access.visitor()
    if by.startswith(QUESTION):
        other = next((each for each in _others(entries) if by == QUESTION + each["code"]), None)
        if other is None:
            abort(404)
        if other is entry:  # the question was changed to the one it is compared by
            other = next((each for each in _others(entries) if each is not entry), None)
        if other is not None:
            with current_services().reading() as session:
                table = pairs.cross(session, survey_id, entry, other, is_anonymous=found.is_anonymous)
            return CrossView(found, entries, entry, QUESTION + other["code"], f"“{other['text']}”", table)
        by = ""
    division = next((each for each in BYS if each == by), CrossedBy.AREA)
    if division not in _offered(found):
        abort(404)
    with current_services().reading() as session:
        table = crossing.cross(session, me, survey_id, entry, division, is_anonymous=found.is_anonymous)
    return CrossView(found, entries, entry, division, BYS[division], table)


def _others(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions another may be compared by. Only whole-company answers are counted this way."""
    return entries if access.visitor().is_company_wide and len(entries) > 1 else []


def _notes(view: CrossView) -> list[str]:
    """Return what a reader must know of the table."""
    if view.entry is None or view.table is None:
        return []
    notes, table, is_pair = [], view.table, view.by.startswith(QUESTION)
    if is_pair:
        notes.append("只算两题都回答了的答卷。占比是选了这一行的人里，选这一列的占比。")
    else:
        notes.append("占比是这一组里回答这一题的人数的占比。片区和客户类型按提交时的算。")
    if view.entry["type"] == "multiple":
        notes.append("列是多选，一行的占比加起来可以超过 100%。")
    other = next((each for each in view.entries if view.by == QUESTION + each["code"]), None)
    if other is not None and other["type"] == "multiple":
        notes.append("行是多选，一份答卷会算在它选的每一行里。")
    if view.survey.is_anonymous:
        notes.append(
            f"匿名调查：少于 {LEAST} 人的格子不显示，连带把能推算出它的格子也不显示，"
            "人少的组合在一起；不按客户经理比较。"
        )
    if table.filed < table.n:
        filed = f"已统计 {table.filed:,} 份，共 {table.n:,} 份；" if access.visitor().is_company_wide else ""
        notes.append(f"{filed}刚提交的过几秒就会算进来。")
    return notes


def _offered(found: SurveyDetail) -> set[CrossedBy]:
    """Return the divisions this visitor may use. A class of shops spans all areas, so a visitor with some areas has
    none."""
    offered = set(ANONYMOUS_BY if found.is_anonymous else BYS)
    return offered if access.visitor().is_company_wide else offered - {CrossedBy.CLASS}


def _look(survey_id: int) -> tuple[SurveyDetail, dict[str, Any]]:
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session, is_published=True)
        return found, shown(tally(session, survey_id))
