"""H5 pages of a shop's own requests: what it wrote, what was answered, and a field to write more."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import visible
from people import identity
from visits.actions import categories, complaints, groups, intake, rating
from visits.actions.intake import Effect, Received
from visits.actions.shop_message import ShopMessage
from visits.models.requests import FIRST_NUMBER
from visits.pages import form_values
from visits.pages.form_pictures import FormPicture
from visits.queries import own_request, thread, visibility
from visits.queries.own_request import RequestStanding
from visits.queries.thread import Thread
from visits.rules import needs
from visits.texts import answering as texts
from visits.texts import intake as intake_texts
from visits.texts.times import when
from wechat_bot import media, oauth
from wechat_bot.services import Services, current_services

RECENT = 12
SCORES = {str(score): score for score in intake_texts.SCORES}


def newest() -> ResponseReturnValue:
    """Show the last request with its answers, and a field to write."""
    return _page(current_services(), oauth.who())


def own_page(number: int) -> ResponseReturnValue:
    """Show one request, as linked by a notice."""
    return _page(current_services(), oauth.who(), number)


def write() -> ResponseReturnValue:
    """Receive what was written, once however often it is posted."""
    openid, services = oauth.who(), current_services()
    here = redirect(url_for("visits_mobile.newest"), 303)
    content, picture = visible(request.form.get("content", "")), FormPicture(services, openid)
    try:
        picture.receive(is_for_wechat=False)
        if request.form.get("do") == "drop_photo":
            picture.drop()
            return _page(services, openid, draft=content)
        if len(content) > form_values.LONGEST:
            raise Refused(texts.too_long(len(content) - form_values.LONGEST))
        if not content and picture.chosen is None and picture.kept is None:
            raise Refused(texts.EMPTY)
        with services.transaction() as session:
            said = _receive(session, services, openid, content, picture)
        if said:
            flash(said)
    except Refused as refusal:
        picture.keep()
        return make_response(_page(services, openid, draft=content, sentence=refusal.sentence), 422)
    picture.drop()
    return here


def rate(number: int) -> ResponseReturnValue:
    """Rate a closed request: one tap, as in the chat, with an optional comment."""
    openid, services, score = oauth.who(), current_services(), request.form.get("do", "")
    comment = visible(request.form.get("comment", ""))
    if len(comment) > rating.LONGEST_COMMENT:
        raise Refused(intake_texts.LONG_COMMENT.format(rating.LONGEST_COMMENT))
    with services.transaction() as session:
        found = thread.own_thread(session, openid, number - FIRST_NUMBER)
        closing = rating.open_question(session, found.id, now=services.clock()) if found else None
        if found is None:
            raise Refused(texts.NO_SUCH)
        # The manager who is rated reads the comment, so a complaint must not be saved as one.
        is_complaint = complaints.is_one(session, comment, categories.keywords(session)) if comment else False
        kept = "" if is_complaint else comment
        counts = (
            closing is not None
            and score in SCORES
            and rating.rate(session, openid, found.id, closing, SCORES[score], comment=kept, now=services.clock())
        )
        said = _receive(session, services, openid, comment) if counts and is_complaint else ""
    flash(said or (intake_texts.rated(SCORES[score]) if counts else intake_texts.RATED_ALREADY))
    return redirect(url_for("visits_mobile.own_page", number=number), 303)


def own_file(number: int, message_id: int) -> ResponseReturnValue:
    """Send a picture or voice of the shop's own request."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = thread.own_thread(session, openid, number - FIRST_NUMBER)
        key = thread.media_of(session, found.id, message_id, is_own=True) if found else None
        file = media.find(session, services.media_folder, key) if key else None
    return form_values.send(file, f"{number}-{message_id}")


