"""Console page of one request: its timeline with the reasons, and every action on it."""

from dataclasses import replace
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.lists import looking
from console.lists.listing import LONGEST_SEARCH
from foundation import paging
from foundation.errors import Refused
from foundation.paging import Cursor
from foundation.text import mask_phones
from people import areas
from people.pages import shop
from people.permissions import PEOPLE_PHONES, PEOPLE_SEE
from people.shops import detail, guessing, history
from people.shops.guessing import Guess
from people.texts import HOW_TO_BIND
from visits.actions import answering, attaching
from visits.actions.answering import AnswerOvertaken
from visits.models.requests import FIRST_NUMBER, Author
from visits.pages import buttons, form_pictures, form_values
from visits.pages.form_pictures import FormPicture
from visits.pages.inbox import CHIPS, INBOX
from visits.permissions import VISITS_ANSWER, VISITS_SEE
from visits.queries import deadlines, messages
from visits.queries import inbox as inbox_queries
from visits.queries import thread as queries
from visits.queries.inbox import Shelf
from visits.queries.messages import ThreadMessage
from visits.queries.thread import Thread
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from visits.texts import attaching as attaching_texts
from wechat_bot import media, pictures
from wechat_bot.services import current_services

#: The audit log's word for each button.
DID = {
    "answer": "visit.answer",
    "note": "visit.note",
    "wait": "visit.note",
    "answer_close": "visit.answer",
    "close": "visit.close",
    "no_reply": "visit.close",
    "reopen": "visit.reopen",
    "transfer": "visit.transfer",
    "snooze": "visit.snooze",
    "wake": "visit.snooze",
    "category": "visit.categorise",
    "attach": "visit.attach",
}
#: A stranger's last so many messages are searched for the name of their shop.
TELLING = 6


@access.allow(VISITS_SEE)
def show(number: int) -> ResponseReturnValue:
    """Show the request. Seeing it is written to the audit log."""
    with form_values.reading() as (session, who):
        found = _found(session, who, number, before=request.args.get("before", type=int))
        draft = form_values.canned(session, who, found, request.args.get("canned", type=int))
        if "hint" in request.args and not found.is_keepers:
            draft = attaching_texts.HOW_TO_BIND.format(HOW_TO_BIND)
        page = _page(session, who, found, draft=draft)
    with act.transaction() as (session, _, note):
        answering.looked(session, found.id, who)
        note("visit.see", f"visit:{number}", found.shop)
    return page


@access.allow(VISITS_SEE, polled=True)
def news(number: int) -> ResponseReturnValue:
    """Return what came since the page was opened; the page asks for it every few seconds.

    A message counts as seen by somebody who writes an answer only once it stood on the page until the next such
    request.
    """
    since = request.args.get("since", 0, type=int)
    stood = max(request.args.get("shown", 0, type=int), since)
    with form_values.reading() as (session, who):
        found = _found(session, who, number)
        came = messages.came_since(session, found.id, who, since)
        came = came if who.sees.may(PEOPLE_PHONES) else list(map(_masked, came))
    newest = came[-1].id if came else 0
    if newest <= stood and stood == since:
        return "", 204
    page = render_template(
        "visits/console/_news.html",
        found=found,
        came=came,
        since=since,
        stood=stood,
        newest=newest,
        texts=texts,
        moment=who.when,
    )
    # Nothing new to read out: only what counts as seen changes.
    return page, 200, {"HX-Reswap": "none"} if newest <= stood else {}


@access.allow(VISITS_SEE, polled=True)
def state(number: int) -> ResponseReturnValue:
    """Return the request's deadline in words; the page asks for it, because words like 还剩 become outdated."""
    with form_values.reading() as (session, who):
        standing = _standing(session, who, _found(session, who, number))
    return render_template("visits/console/_state.html", **standing, is_polled=True)


