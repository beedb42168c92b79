"""Console page of sharing a survey: by a message to many, link, QR code, poster, menu key and word."""

import io
from datetime import timedelta

import segno
from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from foundation.clock import day_in
from foundation.errors import Refused
from questions import flow
from surveys.actions import sharing
from surveys.export import poster
from surveys.export.poster import Poster
from surveys.models import SurveyState
from surveys.pages.listing import COLOURS
from surveys.permissions import SURVEYS_SEE, SURVEYS_WRITE
from surveys.queries import listing, part
from surveys.queries import sharing as queries
from surveys.queries.detail import SurveyDetail, detail
from surveys.queries.sharing import Code
from surveys.rules.sharing import lasts
from surveys.texts import poster as poster_texts
from surveys.texts.figures import STATES, span
from wechat_bot.client.codes import SendError, explained
from wechat_bot.services import Services, current_services

#: The side of a module of a stored picture, and its white border, in pixels and modules.
SCALE, BORDER = 24, 4


@access.allow(SURVEYS_SEE)
def share(survey_id: int) -> ResponseReturnValue:
    """Show every way to a published survey."""
    return _page(survey_id, None)


@access.allow(SURVEYS_WRITE)
def make_code(survey_id: int) -> ResponseReturnValue:
    """Ask WeChat for the survey's QR code, and keep it."""
    services = current_services()
    found, _ = _find(services, survey_id)
    try:
        _made(services, found)
    except Refused as refusal:
        return _page(survey_id, refusal), act.status(refusal)
    return act.done(_here(survey_id), "二维码做好了，没关注的店扫了会先关注。")


@access.allow(SURVEYS_SEE)
def code_picture(survey_id: int) -> ResponseReturnValue:
    """Send the QR code as PNG, large enough for print."""
    services = current_services()
    found, code = _find(services, survey_id)
    out = io.BytesIO()
    segno.make(_held(services, found, code), error="m", micro=False).save(out, kind="png", scale=SCALE, border=BORDER)
    out.seek(0)
    return access.download(out, f"{found.title}_二维码.png")


@access.allow(SURVEYS_SEE)
def code_screen(survey_id: int) -> ResponseReturnValue:
    """Show the QR code alone, to be projected or held towards somebody."""
    services = current_services()
    found, code = _find(services, survey_id)
    picture = _picture(_held(services, found, code))
    return render_template("surveys/console/screen.html", survey=found, picture=picture)


@access.allow(SURVEYS_SEE)
def poster_sheet(survey_id: int) -> ResponseReturnValue:
    """Send the poster as PDF."""
    services = current_services()
    found, code = _find(services, survey_id)
    sheet = poster.write(_poster(services, found, _held(services, found, code)))
    return access.download(io.BytesIO(sheet), f"{found.title}_海报.pdf")


def _made(services: Services, found: SurveyDetail) -> None:
    if found.state is SurveyState.CLOSED:
        raise Refused("调查已经结束，不用再做二维码。")
    for_so_long = lasts(found.closes_at, services.clock())
    seconds = None if for_so_long is None else int(for_so_long.total_seconds())
    try:
        _, url = services.wechat.create_qr(f"survey:{found.id}", seconds=seconds)
    except SendError as error:
        raise Refused(f"二维码没有做成：{explained(error)}。") from None
    with act.transaction() as (session, now, note):
        expires_at = None if seconds is None else now + timedelta(seconds=seconds)
        sharing.keep(session, found.id, services.wechat.app_id, url, expires_at=expires_at, now=now)
        note("survey.code", f"survey:{found.id}")


def _page(survey_id: int, error: Refused | None) -> str:
    services, me = current_services(), access.visitor()
    found, code = _find(services, survey_id)
    held = _way(services, found, code)
    with services.reading() as session:
        beside = queries.running(session, now=services.clock())
        figures = part.figures(session, me, survey_id, today=day_in(services.clock(), services.zone))
    return render_template(
        "surveys/console/share.html",
        survey=found,
        states=STATES,
        colours=COLOURS,
        span=span(found.opens_at, found.closes_at, now=services.clock(), zone=services.zone),
        figures=figures,
        is_over=found.state is SurveyState.CLOSED,
        link=_link(services, found),
        code=code,
        picture=_picture(held) if held else "",
        poster=_poster(services, found, held) if held else None,
        key=f"survey:{survey_id}",
        running=beside,
        counted=queries.COUNTED,
        error=error,
    )


def _find(services: Services, survey_id: int) -> tuple[SurveyDetail, Code | None]:
    with services.reading() as session:
        found, code = _look(session, services, survey_id)
    if found is None or found.state is SurveyState.DRAFT:
        abort(404)
    return found, code


def _look(session: Session, services: Services, survey_id: int) -> tuple[SurveyDetail | None, Code | None]:
    now = services.clock()
    return detail(session, survey_id, now=now), queries.code(session, survey_id, services.wechat.app_id, now=now)


def _link(services: Services, found: SurveyDetail) -> str:
    """The address of the page; empty for an account whose pages cannot tell who opens them."""
    return f"{services.public_url}/m/surveys/{found.id}" if services.is_service_account else ""


def _way(services: Services, found: SurveyDetail, code: Code | None) -> str:
    """What a QR code holds: WeChat's own, or the page until there is one; empty where there is neither."""
    return code.url if code else _link(services, found)


def _held(services: Services, found: SurveyDetail, code: Code | None) -> str:
    held = _way(services, found, code)
    if not held:
        abort(404)
    return held


def _picture(held: str) -> str:
    made = segno.make(held, error="m", micro=False)
    return made.svg_inline(omitsize=True, border=BORDER, svgclass="qr", lineclass=None)


def _poster(services: Services, found: SurveyDetail, held: str) -> Poster:
    with services.reading() as session:
        newest = listing.newest(session, found.id)
    asked = newest.questions if newest else ()
    about = poster_texts.about(len(asked), flow.about_minutes(asked), is_anonymous=found.is_anonymous)
    ends = poster_texts.ends(found.closes_at, services.zone)
    return Poster(services.account_name, found.title, about, held, poster_texts.STEPS, ends)


def _here(survey_id: int) -> str:
    return url_for("surveys_pages.share", survey_id=survey_id)
