"""Console live result: the part of the page that reloads, the figures for the charts, the export."""

from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields, tasks
from foundation.clock import day_in
from surveys.export.files import EXPORT
from surveys.models import SurveyState
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import part
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.quotas import fullness
from wechat_bot.services import current_services

FORMS = {"xlsx": "Excel", "csv": "CSV"}


@access.allow(SURVEYS_SEE, polled=True)
def live(survey_id: int) -> ResponseReturnValue:
    """Return counters and tables alone."""
    found, figures = _look(survey_id)
    with current_services().reading() as session:
        limits = fullness(session, access.visitor(), survey_id)
    return render_template(
        "surveys/console/_live.html",
        survey=found,
        figures=figures,
        quotas=limits,
        is_open=found.state is SurveyState.OPEN,
    )


@access.allow(SURVEYS_SEE, polled=True)
def data(survey_id: int) -> ResponseReturnValue:
    """Return what the charts draw; of an anonymous survey no more than the page shows."""
    _, figures = _look(survey_id)
    charts = [
        {
            "code": entry["code"],
            "n": entry["n"],
            "labels": [option["label"] for option in entry["options"]],
            "counts": [option["count"] for option in entry["options"]],
            "shares": [option["share"] for option in entry["options"]],
        }
        for entry in figures["questions"]
        if entry.get("options")
    ]
    counters = {name: figures[name] for name in ("sent", "returned", "valid")}
    return jsonify({**counters, "questions": charts})


@access.allow(SURVEYS_EXPORT)
def export(survey_id: int) -> ResponseReturnValue:
    """Ask for a file of every answer."""
    form = fields.choice(request.form.get("format", "xlsx"), FORMS, "只能导出为 Excel 或 CSV。")
    found, _ = _look(survey_id)
    params, owner_id = {"survey_id": survey_id, "form": form}, access.visitor().user_id
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, f"导出 {found.title}", params, owner_id=owner_id, now=now)
        note("survey.export", f"survey:{survey_id}", f"{found.title} {FORMS[form]}")
    return act.done(url_for("console.task", task_id=task_id))


def _look(survey_id: int) -> tuple[SurveyDetail, dict[str, Any]]:
    services = current_services()
    with services.reading() as session:
        found = detail(session, survey_id, now=services.clock())
        if found is None or found.state is SurveyState.DRAFT:
            abort(404)
        today = day_in(services.clock(), services.zone)
        return found, part.figures(session, access.visitor(), survey_id, today=today)
