"""Console list of surveys, and the upload of a definition as Word, Excel or YAML."""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, importing
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Visitor
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Percent
from questions.authoring import files as of_questions
from surveys.actions import authoring
from surveys.actions.authoring import DraftOvertaken
from surveys.models import SurveyState
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.queries.listing import SurveyLine
from surveys.rules import files, review
from surveys.texts.figures import STATES
from wechat_bot.services import Services, current_services

COLOURS = {
    SurveyState.DRAFT: "secondary",
    SurveyState.WAITING: "orange",
    SurveyState.OPEN: "green",
    SurveyState.CLOSED: "blue",
}
RUNNING, ON_TILE = 50, 5


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[SurveyLine]:
    states = [each for each in SurveyState if each == asked.given.get("state")]
    return listing.page(asked.session, now=asked.now, search=asked.search, states=states, cursor=cursor, limit=limit)


def _is_whole(asked: Asked) -> bool:
    """Whether the list shows figures: they are the whole company's, and a visitor who sees a part finds theirs on each
    survey's page."""
    return asked.visitor.is_company_wide


def _figure(name: str, label: str, value: Callable[[SurveyLine], Any]) -> Column[SurveyLine]:
    return Column(name, label, value, is_number=True, on_phone=label, seen_if=_is_whole, width=10)


SURVEYS: Listing[SurveyLine] = Listing(
    name="surveys.list",
    title="微调查",
    see=SURVEYS_SEE,
    unit="份",
    search="标题",
    filters=(Filter("state", "状态", "全部状态", lambda asked: list(STATES.items())),),
    columns=(
        Column("number", "编号", lambda line: str(line.id), is_spare=True, width=8),
        Column("title", "标题", lambda line: line.title, width=40),
        Column("state", "状态", lambda line: STATES[line.state], colour=lambda line: COLOURS[line.state]),
        Column("anonymous", "匿名", lambda line: "是" if line.is_anonymous else "", is_shown=False, width=8),
        Column("opens", "开始", lambda line: line.opens_at, is_shown=False, style="text-nowrap", width=18),
        Column("closes", "结束", lambda line: line.closes_at, style="text-nowrap", on_phone="结束", width=18),
        _figure("sent", "发放", lambda line: line.sent),
        _figure("returned", "回收", lambda line: line.returned),
        _figure("valid", "有效", lambda line: line.valid),
        _figure(
            "valid_share",
            "有效率",
            lambda line: None if line.valid_share is None else Percent(line.valid_share),
        ),
    ),
    find=_find,
    nothing=("还没有调查", "营销人员发布调查后，会列在这里。"),
    nothing_left=("没有符合的调查", "换一个条件，或清除筛选再看。"),
    export=SURVEYS_EXPORT,
)


@access.allow(SURVEYS_SEE)
def survey_list() -> ResponseReturnValue:
    """List every survey with its state and figures, the newest first."""
    with current_services().reading() as session:
        return render_template("surveys/console/list.html", shown=looking.look(SURVEYS, session))


@access.allow(SURVEYS_WRITE, upload=of_questions.LARGEST)
def upload() -> ResponseReturnValue:
    """Create a survey from a file; nobody is asked before it is published."""
    return act.form(partial(_load, None), partial(_page, None))


@access.allow(SURVEYS_WRITE, upload=of_questions.LARGEST)
def upload_again(survey_id: int) -> ResponseReturnValue:
    """Replace the draft of a survey from a file; options keep their codes."""
    return act.form(partial(_load, survey_id), partial(_page, survey_id))


@access.allow(SURVEYS_WRITE)
def template_file() -> ResponseReturnValue:
    """Send the Excel template to fill in."""
    content = io.BytesIO(files.template())
    return access.download(content, "调查模板.xlsx")


@access.allow(SURVEYS_WRITE)
def sample_document() -> ResponseReturnValue:
    """Send a Word document to write over."""
    return access.download(io.BytesIO(files.sample()), "调查样例.docx")


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the surveys that are running, and the latest of the others."""
    running = listing.surveys(session, now=now, states=[SurveyState.OPEN], limit=RUNNING)
    still = [each for each in SurveyState if each is not SurveyState.OPEN]
    others = listing.surveys(session, now=now, states=still, limit=ON_TILE)
    return {
        "surveys": (running + others)[:ON_TILE],
        "running": len(running),
        # Figures are the whole company's: a visitor who sees a part of it finds theirs on each survey's own page.
        "is_whole": visitor.is_company_wide,
        "states": STATES,
        "colours": COLOURS,
    }


def _load(survey_id: int | None) -> ResponseReturnValue:
    services, given = current_services(), importing.uploaded()
    written = of_questions.parse(given.read(), given.filename or "", files.LAYOUT)
    with act.transaction() as (session, now, note):
        previous = listing.newest(session, survey_id) if survey_id is not None else None
        definition = review.of_file(written, timezone=services.zone, previous=previous)
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
    if isinstance(error, DraftOvertaken):
        stamp = error.stamp
    return render_template(
        "surveys/console/upload.html", survey_id=survey_id, survey_title=title, stamp=stamp, error=error
    )
