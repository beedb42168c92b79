"""One request inside WeChat, for a customer manager to read and to answer."""

import secrets
from datetime import datetime, timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation.errors import Refused
from people import areas
from visits import scope, shown
from visits.actions import answering, canned
from visits.actions.answering import Overtaken
from visits.mobile import kept, phrases
from visits.models import FIRST_NUMBER
from visits.queries import thread
from visits.queries.thread import Thread
from visits.said import Said
from visits.scope import Colleague
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot import media, oauth
from wechat_bot.media import Picture
from wechat_bot.services import Services, current_services

#: Messages above the box to answer in: what was said last, and no long way down to it.
RECENT = 8
#: For how long a request may be put off with one tap.
SNOOZES = {"2": "2 小时后", "24": "明天这时", "72": "3 天后"}


def thread_page(number: int) -> ResponseReturnValue:
    """One request: what was said, what became of the answers, and the box to answer in."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        who = who_is(services, session, openid, now)
        if who is None:
            return to_own(session, openid, number)
        found = _found(session, who, number, before=request.args.get("before", type=int))
        return _show(session, services, who, found, now=now)


def act(number: int) -> ResponseReturnValue:
    """Do what one of the page's buttons says, once however often it is posted; then show the page."""
    openid, services, form = oauth.who(), current_services(), request.form
    now, here = services.clock(), redirect(url_for("visits_mobile.thread_page", number=number), 303)
    picture: Picture | None = None
    with services.reading() as session:
        who = who_is(services, session, openid, now)
        if who is None:
            return to_own(session, openid, number)
        # Before anything is put on the disk: only for whoever may answer here.
        _found(session, who, number)
    try:
        picture = shown.received(services, request.files.get("photo"))
        if form.get("do") == "drop_photo":
            kept.drop(_token())
            return _again(services, openid, who, number, status=200, now=now)
        if "canned" in form:
            kept.keep(services, picture, token=_token(), openid=openid)
            return _again(services, openid, who, number, chosen=form.get("canned", type=int), status=200, now=now)
        with services.transaction() as session:
            said = _do(session, services, openid, who, number - FIRST_NUMBER, picture, now=now)
    except Overtaken as overtaken:
        kept.keep(services, picture, token=_token(), openid=openid)
        return _again(services, openid, who, number, came=overtaken.came, status=409, now=now)
    except Refused as refusal:
        kept.keep(services, picture, token=_token(), openid=openid)
        return _again(services, openid, who, number, sentence=refusal.sentence, status=422, now=now)
    if form.get("do") in ("phrase", "reopen") and form.get("content", "").strip():
        # What stands in the box was not sent by this, and goes on standing there.
        kept.keep(services, picture, token=_token(), openid=openid)
        return _again(services, openid, who, number, said=said, status=200, now=now)
    kept.drop(_token())
    flash(said)
    return here


def kept_picture(token: str) -> ResponseReturnValue:
    """The picture that waits in one of this visitor's own forms."""
    openid, services = oauth.who(), current_services()
    key = kept.key_of(token, openid)
    with services.reading() as session:
        file = media.find(session, services.media_folder, key) if key else None
    return shown.send(file, "photo")


