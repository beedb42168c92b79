"""H5 pages of surveys: one question a page, the same sheet as in the chat, each answer saved as it is given."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.errors import Refused
from questions import flow, stepping
from questions.page import question_page
from questions.question import Question, QuestionType
from surveys.actions import answering, inviting
from surveys.mobile import screens
from surveys.queries import answer_sheet, listing, pictures
from surveys.queries import inviting as inviting_queries
from surveys.queries import results as published
from surveys.queries.answer_sheet import AnswerSheet
from surveys.texts import pages
from wechat_bot import media, oauth, serving
from wechat_bot.conversation import Card
from wechat_bot.media import Picture
from wechat_bot.services import Services, current_services

blueprint = oauth.pages("surveys_mobile", __name__, url_prefix="/m/surveys", template_folder="templates")
SOURCE = "page"
_ONE = "/<int:survey_id>"


@blueprint.get(_ONE)
def show(survey_id: int) -> ResponseReturnValue:
    """Show where this shop is in the survey: the introduction, the next question, or why there is none."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        sheet = answer_sheet.look(session, survey_id, openid)
        obstacle = answer_sheet.obstacle(sheet, now=now, zone=services.zone)
        has_results = obstacle is not None and published.are_public(session, sheet, now=now)
        # A poll shows its running result at once.
        poll = published.results(session, survey_id) if has_results and sheet.definition.is_poll else None
        mine = published.chosen(session, sheet) if poll else ()
        is_new = obstacle is None and inviting_queries.is_unopened(session, sheet)
        waiting = services.switchboard.waiting(session, openid, now) if obstacle else []
    if is_new:
        with services.transaction() as session:
            inviting.opened(session, sheet)
    tells_at = sheet.tells_at if services.is_service_account and not has_results else None
    told_on = pages.told_on(day_in(tells_at, services.zone)) if tells_at else ""
    if obstacle:
        is_done = sheet.is_submitted
        return render_template(
            "surveys/over.html",
            sheet=sheet,
            title=pages.thanks(sheet.keeper) if is_done else sheet.definition.title,
            said=[pages.done_on(sheet.submitted_on), told_on] if is_done else [obstacle],
            has_results=has_results,
            found=poll,
            mine=mine,
            waiting=waiting,
        )
    if sheet.started_at is None:
        return screens.intro(sheet, action=_here(sheet), told_on=told_on)
    question = _wanted(sheet)
    return screens.last(sheet, action=_here(sheet)) if question is None else _ask(sheet, question)


@blueprint.post(_ONE)
def fill(survey_id: int) -> ResponseReturnValue:
    """Begin, answer, skip, or go back; then show the page. Posted twice it is done once."""
    openid, services = oauth.who(), current_services()
    now, here = services.clock(), redirect(url_for(".show", survey_id=survey_id), 303)
    try:
        picture = _received(services, survey_id, openid)
    except Refused as refusal:
        return _ask_again(services, survey_id, openid, refusal.sentence) or here
    try:
        with services.transaction() as session:
            sentence = _step(session, services, survey_id, openid, picture, now=now)
    except Refused:
        return here  # closed, handed in, or bound to nobody by now: the page says which
    done = request.form.get("question")
    onward = redirect(url_for(".show", survey_id=survey_id, done=done), 303)
    return (sentence and _ask_again(services, survey_id, openid, sentence)) or onward


@blueprint.get(f"{_ONE}/photo/<code>")
def photo(survey_id: int, code: str) -> ResponseReturnValue:
    """Send the photo this shop has given to a question, while the sheet is being filled."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        keys = answer_sheet.look(session, survey_id, openid).answers.get(code, {}).get("m") or [""]
        found = media.find(session, services.media_folder, str(keys[-1]))
    return serving.send(found, f"{survey_id}-{code}")


@blueprint.get(f"{_ONE}/picture/<key>")
def picture(survey_id: int, key: str) -> ResponseReturnValue:
    """Send a picture that the survey shows with a question or an option, to a shop that may see the survey."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        answer_sheet.look(session, survey_id, openid)
        found = pictures.find(session, services.media_folder, survey_id, key)
    response = serving.send(found, f"{survey_id}-{key}")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@blueprint.get(f"{_ONE}/results")
def results(survey_id: int) -> ResponseReturnValue:
    """Show the results, once the survey is over and where its author publishes them."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        sheet = answer_sheet.look(session, survey_id, openid)
        if not published.are_public(session, sheet, now=now):
            raise Refused(pages.NO_RESULTS)
        found = published.results(session, survey_id)
    return render_template("surveys/results.html", found=found, survey_id=survey_id)


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the open surveys of this shop, for its own page."""
    return [
        Card(
            title=each.title,
            note=pages.state(flow.left(each.definition.questions, each.answers), is_done=each.is_submitted),
            url=f"/m/surveys/{each.survey_id}",
            waits=0 if each.is_submitted else 1,
        )
        for each in listing.open_for(session, openid, now=now) or ()
        if not each.is_shut
    ]


