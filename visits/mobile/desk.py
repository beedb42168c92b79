"""A customer manager's pages inside WeChat: the inbox, and one request to read and answer."""

import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
from visits.queries import inbox, thread, windows
from visits.queries.inbox import Filter, Shelf
from visits.queries.thread import Thread
from visits.queries.windows import Window
from visits.said import Said
from visits.scope import Colleague
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot import media, oauth
from wechat_bot.feature import Card
from wechat_bot.media import Picture
from wechat_bot.services import Services, current_services

LONGEST_SEARCH = 40
#: Messages above the box to answer in: what was said last, and no long way down to it.
RECENT = 8
SHELVES = {
    Shelf.MINE: "我的",
    Shelf.OVERDUE: "超时",
    Shelf.OPEN: "全部",
    Shelf.POOL: "待分派",
    Shelf.SNOOZED: "稍后",
    Shelf.CLOSED: "已完结",
}
#: For how long a request may be put off with one tap.
SNOOZES = {"2": "2 小时后", "24": "明天这时", "72": "3 天后"}


def inbox_page() -> ResponseReturnValue:
    """The open requests, the most urgent first; a shop is shown its own instead."""
    openid, services = oauth.who(), current_services()
    now, search = services.clock(), request.args.get("search", "").strip()[:LONGEST_SEARCH]
    with services.reading() as session:
        who = _who(services, session, openid, now)
        if who is None:
            return _to_own(session, openid)
        given = request.args.get("shelf", "")
        mine = inbox.counts(session, who, now=now, mine_only=True)
        counts = inbox.counts(session, who, now=now)
        # Who answers for nothing themselves watches over what others answer for.
        first = Shelf.OPEN if search or (counts.open and not mine.open) else Shelf.MINE
        shelf = Shelf(given) if given in {each.value for each in SHELVES} else first
        page = inbox.page(session, who, Filter(shelf, search), now=now, after=request.args.get("after", ""))
        open_now = windows.windows(session, [line.id for line in page.lines])
    numbers = {Shelf.MINE: mine.open - mine.snoozed, Shelf.OVERDUE: counts.overdue, Shelf.POOL: counts.pool}
    # A manager who watches over nobody has one list, and no use for an empty heap.
    hidden = set() if counts.open > mine.open or shelf is Shelf.OPEN else {Shelf.OPEN}
    hidden |= {Shelf.POOL} if not counts.pool and shelf is not Shelf.POOL else set()
    return render_template(
        "visits/inbox.html",
        page=page,
        lines=[
            (line, shown.due(line, now=now, zone=services.zone), _window(services, open_now.get(line.id), now))
            for line in page.lines
        ],
        urgent=texts.urgent(mine.overdue, mine.soon) if shelf is Shelf.MINE else "",
        shelf=shelf,
        shelves={each: word for each, word in SHELVES.items() if each not in hidden},
        numbers=numbers,
        search=search,
        texts=texts,
    )


def _window(services: Services, window: Window | None, now: datetime) -> str:
    if window is None:
        return ""
    return texts.window_in_list(window.is_following, window.is_open(now), window.until, now=now, zone=services.zone)


def thread_page(number: int) -> ResponseReturnValue:
    """One request: what was said, what became of the answers, and the box to answer in."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        who = _who(services, session, openid, now)
        if who is None:
            return _to_own(session, openid, number)
        found = _found(session, who, number, before=request.args.get("before", type=int))
        return _show(session, services, who, found, now=now)


def act(number: int) -> ResponseReturnValue:
    """Do what one of the page's buttons says, once however often it is posted; then show the page."""
    openid, services, form = oauth.who(), current_services(), request.form
    now, here = services.clock(), redirect(url_for("visits_mobile.thread_page", number=number), 303)
    picture: Picture | None = None
    with services.reading() as session:
        who = _who(services, session, openid, now)
        if who is None:
            return _to_own(session, openid, number)
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
        who = _who(services, session, openid, services.clock())
        mine = who is not None and thread.thread(session, who, number - FIRST_NUMBER) is not None
        found = thread.media_of(session, number - FIRST_NUMBER, message_id) if mine else None
        file = media.find(session, services.media_folder, found) if found else None
    return shown.send(file, f"{number}-{message_id}")


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """What waits for a customer manager, and a shop's last request, for their own page."""
    # The zone tells only who stands in for whom today, and these are their own.
    who = scope.of_manager(session, openid, now=now, zone=ZoneInfo("UTC"))
    if who is not None:
        found = inbox.counts(session, who, now=now, mine_only=True)
        return [Card("留言收件箱", texts.card_of_manager(found.open, found.overdue), "/m/visits")]
    newest = thread.own_threads(session, openid, limit=1)
    note = texts.card_of_shop(newest[0].is_open, newest[0].is_waiting) if newest else texts.CARD_NONE
    return [Card("给客户经理留言", note, "/m/visits/mine")]


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


def _who(services: Services, session: Session, openid: str, now: datetime) -> Colleague | None:
    return scope.of_manager(session, openid, now=now, zone=services.zone)


def _to_own(session: Session, openid: str, number: int | None = None) -> ResponseReturnValue:
    """Where somebody who is no customer manager belongs: to their own requests."""
    if number is not None and thread.own_thread(session, openid, number - FIRST_NUMBER) is None:
        raise Refused(texts.NO_SUCH)
    if number is None:
        return redirect(url_for("visits_mobile.newest"), 303)
    return redirect(url_for("visits_mobile.own_page", number=number), 303)