def media_file(number: int, message_id: int) -> ResponseReturnValue:
    """A picture, voice or video of a request, for whoever may see it."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        who = who_is(services, session, openid, services.clock())
        mine = who is not None and thread.thread(session, who, number - FIRST_NUMBER) is not None
        found = thread.media_of(session, number - FIRST_NUMBER, message_id) if mine else None
        file = media.find(session, services.media_folder, found) if found else None
    return shown.send(file, f"{number}-{message_id}")


def _do(
    session: Session,
    services: Services,
    openid: str,
    who: Colleague,
    about: int,
    picture: Picture | None,
    *,
    now: datetime,
) -> str:
    form = request.form
    content = form.get("content", "")
    match form.get("do"):
        case "answer":
            key = kept.key_of(_token(), openid)
            if picture is not None:
                # Nobody's: it belongs to the request, and goes with it.
                key = media.add(session, picture, openid="", mark=_token(), now=now)
            answering.answer(
                session,
                about,
                who,
                content,
                picture=key,
                token=_token() or None,
                seen=form.get("seen", 0, type=int),
                now=now,
            )
            return texts.SENT
        case "phrase":
            _keep_phrase(session, who, content)
            return texts.KEPT_AS_PHRASE
        case "note":
            answering.note(session, about, who, content, now=now)
            return texts.NOTED
        case "wait":
            answering.wait(session, about, who, content, seen=form.get("seen", type=int), now=now)
            return texts.CALLED
        case "close":
            answering.close(session, about, who, seen=form.get("seen", type=int), now=now)
            return texts.CLOSED
        case "no_reply":
            answering.no_reply_needed(session, about, who, seen=form.get("seen", type=int), now=now)
            return texts.CLOSED
        case "reopen":
            answering.reopen(session, about, who, now=now)
            return texts.REOPENED
        case "transfer":
            answering.transfer(session, about, who, form.get("to", 0, type=int), now=now)
            return texts.TRANSFERRED
        case "listen":
            answering.listen(session, about, who, form.get("message", 0, type=int), now=now)
            return texts.LISTEN
        case "snooze":
            hours = form.get("hours", "")
            until = now + timedelta(hours=int(hours) if hours in SNOOZES else 0)
            answering.snooze(session, about, who, until, now=now)
            return texts.snoozed(when(until, now=now, zone=services.zone))
    raise Refused(texts.NO_SUCH_BUTTON)


def _keep_phrase(session: Session, who: Colleague, content: str) -> None:
    if not content.strip():
        raise Refused(texts.PHRASE_NEEDS_WORDS)
    title = texts.said("text", content, phrases.LONGEST_DRAWN)
    canned.save(session, None, title, content, manager_id=who.manager_id, may_shared=False, is_shared=False)


def _token() -> str:
    """What the posted form is known by."""
    return request.form.get("token", "")[:64]


def _show(
    session: Session,
    services: Services,
    who: Colleague,
    found: Thread,
    *,
    now: datetime,
    draft: str = "",
    came: tuple[Said, ...] = (),
    sentence: str = "",
    said: str = "",
    token: str = "",
    has_picture: bool = False,
) -> str:
    way = thread.foreseen(session, found.openid, now=now, has_template=shown.has_template(services))
    return render_template(
        "visits/thread.html",
        found=found,
        who=who,
        due=shown.due(found, now=now, zone=services.zone),
        way=way.way,
        way_said=texts.foreseen(way.way, way.left, way.until, now=now, zone=services.zone),
        send=texts.SEND.get(way.way, ""),
        draft=draft,
        came=came,
        sentence=sentence,
        said=said,
        # One that comes back is the same form: what it brought stays with it, and it still answers only once.
        token=token or secrets.token_urlsafe(16),
        picture=url_for("visits_mobile.kept_picture", token=token) if has_picture else "",
        keep=f"{found.number}-{who.manager_id}",
        canned=shown.ready(session, who, found, now=now, zone=services.zone),
        managers=[each for each in areas.managers(session) if each[0] != found.owner_id],
        owned=thread.owned(session, found.id),
        snoozes=SNOOZES,
        moment=lambda at: when(at, now=now, zone=services.zone),
        texts=texts,
    )


def _again(
    services: Services,
    openid: str,
    who: Colleague,
    number: int,
    *,
    came: tuple[Said, ...] = (),
    sentence: str = "",
    said: str = "",
    chosen: int | None = None,
    status: int,
    now: datetime,
) -> Response:
    """The page as it is now, with what was written still in the box, and the picture still with it."""
    with services.reading() as session:
        found = _found(session, who, number)
        ready = shown.canned(session, who, found, chosen, now=now, zone=services.zone)
        draft = "\n".join(each for each in (request.form.get("content", "").strip(), ready) if each)
        page = _show(
            session,
            services,
            who,
            found,
            draft=draft,
            came=came,
            sentence=sentence,
            said=said,
            token=_token(),
            has_picture=kept.key_of(_token(), openid) is not None,
            now=now,
        )
    return make_response(page, status)


def _found(session: Session, who: Colleague, number: int, before: int | None = None) -> Thread:
    limit = RECENT if before is None else thread.SHOWN
    found = thread.thread(session, who, number - FIRST_NUMBER, before=before, limit=limit)
    if found is None:
        raise Refused(texts.NO_SUCH)
    return found


def who_is(services: Services, session: Session, openid: str, now: datetime) -> Colleague | None:
    """The customer manager whose phone it is; None for everybody else."""
    return scope.of_manager(session, openid, now=now, zone=services.zone)


def to_own(session: Session, openid: str, number: int | None = None) -> ResponseReturnValue:
    """Where somebody who is no customer manager belongs: to their own requests."""
    if number is not None and thread.own_thread(session, openid, number - FIRST_NUMBER) is None:
        raise Refused(texts.NO_SUCH)
    if number is None:
        return redirect(url_for("visits_mobile.newest"), 303)
    return redirect(url_for("visits_mobile.own_page", number=number), 303)
