"""The list of surveys, and a definition uploaded as YAML or Excel."""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.rules.visitors import Visitor
from foundation.errors import Refused
from surveys.actions import authoring
from surveys.actions.authoring import Overtaken
from surveys.models import SurveyState
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.rules import excel_template, files
from surveys.rules.definition import read
from surveys.texts.figures import STATES
from wechat_bot.services import Services, current_services

LARGEST = 2 << 20
COLOURS = {
    SurveyState.DRAFT: "secondary",
    SurveyState.WAITING: "orange",
    SurveyState.OPEN: "green",
    SurveyState.CLOSED: "blue",
}
PAGE, ON_TILE = 50, 5


@access.allow(SURVEYS_SEE)
def survey_list() -> ResponseReturnValue:
    """Every survey with its state and figures, the newest first."""
    services = current_services()
    state, search = request.args.get("state", ""), request.args.get("search", "").strip()
    before = request.args.get("before", type=int)
    states = [each for each in SurveyState if each == state]
    with services.reading() as session:
        found = listing.surveys(
            session, now=services.clock(), search=search, states=states, before=before, limit=PAGE + 1
        )
    lines = found[:PAGE]
    return render_template(
        "surveys/console/list.html",
        surveys=lines,
        states=STATES,
        colours=COLOURS,
        state=state,
        search=search,
        is_narrowed=bool(state or search),
        is_first=before is None,
        older=lines[-1].id if len(found) > PAGE else None,
    )


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def upload() -> ResponseReturnValue:
    """A new survey from a file; nobody is asked before it is published."""
    return act.form(partial(_load, None), partial(_page, None))


@access.allow(SURVEYS_WRITE, upload=LARGEST)
def upload_again(survey_id: int) -> ResponseReturnValue:
    """A new draft of a survey, from a file; options keep their codes."""
    return act.form(partial(_load, survey_id), partial(_page, survey_id))


@access.allow(SURVEYS_WRITE)
def template_file() -> ResponseReturnValue:
    """The Excel template to fill in."""
    content = io.BytesIO(excel_template.template())
    return access.download(content, "调查模板.xlsx")


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """The surveys that are running, and the latest of the others."""
    running = listing.surveys(session, now=now, states=[SurveyState.OPEN], limit=PAGE)
    still = [each for each in SurveyState if each is not SurveyState.OPEN]
    others = listing.surveys(session, now=now, states=still, limit=ON_TILE)
    return {
        "surveys": (running + others)[:ON_TILE],
        "running": len(running),
        # Figures are the whole company's: who sees a part of it finds theirs on each survey's own page.
        "is_whole": visitor.is_company_wide,
        "states": STATES,
        "colours": COLOURS,
    }


def _load(survey_id: int | None) -> ResponseReturnValue:
    services, given = current_services(), request.files.get("file")
    if given is None or not given.filename:
        raise Refused("请先选一个文件。")
    written = files.parse(given.read(), given.filename)
    with act.transaction() as (session, now, note):
        previous = listing.newest(session, survey_id) if survey_id is not None else None
        definition = read(written.data, timezone=services.zone, previous=previous, places=written.places)
        stamp = request.form.get("stamp", -1, type=int) if survey_id is not None else None
        who = access.visitor().name
        loaded = authoring.load(session, definition, survey_id=survey_id, stamp=stamp, who=who, now=now)
        note("survey.load", f"survey:{loaded.id}", definition.title)
    said = "已保存为草稿，还没有发给任何人。请检查下面的题目，再发布。"
    return act.done(url_for("surveys_pages.survey", survey_id=loaded.id), said)


def _page(survey_id: int | None, error: Refused | None) -> str:
    services, title, stamp = current_services(), "", "0"
    if survey_id is not None:
        with services.reading() as session:
            known = detail(session, survey_id, now=services.clock())
        if known is None:
            abort(404)
        title, stamp = known.title, request.form.get("stamp", str(known.stamp))
    if isinstance(error, Overtaken):
        stamp = error.stamp
    return render_template(
        "surveys/console/upload.html", survey_id=survey_id, survey_title=title, stamp=stamp, error=error
    )
