"""One request in the console: the timeline with its reasons, and whatever may be done about it."""

import secrets
from datetime import datetime, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import audit, door
from console.rules import Permission
from foundation.errors import Refused
from people import areas
from visits import scope, shown
from visits.actions import answering
from visits.actions.answering import Overtaken
from visits.models import FIRST_NUMBER
from visits.pages.inbox import COLOURS
from visits.queries import deadlines
from visits.queries import thread as queries
from visits.queries.thread import Thread
from visits.said import Said
from visits.scope import Colleague
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot import media
from wechat_bot.media import Picture
from wechat_bot.services import Services, current_services

#: For how many hours a request may be put off.
SNOOZES = {"2": "2 小时后", "24": "明天这时", "72": "3 天后"}
#: What each button is called in the audit log.
DID = {
    "answer": "visit.answer",
    "note": "visit.note",
    "wait": "visit.note",
    "close": "visit.close",
    "no_reply": "visit.close",
    "reopen": "visit.reopen",
    "transfer": "visit.transfer",
    "snooze": "visit.snooze",
}


@door.allow(Permission.VISITS_SEE)
def show(number: int) -> ResponseReturnValue:
    """The request. Seeing it is written down."""
    services, me = current_services(), door.visitor()
    now = services.clock()
    with services.reading() as session:
        who = scope.of_visitor(session, me, now=now, zone=services.zone)
        found = _found(session, who, number, before=request.args.get("before", type=int))
        draft = shown.canned(session, who, found, request.args.get("canned", type=int), now=now, zone=services.zone)
        page = _page(session, services, who, found, draft=draft)
    with services.transaction() as session:
        audit.note(session, me, "visit.see", f"visit:{number}", found.shop, address=door.address(), now=now)
    return page


@door.allow(Permission.VISITS_ANSWER, upload=media.PICTURE_LIMIT)
def act(number: int) -> ResponseReturnValue:
    """Do what one of the page's buttons says, once however often it is posted; then show the page."""
    services, me = current_services(), door.visitor()
    now, did = services.clock(), DID.get(request.form.get("do", ""))
    with services.reading() as session:
        who = scope.of_visitor(session, me, now=now, zone=services.zone)
        _found(session, who, number)
    if did is None:
        raise Refused(texts.NO_SUCH_BUTTON)
    came: tuple[Said, ...] = ()
    error = ""
    try:
        picture = shown.received(services, request.files.get("photo"))
        with services.transaction() as session:
            said = _do(session, services, who, number - FIRST_NUMBER, picture, now)
            detail = texts.said("text", request.form.get("content", ""), 100)
            audit.note(session, me, did, f"visit:{number}", detail, address=door.address(), now=now)
    except Overtaken as overtaken:
        came = overtaken.came
    except Refused as refusal:
        error = refusal.sentence
    else:
        flash(said, "success")
        return redirect(url_for("visits_pages.thread", number=number), 303)
    with services.reading() as session:
        found = _found(session, who, number)
        page = _page(session, services, who, found, draft=request.form.get("content", ""), came=came, error=error)
    return page, 409 if came else 422


@door.allow(Permission.VISITS_SEE)
def file(number: int, message_id: int) -> ResponseReturnValue:
    """A picture, voice or video, for whoever may see the request."""
    services = current_services()
    with services.reading() as session:
        who = scope.of_visitor(session, door.visitor(), now=services.clock(), zone=services.zone)
        found = _found(session, who, number)
        key = queries.media_of(session, found.id, message_id)
        kept = media.find(session, services.media_folder, key) if key else None
    return shown.send(kept, f"{number}-{message_id}")


def _do(
    session: Session, services: Services, who: Colleague, about: int, picture: Picture | None, now: datetime
) -> str:
    form = request.form
    content = form.get("content", "")
    match form["do"]:
        case "answer":
            # Nobody's: it belongs to the request, and goes with it.
            mark = form.get("token", "")
            key = None if picture is None else media.add(session, picture, openid="", mark=mark, now=now)
            seen = form.get("seen", 0, type=int)
            token = form.get("token") or None
            answering.answer(session, about, who, content, picture=key, token=token, seen=seen, now=now)
            return texts.SENT
        case "note":
            answering.note(session, about, who, content, now=now)
            return texts.NOTED
        case "wait":
            answering.wait(session, about, who, content, now=now)
            return texts.CALLED
        case "close":
            answering.close(session, about, who, now=now)
            return texts.CLOSED
        case "no_reply":
            answering.no_reply_needed(session, about, who, now=now)
            return texts.CLOSED
        case "reopen":
            answering.reopen(session, about, who, now=now)
            return texts.REOPENED
        case "transfer":
            answering.transfer(session, about, who, form.get("to", 0, type=int), now=now)
            return texts.TRANSFERRED
        case _:
            hours = form.get("hours", "")
            until = now + timedelta(hours=int(hours) if hours in SNOOZES else 0)
            answering.snooze(session, about, who, until, now=now)
            return texts.snoozed(when(until, now=now, zone=services.zone))


def _page(
    session: Session,
    services: Services,
    who: Colleague,
    found: Thread,
    *,
    draft: str = "",
    came: tuple[Said, ...] = (),
    error: str = "",
) -> str:
    now = who.now
    way = queries.foreseen(session, found.openid, now=now, has_template=shown.has_template(services))
    entries = [(each.at, 1, each) for each in found.said]
    shows_all = not found.has_earlier and not request.args.get("before")
    owned = queries.owned(session, found.id)
    timeline = sorted(entries + [(each.at, 0, each) for each in owned if shows_all], key=lambda entry: entry[:2])
    return render_template(
        "visits/console/thread.html",
        found=found,
        who=who,
        timeline=[(kind, each) for _, kind, each in timeline],
        owned=owned,
        shows_all=shows_all,
        due=shown.due(found, now=now, zone=services.zone),
        colours=COLOURS,
        deadlines=deadlines.of_request(session, found.id, now=now, zone=services.zone),
        rating=texts.SCORES.get(queries.rating(session, found.id) or 0, ""),
        way=way.way,
        way_said=texts.foreseen(way.way, way.left, way.until, now=now, zone=services.zone),
        draft=draft,
        came=came,
        error=error,
        canned=queries.canned(session, who.manager_id),
        managers=[each for each in areas.managers(session) if each[0] != found.owner_id],
        snoozes=SNOOZES,
        token=secrets.token_urlsafe(16),
        shows_phones=door.visitor().may(Permission.PEOPLE_PHONES),
        texts=texts,
    )


def _found(session: Session, who: Colleague, number: int, before: int | None = None) -> Thread:
    found = queries.thread(session, who, number - FIRST_NUMBER, before=before)
    if found is None:
        abort(404)
    return found
