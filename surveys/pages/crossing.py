"""The result looked at closer: a question by area, class or manager, and what people wrote."""

from typing import Any

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from console import audit, door
from console.rules import Permission
from foundation.clock import day_in
from surveys import frozen
from surveys.models import SurveyState
from surveys.queries import crossing
from surveys.queries.crossing import ANONYMOUS_BY, LONGEST_SEARCH, CrossTab
from surveys.queries.detail import Detail, detail
from surveys.queries.tally import tally
from surveys.rules.crossing import By, has_words
from surveys.rules.disclosure import LEAST
from surveys.rules.shown import shown
from wechat_bot.services import current_services

BYS = {By.AREA: "片区", By.CLASS: "客户类型", By.MANAGER: "客户经理"}


@door.allow(Permission.SURVEYS_SEE)
def cross(survey_id: int) -> ResponseReturnValue:
    """One question in a table of areas, classes or customer managers."""
    found, entries, entry, by, table = _cross(survey_id)
    return render_template(
        "surveys/console/cross.html",
        survey=found,
        entries=entries,
        entry=entry,
        by=by,
        bys={each: word for each, word in BYS.items() if each in _offered(found)},
        table=table,
        least=LEAST,
        is_part=not door.visitor().is_company_wide,
    )


@door.allow(Permission.SURVEYS_SEE)
def cross_data(survey_id: int) -> ResponseReturnValue:
    """What the chart of the table draws: no more than the table shows."""
    _, _, entry, _, table = _cross(survey_id)
    if entry is None or table is None:
        return jsonify({"options": [], "rows": []})
    rows = [
        {"name": row.name, "shares": [cell.share for cell in row.cells], "counts": [cell.count for cell in row.cells]}
        for row in table.rows
    ]
    return jsonify({"options": [option["label"] for option in entry["options"]], "rows": rows})


@door.allow(Permission.SURVEYS_SEE)
def words(survey_id: int) -> ResponseReturnValue:
    """What people wrote, to be searched. Seeing it is written down."""
    services, me = current_services(), door.visitor()
    search = request.args.get("search", "").strip()[:LONGEST_SEARCH]
    found, figures = _look(survey_id)
    with services.reading() as session:
        newest = frozen.of_survey(session, survey_id)[-1].definition
    asked = {question.code: question.text for question in (*newest.questions, *newest.retired) if has_words(question)}
    # Questions for words first, and those with an 其他 behind them.
    entries = sorted(
        (entry for entry in figures["questions"] if entry["code"] in asked), key=lambda entry: entry["type"] != "text"
    )
    code = request.args.get("question", "") or next((entry["code"] for entry in entries), "")
    entry = next((each for each in entries if each["code"] == code), None)
    if entry is None and request.args.get("question"):
        abort(404)
    # Words without a name belong to no area: who sees a part of the shops sees none of them.
    is_withheld = found.is_anonymous and (not me.is_company_wide or entry is None or bool(entry.get("is_hidden")))
    page, now = None, services.clock()
    if entry is not None and not is_withheld:
        with services.reading() as session:
            page = crossing.said(
                session,
                me,
                survey_id,
                code,
                search,
                is_anonymous=found.is_anonymous,
                today=day_in(now, services.zone),
                after=request.args.get("after", 0, type=int),
                before=request.args.get("before", 0, type=int),
            )
        with services.transaction() as session:
            about = f"survey:{survey_id}"
            said = asked[code] + (f",找“{search}”" if search else "")
            audit.note(session, me, "survey.words", about, said, address=door.address(), now=now)
    return render_template(
        "surveys/console/words.html",
        survey=found,
        entries=entries,
        entry=entry,
        search=search,
        page=page,
        is_withheld=is_withheld,
        is_part=not me.is_company_wide,
        least=LEAST,
    )


def _cross(survey_id: int) -> tuple[Detail, list[dict[str, Any]], dict[str, Any] | None, By, CrossTab | None]:
    found, figures = _look(survey_id)
    entries = [entry for entry in figures["questions"] if entry.get("options")]
    code = request.args.get("question", "")
    entry = next((each for each in entries if code in ("", each["code"])), None)
    by = next((each for each in BYS if each == request.args.get("by")), By.AREA)
    if (code and entry is None) or by not in _offered(found):
        abort(404)
    if entry is None:
        return found, entries, None, by, None
    with current_services().reading() as session:
        table = crossing.cross(session, door.visitor(), survey_id, entry, by, is_anonymous=found.is_anonymous)
    return found, entries, entry, by, table


def _offered(found: Detail) -> set[By]:
    """By what this visitor may compare. A class of shops is found in every area: who sees some areas sees none."""
    offered = set(ANONYMOUS_BY if found.is_anonymous else BYS)
    return offered if door.visitor().is_company_wide else offered - {By.CLASS}


def _look(survey_id: int) -> tuple[Detail, dict[str, Any]]:
    services = current_services()
    with services.reading() as session:
        found = detail(session, survey_id, now=services.clock())
        if found is None or found.state is SurveyState.DRAFT:
            abort(404)
        return found, shown(tally(session, survey_id))
