"""H5 page of one request, for a customer manager to read and to answer."""

from functools import partial
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation.errors import Refused
from foundation.text import is_visible, visible
from people import areas
from visits.actions import answering, canned
from visits.actions.answering import AnswerOvertaken
from visits.mobile import phrases, visitor
from visits.models.answers import Way
from visits.models.requests import FIRST_NUMBER
from visits.pages import buttons, form_values
from visits.pages.form_pictures import FormPicture
from visits.queries import deadlines, thread
from visits.queries.thread import Thread
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from wechat_bot import media, oauth
from wechat_bot.services import Services, current_services

#: Messages above the answer field: the last ones, so that it is not far down.
RECENT = 8


def thread_page(number: int) -> ResponseReturnValue:
    """Show a request: its messages, the state of each answer, and the answer field."""
    services = current_services()
    with services.reading() as session:
        who = visitor.manager_or_none(services, session)
        if who is None:
            return visitor.to_own(session, oauth.who(), number)
        found = _found(session, who, number, before=request.args.get("before", type=int))
        page = _show(session, services, who, found)
    with services.transaction() as session:
        answering.looked(session, found.id, who)
    return page


def act(number: int) -> ResponseReturnValue:
    """Do what the pressed button says, once however often it is posted; then show the page."""
    openid, services, form = oauth.who(), current_services(), request.form
    picture = FormPicture(services, openid)
    with services.reading() as session:
        who = visitor.manager_or_none(services, session)
        if who is None:
            return visitor.to_own(session, openid, number)
        # Only for somebody who may answer here is anything stored on the disk.
        _found(session, who, number)
    again = partial(_again, services, who, number, picture)
    try:
        picture.receive()
        if form.get("do") == "drop_photo":
            picture.drop()
            picture.chosen = None
            return again(status=200)
        if "canned" in form:
            return again(chosen=form.get("canned", type=int), status=200)
        with services.transaction() as session:
            said = _do(session, openid, who, number - FIRST_NUMBER, picture)
    except AnswerOvertaken as overtaken:
        return again(came=overtaken.came, status=409)
    except Refused as refusal:
        return again(sentence=refusal.sentence, status=422)
    if form.get("do") in ("phrase", "reopen") and is_visible(form.get("content", "")):
        # This action did not send what is in the answer field, so it stays there.
        return again(said=said, status=200)
    picture.drop()
    flash(said)
    return redirect(url_for("visits_mobile.thread_page", number=number), 303)


def kept_picture(token: str) -> ResponseReturnValue:
    """Send the picture that is kept with one of this visitor's own forms."""
    return FormPicture(current_services(), oauth.who(), token).send()


def media_file(number: int, message_id: int) -> ResponseReturnValue:
    """Send a picture, voice or video of a request to somebody who may see it."""
    services = current_services()
    with services.reading() as session:
        who = visitor.manager_or_none(services, session)
        mine = who is not None and thread.thread(session, who, number - FIRST_NUMBER) is not None
        found = thread.media_of(session, number - FIRST_NUMBER, message_id) if mine else None
        file = media.find(session, services.media_folder, found) if found else None
    return form_values.send(file, f"{number}-{message_id}")


def _do(session: Session, openid: str, who: Colleague, about: int, picture: FormPicture) -> str:
    form = request.form
    match form.get("do"):
        case "phrase":
            _keep_phrase(session, who, form.get("content", ""))
            return texts.KEPT_AS_PHRASE
        case "listen":
            # A voice has no substitute: it is sent while the manager's own window is open, or not at all.
            if thread.foreseen(session, openid, now=who.now, has_template=False).way is not Way.MESSAGE:
                raise Refused(texts.LISTEN_IN_CHAT.format(about + FIRST_NUMBER))
            answering.listen(session, about, who, form.get("message", 0, type=int))
            return texts.LISTEN
    return buttons.press(session, about, who, form, picture)


def _keep_phrase(session: Session, who: Colleague, content: str) -> None:
    if not is_visible(content):
        raise Refused(texts.PHRASE_NEEDS_WORDS)
    title = texts.said("text", content, phrases.LONGEST_DRAWN)
    canned.save(session, None, title, content, is_shared=False, by=who.sees)


def _show(session: Session, services: Services, who: Colleague, found: Thread, draft: str = "", **more: Any) -> str:
    """Draw the page; `more` is what `_again` adds to it."""
    now, zone = who.now, services.zone
    way = thread.foreseen(session, found.openid, now=now, has_template=form_values.has_template(services))
    values: dict[str, Any] = {"came": (), "sentence": "", "said": ""}
    return render_template(
        "visits/thread.html",
        found=found,
        who=who,
        due=form_values.due(found, now=now, zone=zone),
        chips=form_values.CHIPS,
        deadlines=deadlines.of_request(session, found.id, now=now, zone=zone),
        way=way.way,
        way_said=texts.foreseen(way.way, way.left, way.until, now=now, zone=zone),
        send=texts.SEND.get(way.way, ""),
        draft=draft,
        keep=f"{found.number}-{who.manager_id}",
        canned=thread.canned(session, who.manager_id),
        managers=[each for each in areas.managers(session) if each[0] != found.owner_id],
        owned=thread.owned(session, found.id),
        rating=texts.rated(*thread.rating(session, found.id)),
        snoozes=buttons.SNOOZES,
        moment=who.when,
        texts=texts,
        **FormPicture(services, oauth.who()).fields("visits_mobile.kept_picture"),
        **values | more,
    )


def _again(
    services: Services,
    who: Colleague,
    number: int,
    picture: FormPicture,
    *,
    chosen: int | None = None,
    status: int,
    **more: Any,
) -> Response:
    """Show the page as it is now, with the written text still in the field, and the picture still kept: `came` is what
    came in between, `sentence` a refusal, `said` what was done, `chosen` a canned answer."""
    picture.keep()
    with services.reading() as session:
        found = _found(session, who, number)
        written = visible(request.form.get("content", "")), form_values.canned(session, who, found, chosen)
        page = _show(session, services, who, found, "\n".join(filter(None, written)), **more)
    return make_response(page, status)


def _found(session: Session, who: Colleague, number: int, before: int | None = None) -> Thread:
    limit = RECENT if before is None else thread.SHOWN
    found = thread.thread(session, who, number - FIRST_NUMBER, before=before, limit=limit)
    if found is None:
        raise Refused(texts.NOT_HERE)
    return found
