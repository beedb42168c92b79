"""H5 page of the daily question (今天一题): the one that waits in the chat, and what came of the answer."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from courses.actions import daily as asking
from courses.actions import weak_spots as spots
from courses.models.weak_spots import WeakSpot
from courses.queries import weak_spots
from courses.queries.weak_spots import ShopBoxes
from courses.texts import daily as texts
from foundation.clock import day_in
from foundation.errors import Refused
from people import identity
from questions import stepping
from questions.answers import describe
from questions.keyed import marking
from questions.page import question_page
from questions.stepping import Position
from questions.weak_spots import AskedAgain, sources
from wechat_bot import leading, oauth
from wechat_bot.services import Services, current_services


class _Asked(NamedTuple):
    """Question that waits for an answer of a shop."""

    shop: ShopBoxes
    spot: WeakSpot
    asked: AskedAgain


def daily() -> ResponseReturnValue:
    """Show the question that waits, or the next one that is due: whoever looks at it was asked it."""
    openid, services = oauth.who(), current_services()
    if not oauth.is_looked_at():
        return redirect(url_for(".learn"), 303)
    with services.transaction() as session:
        shop = _shop(session, openid)
        found = asking.ask_now(session, sources(services.declared), shop, now=services.clock(), zone=services.zone)
        is_done = shop.daily.last_on == day_in(services.clock(), services.zone)
    if found is None:
        raise Refused(texts.DONE_TODAY if is_done else texts.NONE)
    return _question(shop, *found)


def answer() -> ResponseReturnValue:
    """Mark the answer and say what was right; or stop asking each day, or start again. Posted twice it counts once."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    do = request.form.get("do", "")
    with services.transaction() as session:
        if do in ("stop", "start"):
            shop = _shop(session, openid)
            asking.stop(shop, now=now) if do == "stop" else asking.start(shop, now=now, zone=services.zone)
            return redirect(url_for(".learn"), 303)
        here = _current(session, services, openid, now)
        if here is None or request.form.get("spot") != str(here.spot.id):  # answered meanwhile
            return redirect(url_for(".daily"), 303)
        item = here.asked.item
        step = stepping.tap(_position(here.asked), "answer", item.code, request.form.to_dict(flat=False))
        given = step.position.answers.get(item.code)
        if given is None or "s" in given:
            return make_response(_question(here.shop, here.spot, here.asked, sentence=step.text), 422)
        page = _answered(session, services, here, given, now)
    return render_template("courses/daily_done.html", **page)


def _answered(session: Session, services: Services, here: _Asked, given: Any, now: datetime) -> dict[str, Any]:
    item = here.asked.item
    is_right = marking.is_right(item, given)
    again_on = spots.answered(session, here.shop, here.spot, is_right, now=now, zone=services.zone)
    days = None if again_on is None else (again_on - day_in(now, services.zone)).days
    return {
        "item": item,
        "is_right": is_right,
        "said": describe(item.question, given),
        "sentence": texts.right(days) if is_right else texts.wrong(item.right_words),
        "lesson": None if is_right else leading.to(session, services, item.lesson, now),
    }


def _position(asked: AskedAgain) -> Position:
    """Return the position at the question, which must be answered: who would rather not leaves the page."""
    return Position((replace(asked.item.question, required=True),))


def _shop(session: Session, openid: str) -> ShopBoxes:
    shop = weak_spots.hold_of(session, openid)
    if shop is None:
        raise Refused(texts.NONE if identity.shop_of(session, openid) else texts.BIND_FIRST)
    return shop


def _current(session: Session, services: Services, openid: str, now: datetime) -> _Asked | None:
    shop = _shop(session, openid)
    found = asking.current(session, sources(services.declared), shop, now=now, zone=services.zone)
    return _Asked(shop, *found) if found else None


def _question(shop: ShopBoxes, spot: WeakSpot, asked: AskedAgain, *, sentence: str = "") -> str:
    position = _position(asked)
    page = question_page(position, position.questions[0], given={}, sentence=sentence)
    return render_template(
        "courses/daily.html",
        spot=spot.id,
        page=page,
        pictures=asked.page,
        is_stopped=shop.daily.stopped_at is not None,
        action=url_for(".daily"),
    )
