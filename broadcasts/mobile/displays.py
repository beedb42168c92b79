"""H5 page of 陈列秀: a shop sends a photo in, sees what became of its own, and takes one back."""

import secrets

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import displays, showing
from broadcasts.queries import displays as queries
from broadcasts.queries import reading
from broadcasts.texts import displays as texts
from foundation.clock import when
from foundation.errors import Refused
from foundation.text import visible, whole_number
from people.identity import Shop
from wechat_bot import media, oauth, serving
from wechat_bot.media import Picture
from wechat_bot.services import Services, current_services


def display_page() -> ResponseReturnValue:
    """Show the form, and what became of the shop's own photos."""
    return _page(*_shop())


def send_display() -> ResponseReturnValue:
    """Keep a photo that may be shown, or take one back. Posted twice it is done once."""
    services, shop = _shop()
    here = redirect(url_for(".display_page"), 303)
    if request.form.get("do") == "back":
        return _take_back(services, shop) or here
    words, held = visible(request.form.get("words", "")), request.form.get("held", "")
    picture = None
    try:
        picture = _received(services)
        if picture is None and not held:
            raise Refused(texts.NO_PHOTO)
        if len(words) > displays.LONGEST_WORDS:
            raise Refused(texts.too_long(displays.LONGEST_WORDS))
        if request.form.get("consent") != "yes":
            raise Refused(texts.NO_CONSENT)
        _send(services, shop, words, picture, held)
    except Refused as refusal:
        kept = _hold(services, picture) if picture is not None else held
        return make_response(_page(services, shop, words=words, held=kept, sentence=refusal.sentence), 422)
    flash(texts.THANKS)
    return here


def display_photo(number: int) -> Response:
    """Send a photo of the shop's own."""
    services, shop = _shop()
    with services.reading() as session:
        kept = queries.own(session, shop.id, number)
        found = media.find(session, services.media_folder, kept.media_key) if kept else None
    return serving.send(media.small(found), f"display-{number}")


def _shop() -> tuple[Services, Shop]:
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        shop = reading.reader_of(session, openid).shop
    if shop is None:
        raise Refused(texts.ONLY_SHOPS)
    return services, shop


def _received(services: Services) -> Picture | None:
    upload = request.files.get("photo")
    return media.receive(services.media_folder, upload.stream) if upload is not None and upload.filename else None


def _hold(services: Services, picture: Picture) -> str:
    """Hold the photo of a form that comes back, so that nobody chooses it again."""
    with services.transaction() as session:
        return media.hold(session, picture, now=services.clock())


def _send(services: Services, shop: Shop, words: str, picture: Picture | None, held: str) -> None:
    openid, now = oauth.who(), services.clock()
    mark = f"page:{request.form.get('token', '')[:50] or secrets.token_urlsafe(16)}"
    with services.transaction() as session:
        if picture is not None:
            key = media.add(session, picture, openid=openid, mark=mark.removeprefix("page:"), now=now)
        else:
            key = held
            media.claim(session, key, openid=openid)
        displays.send(session, shop.id, openid, key, words, mark=mark, now=now, zone=services.zone)


def _take_back(services: Services, shop: Shop) -> ResponseReturnValue | None:
    number = whole_number(request.form.get("display", ""))
    if number is None:
        abort(400)
    with services.transaction() as session:
        kept = queries.own(session, shop.id, number)
        if kept is not None:  # else it was taken back already
            showing.take_out(session, [kept], [shop.shop, shop.keeper], now=services.clock())
    flash(texts.TAKEN_BACK)
    return None


def _page(services: Services, shop: Shop, *, words: str = "", held: str = "", sentence: str = "") -> str:
    with services.reading() as session:
        mine = queries.of_shop(session, shop.id)
    return render_template(
        "broadcasts/display.html",
        shop=shop,
        mine=mine,
        words=words,
        held=held,
        sentence=sentence,
        token=request.form.get("token") or secrets.token_urlsafe(16),
        longest=displays.LONGEST_WORDS,
        day=lambda at: when(at, now=services.clock(), zone=services.zone).rpartition(" ")[0],
        texts=texts,
    )