def _receive(
    session: Session, services: Services, openid: str, content: str, picture: FormPicture | None = None
) -> str:
    now = services.clock()
    key = picture.take(session, openid=openid, now=now) if picture is not None else None
    is_polite = key is None and needs.is_polite(content) and groups.awaiting(session, openid, now=now) is None
    if is_polite and own_request.standing(session, openid, None) is RequestStanding.NONE:
        return intake_texts.WELCOME  # thanks for something closed opens nothing
    said = [ShopMessage("text", content)] if content else []
    said += [ShopMessage("image", media_key=key)] if key is not None else []
    if (prompt := services.switchboard.prompt(_to())) is not None:
        reference = _to().partition(":")[2]
        prompt.replied(session, openid, reference, now)
        said = [replace(each, replies_to=prompt.title(session, reference)) for each in said]
    token = picture.token if picture is not None else ""
    received = intake.written(session, openid, said, token=token, now=now, zone=services.zone)
    return _words(received, services) if received else ""


def _to() -> str:
    """Return the link of the message to many that the words of this page reply to; empty for none."""
    return request.args.get("to", "")


def _words(received: Received, services: Services) -> str:
    answers = intake.who_answers(received)
    if received.became is Effect.THANKS:
        return intake_texts.WELCOME
    if received.became is Effect.REMARKED:
        return intake_texts.REMARKED if answers.manager else intake_texts.NOTED
    if not received.is_known and answers.manager is None:
        return intake_texts.ASK_FOR_NAME
    if received.answer_due is None:
        return intake_texts.ADDED
    if received.goes_up:
        return intake_texts.complained(answers.manager, received.answer_due, now=services.clock(), zone=services.zone)
    return intake_texts.passed_on(
        answers.manager, received.answer_due, is_deputy=answers.is_deputy, now=services.clock(), zone=services.zone
    )


def _page(
    services: Services,
    openid: str,
    number: int | None = None,
    *,
    draft: str = "",
    sentence: str = "",
) -> ResponseReturnValue:
    now, before = services.clock(), request.args.get("before", type=int)
    with services.reading() as session:
        if visibility.of_manager(session, openid, now=now, zone=services.zone) is not None:
            return redirect(url_for("visits_mobile.inbox_page"), 303)
        shop = identity.shop_of(session, openid)
        own = thread.own_threads(session, openid)
        wanted = own[0].id if own and number is None else (number or 0) - FIRST_NUMBER
        found = thread.own_thread(
            session, openid, wanted, before=before, limit=RECENT if before is None else thread.SHOWN
        )
        due_at = thread.answer_due(session, found.id) if found else None
        prompt = services.switchboard.prompt(_to())
        replies_to = prompt.title(session, _to().partition(":")[2]) if prompt is not None else ""
        is_asked = found is not None and rating.open_question(session, found.id, now=now) is not None
    if number is not None and found is None:
        raise Refused(texts.NO_SUCH)
    return render_template(
        "visits/own.html",
        found=found,
        to=_to() if replies_to else None,
        replies_to=replies_to,
        standing=_standing(found, due_at, services) if found else "",
        scores=intake_texts.SCORES if is_asked else {},
        ask=intake_texts.ASK_FOR_RATING,
        longest=rating.LONGEST_COMMENT,
        keep=f"own-{sha256(openid.encode()).hexdigest()[:12]}",
        person=shop.in_charge(now.astimezone(services.zone).date()) if shop else None,
        # An earlier request is closed: what is written now belongs to the last one, or to a new one.
        can_write=before is None and (number is None or not own or number == own[0].number),
        earlier=[each for each in own if each.id != (found.id if found else 0)],
        moment=lambda at: when(at, now=now, zone=services.zone),
        **FormPicture(services, openid).fields("visits_mobile.kept_picture"),
        draft=draft,
        sentence=sentence,
        texts=texts,
    )


def _standing(found: Thread, due_at: datetime | None, services: Services) -> str:
    """Return the state of a request in words for its shop."""
    if not found.is_open:
        return texts.DONE_FOR_YOU
    if found.is_waiting or not found.owner_id:
        return texts.card_of_shop(True, found.is_waiting)
    return texts.promised(found.owner, due_at, now=services.clock(), zone=services.zone)
