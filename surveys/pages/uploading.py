"""Console pages that take a survey from a file of Word, Excel or YAML, with the files to write over."""

import io
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages, importing
from console.drafting import DraftOvertaken
from foundation.errors import Refused
from questions.authoring import files as of_questions
from surveys.actions import authoring
from surveys.pages import starting
from surveys.permissions import SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.rules import files, pictures, review
from wechat_bot.services import current_services


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


def _load(survey_id: int | None) -> ResponseReturnValue:
    services, given = current_services(), importing.uploaded()
    written = of_questions.parse(given.read(), given.filename or "", files.LAYOUT)
    with act.transaction() as (session, now, note):
        previous = listing.newest(session, survey_id) if survey_id is not None else None
        definition = review.of_file(written, timezone=services.zone, previous=previous)
        if survey_id is not None:
            definition = pictures.carried(definition, listing.drafted(session, survey_id))
        stamp = request.form.get("stamp", -1, type=int) if survey_id is not None else None
        who = access.visitor().name
        loaded = authoring.load(session, definition, survey_id=survey_id, stamp=stamp, who=who, now=now)
        note("survey.load", f"survey:{loaded.id}", definition.title)
    said = "已保存为草稿，还没有发给任何人。请检查下面的题目，再发布。"
    return act.done(url_for("surveys_pages.survey", survey_id=loaded.id), said)


def _page(survey_id: int | None, error: Refused | None) -> str:
    if survey_id is None:
        return starting.new(error)
    known = authored_pages.find(detail, survey_id)
    stamp = request.form.get("stamp", str(known.stamp))
    if isinstance(error, DraftOvertaken):
        stamp = error.stamp
    return render_template(
        "surveys/console/upload.html",
        survey_id=survey_id,
        survey_title=known.title,
        has_pictures=any(question.pictures for question in known.draft.questions),
        stamp=stamp,
        error=error,
    )
