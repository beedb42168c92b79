"""Front page items of surveys: what needs somebody today."""

from flask import url_for

from console import authored, running
from console.authored import AuthoredState
from surveys.models import Survey
from surveys.queries import today

ending = running.needs(
    today.ending,
    today.missing_of,
    sentence="家店还没有填《{}》，{}",
    small="已回收 {:,} / {:,}",
    url=lambda survey_id: url_for("surveys_pages.survey", survey_id=survey_id),
    button="去催填",
    icon="clipboard-list",
)
drafts = authored.drafts(
    Survey,
    one=lambda survey_id: url_for("surveys_pages.survey", survey_id=survey_id),
    every=lambda: url_for("surveys_pages.survey_list", state=AuthoredState.DRAFT),
    unit="调查",
    icon="clipboard-list",
)