@access.allow(VISITS_ANSWER, upload=pictures.LIMIT)
def press(number: int) -> ResponseReturnValue:
    """Do what the pressed button says, once however often it is posted; then show the page."""
    pressed = request.form.get("do", "")
    did = DID.get(pressed)
    with form_values.reading() as (session, who):
        found = _found(session, who, number)
    place = _place(found)
    if did is None:
        raise Refused(texts.NO_SUCH_BUTTON)
    came: tuple[ThreadMessage, ...] = ()
    error, picture = "", form_pictures.of_user(current_services(), who.sees.user_id)
    try:
        picture.receive()
        if request.form.get("drop_photo"):
            picture.drop()
        with act.transaction() as (session, _, note):
            done, detail = _do(session, who, number - FIRST_NUMBER, picture)
            note(did, f"visit:{number}", detail)
            if pressed == "answer_close":
                note("visit.close", f"visit:{number}", "请店主评价")
    except AnswerOvertaken as overtaken:
        came = overtaken.came
    except Refused as refusal:
        error = refusal.sentence
    else:
        if pressed in buttons.WITH_PICTURE:
            picture.drop()
        kept = _kept(place)
        undone = _undone(found, pressed, who)
        back = url_for("visits_pages.act", number=number, **kept)
        here = url_for("visits_pages.thread", number=number, **kept)
        return act.done(here, done, undo=(back, undone) if undone else None)
    picture.keep()
    with current_services().reading() as session:
        found = _found(session, who, number)
        page = _page(session, who, found, draft=request.form.get("content", ""), came=came, error=error)
    return page, 409 if came else 422


@access.allow(VISITS_ANSWER)
def kept_picture(token: str) -> ResponseReturnValue:
    """Send the picture that is kept with one of this visitor's own forms."""
    picture = form_pictures.of_user(current_services(), access.visitor().user_id)
    return replace(picture, token=token).send()


@access.allow(VISITS_SEE)
def next_one(number: int) -> ResponseReturnValue:
    """Go to the request after this one in the list that one came from; where it has left the list, to the one that
    stood behind it; at the end of the list, to its first."""
    kept: dict[str, Any] = {**INBOX.kept(request.args)}
    with current_services().reading() as session:
        asked = looking.ask(INBOX, session, request.args)
        for place in dict.fromkeys((request.args.get("place", ""), "")):
            lines = INBOX.find(asked, Cursor(place), 2).lines
            found = next((line.number for line in lines if line.number != number), None)
            if found is not None:
                return act.done(url_for("visits_pages.thread", number=found, **kept))
    return act.done(url_for("visits_pages.inbox", **kept), texts.NO_NEXT)


def _kept(place: str) -> dict[str, Any]:
    """The list one came from, with its filters, and where the request stood in it: parameters of every address here."""
    return {**INBOX.kept(request.args), **({"place": place} if place else {})}


def _undone(found: Thread, pressed: str, who: Colleague) -> dict[str, str]:
    """The form that takes back what was just pressed; empty where nothing can."""
    # A manager does not always see what they handed on.
    if pressed == "transfer" and found.owner_id is not None and access.visitor().manager_id is None:
        return {"do": "transfer", "to": str(found.owner_id), "was_with": request.form.get("to", "")}
    return buttons.taking_back(pressed, who, request.form)


def _place(found: Thread) -> str:
    """Where a request stands, or stood, in the list one came from, as a cursor."""
    given = request.args.get("place", "")
    if given or (not found.is_open and request.args.get("shelf") != Shelf.CLOSED):
        return given
    return paging.written((found.due_at if found.is_open else found.closed_at, found.id))


@access.allow(VISITS_SEE)
def file(number: int, message_id: int) -> ResponseReturnValue:
    """Send a picture, voice or video to somebody who may see the request."""
    with form_values.reading() as (session, who):
        found = _found(session, who, number)
        key = queries.media_of(session, found.id, message_id)
        there = media.find(session, current_services().media_folder, key) if key else None
    return form_values.send(there, f"{number}-{message_id}")


def _do(session: Session, who: Colleague, about: int, picture: FormPicture) -> tuple[str, str]:
    """Do the action; gives the sentence for whoever pressed the button, and the one for the audit log."""
    form = request.form
    if form["do"] == "attach":
        went = attaching.attach(session, about, who, form.get("licence", ""))
        done = attaching_texts.given_to_shop(went.shop, went.manager, is_the_shops=went.is_the_shops)
        return done, f"{went.licence} {done}"
    has_picture = picture.chosen is not None or picture.kept is not None
    done = buttons.press(session, about, who, form, picture)
    written = texts.said("text", form.get("content", ""), 100)
    match form["do"]:
        case "answer" | "answer_close":
            return done, f"{written}{'[图片]' if has_picture else ''}"
        case "note":
            return done, written
        case "wait":
            return done, f"已电话联系：{written}"
        case "transfer":
            return done, f"转给{dict(areas.managers(session)).get(form.get('to', 0, type=int), '')}"
        case "snooze" | "category":
            return done, done
    return done, {"close": "请店主评价", "no_reply": "不用回复"}.get(form["do"], "")


