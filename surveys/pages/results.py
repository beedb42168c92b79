"""Console live result: the part of the page that reloads, and the export."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, authored_pages, fields, tasks
from console.authored import AuthoredState
from foundation.clock import day_in
from foundation.workbooks.files import FORMS, NO_SUCH_FORM
from surveys.export.codebook import TYPES
from surveys.export.files import EXPORT
from surveys.pages import drawing
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import listing, part
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.quotas import fullness
from surveys.rules import pictures
from wechat_bot.services import current_services


@access.allow(SURVEYS_SEE, polled=True)
def live(survey_id: int) -> ResponseReturnValue:
    """Return the figures and charts alone, for the page that shows them."""
    found, shown = _look(survey_id)
    return render_template("surveys/console/_live.html", survey=found, **shown)


def shown(session: Session, found: SurveyDetail) -> dict[str, Any]:
    """Return what the page shows of a survey's result to this visitor, drawn as its address says."""
    services, survey_id = current_services(), found.id
    today = day_in(services.clock(), services.zone)
    figures = part.figures(session, access.visitor(), survey_id, today=today)
    given = {name: value for name, value in request.args.items() if name.startswith(("order_", "as_"))}
    until = day_in(found.closes_at, services.zone) if found.state is AuthoredState.CLOSED and found.closes_at else today

    def address(values: Mapping[str, str], anchor: str) -> str:
        written = urlencode(values)
        return f"{url_for('surveys_pages.survey', survey_id=survey_id)}{'?' if written else ''}{written}#{anchor}"

    return {
        "figures": figures,
        "quotas": fullness(session, access.visitor(), survey_id),
        "is_open": found.state is AuthoredState.OPEN,
        "curve": drawing.curve(figures, until=until),
        "cards": drawing.result_cards(figures["questions"], given, address),
        "given": given,
        "pictures": pictures.shown(listing.newest(session, survey_id)),
        "types": TYPES,
    }


@access.allow(SURVEYS_EXPORT)
def export(survey_id: int) -> ResponseReturnValue:
    """Ask for a file of every answer."""
    form = fields.choice(request.form.get("format", "xlsx"), FORMS, NO_SUCH_FORM)
    found, _ = _look(survey_id)
    params, owner_id = {"survey_id": survey_id, "form": form}, access.visitor().user_id
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, f"导出 {found.title}", params, owner_id=owner_id, now=now)
        note("survey.export", f"survey:{survey_id}", f"{found.title} {FORMS[form]}")
    return act.done(url_for("console.task", task_id=task_id))


def _look(survey_id: int) -> tuple[SurveyDetail, dict[str, Any]]:
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session, is_published=True)
        return found, shown(session, found)
