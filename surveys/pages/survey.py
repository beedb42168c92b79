"""Console page of one survey: its questions and its live result; publishing, ending."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, authored_pages
from console.authored import AuthoredState
from foundation.errors import Refused
from people import audiences
from people.audiences import Sample
from people.picker import short
from surveys.actions import authoring
from surveys.export.codebook import TYPES
from surveys.pages import results
from surveys.pages.versions import told
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import listing
from surveys.queries.detail import SurveyDetail, detail
from surveys.rules import quotas
from surveys.rules.definition import Definition
from surveys.texts.figures import span
from wechat_bot.services import current_services

EVERYBODY = "全部已绑定微信的店，以后绑定的也可以填"


@access.allow(SURVEYS_SEE)
def survey(survey_id: int) -> ResponseReturnValue:
    """Show a draft's questions; for a published survey its result as well."""
    services = current_services()
    with services.reading() as session:
        found = authored_pages.find(detail, survey_id, session)
        is_published = found.state is not AuthoredState.DRAFT
        result = results.shown(session, found) if is_published else {"figures": None}
    return render_template(
        "surveys/console/survey.html",
        survey=found,
        span=_span(found if is_published else found.draft),
        is_over=found.state is AuthoredState.CLOSED,
        **{"types": TYPES, **result},
    )


@access.allow(SURVEYS_WRITE)
def publish(survey_id: int) -> ResponseReturnValue:
    """Show who would be asked, then publish: freeze the draft as a version and list its audience."""
    services, error = current_services(), ""
    if request.method == "POST":
        try:
            return _publish(survey_id)
        except Refused as refusal:
            error = refusal.sentence
    found, number = _find(survey_id), 0
    sample: tuple[Sample, ...] = ()
    with services.reading() as session:
        before = listing.newest(session, survey_id)
        whom = short.words(session, found.draft.audience, services.criteria, everybody=EVERYBODY)
        try:
            audience, now = found.draft.audience, services.clock()
            number = audiences.count(session, audience, services.criteria, now=now)
            sample = audiences.sample(session, audience, services.criteria, now=now) if number else ()
        except Refused as refusal:
            error = error or refusal.sentence
    page = render_template(
        "surveys/console/publish.html",
        survey=found,
        number=number,
        sample=sample,
        error=error,
        is_first=found.state is AuthoredState.DRAFT,
        is_over=found.state is AuthoredState.CLOSED,
        changes=told(before, found.draft, services) if before else [],
        whom=whom,
        limits=quotas.said(found.draft),
        span=_span(found.draft),
        stamp=request.form.get("stamp", found.stamp, type=int),
    )
    return page, 422 if error else 200


@access.allow(SURVEYS_WRITE)
def close(survey_id: int) -> ResponseReturnValue:
    """End a survey now."""
    with act.transaction() as (session, now, note):
        authoring.close(session, survey_id, now=now)
        note("survey.close", f"survey:{survey_id}")
    return act.done(url_for("surveys_pages.survey", survey_id=survey_id), "调查已结束。")


def _publish(survey_id: int) -> ResponseReturnValue:
    criteria, stamp = current_services().criteria, request.form.get("stamp", -1, type=int)
    with act.transaction() as (session, now, note):
        published = authoring.publish(session, survey_id, criteria=criteria, stamp=stamp, now=now)
        said = f"第 {published.number} 版，新列入 {published.listed} 家"
        note("survey.publish", f"survey:{survey_id}", said)
    return act.done(url_for("surveys_pages.share", survey_id=survey_id), f"已发布{said}店。下面几种办法可以一起用。")


def _span(of: SurveyDetail | Definition) -> str:
    services = current_services()
    return span(of.opens_at, of.closes_at, now=services.clock(), zone=services.zone)


_find = partial(authored_pages.find, detail)