def _step(
    session: Session, services: Services, survey_id: int, openid: str, picture: Picture | None, *, now: datetime
) -> str:
    """Take one step of the sheet; gives the sentence for the person where it cannot be taken, else nothing."""
    zone, wanted = services.zone, request.form.get("do", "")
    if wanted == "begin":
        answering.begin(session, answer_sheet.look(session, survey_id, openid), openid=openid, now=now, zone=zone)
        return ""
    sheet = answer_sheet.hold(session, survey_id, openid)
    if sheet is None or sheet.is_submitted:
        return ""
    code = request.form.get("question", "")
    photos = _photos(session, sheet, code, openid, picture, now)
    step = stepping.tap(sheet.position, wanted, code, request.form.to_dict(flat=False), photos=photos)
    answering.take(session, sheet, step, now=now, zone=zone, source=SOURCE)
    return step.text


def _photos(
    session: Session, sheet: AnswerSheet, code: str, openid: str, picture: Picture | None, now: datetime
) -> list[str]:
    """Return the keys of the photo just sent, or of those given before."""
    # The chat may have taken another branch meanwhile, and the question is no longer shown.
    shown = {each.code for each in flow.shown(sheet.definition.questions, sheet.answers)}
    if picture is None or code not in shown:
        return list(sheet.answers.get(code, {}).get("m", ()))
    # An anonymous answer must not lead to its shop through its photo.
    owner = "" if sheet.is_anonymous else openid
    return [media.add(session, picture, openid=owner, mark=request.form.get("upload", ""), now=now)]


def _received(services: Services, survey_id: int, openid: str) -> Picture | None:
    upload, code = request.files.get("photo"), request.form.get("question")
    if upload is None or not upload.filename or request.form.get("do") != "answer":
        return None
    with services.reading() as session:
        sheet = answer_sheet.look(session, survey_id, openid)
    # Only where a photo is asked for is anything stored on the disk.
    photos = {each.code for each in sheet.definition.questions if each.type is QuestionType.PHOTO}
    if sheet.started_at is None or sheet.is_submitted or code not in photos:
        return None
    return media.receive(services.media_folder, upload.stream)


def _ask_again(services: Services, survey_id: int, openid: str, sentence: str) -> ResponseReturnValue | None:
    """Show the question again, with what was ticked and written, and what to change; None where it is no longer
    asked."""
    with services.reading() as session:
        sheet = answer_sheet.look(session, survey_id, openid)
    question, is_open = _posted(sheet), not sheet.is_submitted and sheet.started_at is not None
    if not is_open or question is None:
        return None
    fields = request.form
    given = {"o": fields.getlist("option"), "t": fields.get("other") or fields.get("text", ""), "v": ""}
    return make_response(_ask(sheet, question, given=given, sentence=sentence), 422)


def _posted(sheet: AnswerSheet) -> Question | None:
    """Return the question of the posted form, where it is asked, or was."""
    code = request.form.get("question")
    shown = flow.shown(sheet.definition.questions, sheet.answers)
    found = next((each for each in shown if each.code == code), None)
    return found if found is not None and (found == sheet.asked or found.code in sheet.answers) else None


def _wanted(sheet: AnswerSheet) -> Question | None:
    """Return the question the address names, where it was asked already: to look at, and to change. Else the one that
    waits; None where all are answered."""
    waits = sheet.position.onward().asked if "on" in request.args else sheet.asked
    named = request.args.get("question")
    known = {each.code: each for each in flow.shown(sheet.definition.questions, sheet.answers)}
    return known[named] if named in known and named in sheet.answers else waits


def _ask(sheet: AnswerSheet, question: Question, *, given: Mapping[str, Any] | None = None, sentence: str = "") -> str:
    picture, upload = url_for(".photo", survey_id=sheet.survey_id, code=question.code), secrets.token_urlsafe(16)
    page = question_page(
        sheet.position,
        question,
        upload=upload,
        picture=picture,
        pictures=url_for(".picture", survey_id=sheet.survey_id, key="-").removesuffix("-"),
        given=given,
        sentence=sentence,
        done=request.args.get("done", ""),
    )
    return screens.question(sheet, page, action=_here(sheet))


def _here(sheet: AnswerSheet) -> str:
    return url_for(".show", survey_id=sheet.survey_id)
