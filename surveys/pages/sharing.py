"""Console page of sharing a survey: by a message to many, link, QR code, poster, menu key and word."""

from functools import partial

from flask import render_template, url_for

from console import access, authored_pages
from console.authored import AuthoredState
from console.sharing import Shared, Sharing, Ways
from foundation.clock import day_in
from foundation.errors import Refused
from questions import flow
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import listing, part
from surveys.queries import sharing as queries
from surveys.queries.detail import detail
from surveys.texts import poster
from surveys.texts.figures import span
from wechat_bot.services import current_services


def _page(survey_id: int, ways: Ways, error: Refused | None) -> str:
    services, me = current_services(), access.visitor()
    now, found = services.clock(), _find(survey_id)
    with services.reading() as session:
        beside = queries.running(session, now=now)
        figures = part.figures(session, me, survey_id, today=day_in(now, services.zone))
    return render_template(
        "surveys/console/share.html",
        survey=found,
        span=span(found.opens_at, found.closes_at, now=now, zone=services.zone),
        figures=figures,
        ways=ways,
        running=beside,
        counted=queries.COUNTED,
        error=error,
    )


def _shared(survey_id: int) -> Shared:
    services, found = current_services(), _find(survey_id)
    with services.reading() as session:
        newest = listing.newest(session, survey_id)
    asked = newest.questions if newest else ()
    return Shared(
        f"survey:{survey_id}",
        f"/m/surveys/{survey_id}",
        found.title,
        found.closes_at,
        found.state is AuthoredState.CLOSED,
        url_for("surveys_pages.share", survey_id=survey_id),
        poster.about(len(asked), flow.about_minutes(asked), is_anonymous=found.is_anonymous),
        poster.STEPS,
        poster.ends(found.closes_at, services.zone),
    )


_find = partial(authored_pages.find, detail, is_published=True)
SHARING = Sharing("调查", "填写", SURVEYS_SEE, SURVEYS_WRITE, "survey.code", _shared, _page)