def _page(
    session: Session,
    who: Colleague,
    found: Thread,
    *,
    draft: str = "",
    came: tuple[ThreadMessage, ...] = (),
    error: str = "",
) -> str:
    now, me, services = who.now, who.sees, current_services()
    way = queries.foreseen(session, found.openid, now=now, has_template=form_values.has_template(services))
    entries = [(each.at, 1, each) for each in found.said]
    shows_all = not found.has_earlier and not request.args.get("before")
    owned = queries.owned(session, found.id)
    timeline = sorted(entries + [(each.at, 0, each) for each in owned if shows_all], key=lambda entry: entry[:2])
    return render_template(
        "visits/console/thread.html",
        **_standing(session, who, found),
        who=who,
        timeline=[(kind, each) for _, kind, each in timeline],
        owned=owned,
        shows_all=shows_all,
        way=way.way,
        way_said=texts.foreseen(way.way, way.left, way.until, now=now, zone=services.zone),
        draft=draft,
        came=came,
        error=error,
        canned=queries.canned(session, who.manager_id),
        categories=inbox_queries.choices(session),
        kept=_kept(_place(found)),
        here_entry=("requests", found.id),
        **_beside(session, found, who),
        managers=[each for each in areas.managers(session) if each[0] != found.owner_id],
        snoozes=buttons.SNOOZES,
        **form_pictures.of_user(services, me.user_id).fields("visits_pages.kept_picture"),
        shows_phones=me.may(PEOPLE_PHONES),
        guesses=_guesses(session, who, found),
        sought=request.args.get("shop", "").strip()[:LONGEST_SEARCH],
        moment=who.when,
        now=now,
    )


def _beside(session: Session, found: Thread, who: Colleague) -> dict[str, Any]:
    """The shop beside its request, as everywhere; nothing where it is not known, or not the visitor's to see."""
    if found.retailer_id is None or not access.visitor().may(PEOPLE_SEE):
        return {"known": None}
    known = detail.detail(session, access.visitor(), found.licence, today=who.today)
    if known is None or known.shop.is_erased:
        return {"known": None}
    beside = shop.beside(session, known.shop)
    # `timeline` is the talk's own here.
    beside["timeline_beside"] = beside.pop("timeline")
    return {"known": known, "managed": history.managers(session, known.shop.id, limit=1), **beside}


def _standing(session: Session, who: Colleague, found: Thread) -> dict[str, Any]:
    promised = deadlines.of_request(session, found.id, now=who.now, zone=who.zone)
    return {
        "found": found,
        "due": form_values.due(found, now=who.now, zone=who.zone),
        "chips": CHIPS,
        "deadlines": promised,
        "over": [each for each in promised if each.is_over],
        "rating": _rated(session, found),
        "texts": texts,
    }


def _rated(session: Session, found: Thread) -> str:
    rated = texts.rated(*queries.rating(session, found.id))
    return rated if access.visitor().may(PEOPLE_PHONES) else mask_phones(rated)


def _guesses(session: Session, who: Colleague, found: Thread) -> list[Guess]:
    """Return the shops a stranger may keep: those staff search for, else those named in their messages. Only for a
    visitor who may attach."""
    me = access.visitor()
    if found.retailer_id is not None or not found.is_open or not me.may(VISITS_ANSWER):
        return []
    sought = request.args.get("shop", "").strip()[:LONGEST_SEARCH]
    if sought:
        return guessing.sought(session, me, sought, today=who.today)
    wrote = [each.content for each in reversed(found.said) if each.author is Author.SHOP and each.content]
    return guessing.likely(session, me, "\n".join(wrote[:TELLING]), today=who.today)


def _found(session: Session, who: Colleague, number: int, before: int | None = None) -> Thread:
    found = queries.thread(session, who, number - FIRST_NUMBER, before=before)
    if found is None:
        abort(404)
    return found if who.sees.may(PEOPLE_PHONES) else replace(found, said=tuple(map(_masked, found.said)))


def _masked(each: ThreadMessage) -> ThreadMessage:
    return replace(each, content=mask_phones(each.content))
