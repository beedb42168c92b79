"""H5 page of the classroom that one can ask: a question, what answers it, and the way to a person."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from courses.actions import asking as actions
from courses.models.asking import LONGEST_QUESTION
from courses.queries import asking
from courses.texts import asking as texts
from finding import marking
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import visible
from people import request_desk
from wechat_bot import oauth
from wechat_bot.services import Services, current_services

#: Texts shown on a page: whoever finds nothing among them uses other words.
MOST = 10


def classroom() -> ResponseReturnValue:
    """Show what answers a question; one that nothing answers is noted."""
    openid, services = oauth.who(), current_services()
    now, words = services.clock(), _words(request.args.get("q", ""))
    with services.reading() as session:
        who = asking.asking(session, openid)
        found = []
        if words:
            zone = services.zone
            found = asking.answers(session, services.declared, words, who.seeker, now=now, zone=zone, limit=MOST)
        # What cannot be read yet stands behind what can.
        found.sort(key=lambda each: bool(each.shut))
        hits = [(each, services.switchboard.page(session, each.link)) for each in found]
    if words and not found and oauth.is_looked_at():
        _note(services, openid, words)
    shop = who.shop
    return render_template(
        "courses/ask.html",
        words=words,
        hits=hits,
        marked=marking.parts,
        is_shop=shop is not None,
        is_bound=who.seeker.is_bound,
        person=shop.in_charge(day_in(now, services.zone)) if shop else None,
        longest=LONGEST_QUESTION,
        texts=texts,
    )


def hand_on() -> ResponseReturnValue:
    """Hand a question to the shop's customer manager."""
    openid, services, words = oauth.who(), current_services(), _words(request.form.get("q", ""))
    if not words:
        raise Refused(texts.EMPTY)
    with services.transaction() as session:
        who = asking.asking(session, openid)
        desk = request_desk.desk(services.declared)
        if who.shop is None or desk is None:
            raise Refused(texts.ONLY_SHOPS_HAND)
        desk.take(session, openid, words, services.clock(), services.zone)
    flash(texts.HANDED)
    return redirect(url_for(".classroom"), 303)


def staff_answer(answer_id: int) -> ResponseReturnValue:
    """Show an answer that staff wrote."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = asking.staff_answer(session, answer_id, asking.asking(session, openid).seeker)
        onward = services.switchboard.page(session, found.link) if found.link else ""
    return render_template("courses/answer.html", found=found, onward=onward, texts=texts)


def _words(given: str) -> str:
    words = " ".join(visible(given).split())[:LONGEST_QUESTION]
    return words if any(map(str.isalnum, words)) else ""


def _note(services: Services, openid: str, words: str) -> None:
    with services.transaction() as session:
        shop = asking.asking(session, openid).shop
        actions.unanswered(session, words, openid, shop.id if shop else None, now=services.clock())
