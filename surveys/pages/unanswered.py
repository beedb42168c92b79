"""Console list of the shops that have not answered a survey: as a file, as a message to many, as a reminder."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.authored import AuthoredState
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.text import whole_number
from people.pages import filters
from people.picker import short
from surveys.models import Survey
from surveys.pages import sheets
from surveys.permissions import SURVEYS_EXPORT, SURVEYS_SEE
from surveys.queries import unanswered as queries
from surveys.queries.tally import tally
from surveys.queries.unanswered import Unanswered
from surveys.texts import sheets as texts
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[Unanswered]:
    survey = asked.session.get(Survey, asked.of["survey_id"])
    if survey is None or survey.is_anonymous:
        raise Refused(texts.NOBODY_NAMED)
    conditions, wave = filters.shops(asked), asked.number(sheets.WAVE)
    return queries.page(asked.session, survey.id, conditions, wave=wave, cursor=cursor, limit=limit)


def audience(session: Session, survey_id: int, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the shops of a list narrowed like this as an audience."""
    wave = whole_number(given.get(sheets.WAVE, ""))
    of_survey = {"survey": survey_id} | ({} if wave is None else {"wave": wave})
    return {"not_answered_survey": of_survey} | filters.audience(session, given)


UNANSWERED: Listing[Unanswered] = Listing(
    name="surveys.unanswered",
    title="没有回答的店",
    unit="家",
    see=SURVEYS_SEE,
    size=queries.PAGE,
    means=lambda asked: f"调查 {asked.of['survey_id']}",
    filters=(
        *filters.OF_WHOM,
        Filter(sheets.WAVE, "邀请", "收到哪次邀请", lambda asked: sheets.waves(asked.session, asked.of["survey_id"])),
    ),
    columns=(*filters.OF_SHOP, Column("state", "到哪一步", texts.how_far, style="text-nowrap", width=20)),
    find=_find,
    nothing=("都回答了", "请过的店都交了答卷。"),
    nothing_left=("没有符合的店", "换一个条件再看；也可能这些店都回答了。"),
    export=SURVEYS_EXPORT,
)


@access.allow(SURVEYS_SEE)
def unanswered(survey_id: int) -> ResponseReturnValue:
    """List the shops that have not answered. Seeing them is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        survey = sheets.survey_of(session, survey_id, services)
        shown = None if survey.is_anonymous else looking.look(UNANSWERED, session)
        whom = audience(session, survey_id, shown.kept if shown else {})
        page = render_template(
            "surveys/console/unanswered.html",
            survey=survey,
            shown=shown,
            figures=tally(session, survey_id) if access.visitor().is_company_wide else None,
            to_many=filters.to_many(whom),
            reminder=url_for("surveys_pages.waves", survey_id=survey_id, **short.query_of(whom)),
            is_open=survey.state(services.clock()) is AuthoredState.OPEN,
            nobody_named=texts.NOBODY_NAMED,
        )
        said = "" if shown is None else UNANSWERED.said(shown.asked)
    if shown is not None:
        act.seen("survey.unanswered", f"survey:{survey_id}", said)
    return page
