"""OAuth sign-in for pages inside WeChat: finds out whose phone opened a page, and protects its forms.

A page calls `openid = oauth.who()`, which sends a visitor without a session to WeChat and back (snsapi_base,
wechat-platform.md §9). A code is used once and does not stay in an address; virtual accounts are refused. Pages are
made with `oauth.pages(…)`, which adds the form token, the security headers and the error pages.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

import segno
import structlog
from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, session
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from foundation.errors import Refused
from wechat_bot import limits, texts
from wechat_bot.client.codes import SendError
from wechat_bot.conversation import Tab
from wechat_bot.services import Services, current_services
from wechat_bot.unsaved_input import UnsavedInput, unsaved_input

log = structlog.get_logger(__name__)

#: How long a visitor stays signed in.
LASTS = timedelta(hours=12)
#: How long a round trip to WeChat may take.
ROUND_TRIP = timedelta(minutes=10)
#: Round trips of one browser at a time, for pages opened together; they are kept in its cookie.
MOST_TRIPS = 4
#: Bytes of a posted form: a picture of ten megabytes, and the fields around it.
BODY_LIMIT = 11 << 20
LONGEST_ADDRESS = 300
#: WeChat's errors for an invalid or expired code, and for a used one: its own app opens an address twice at times.
BAD_CODE, USED_CODE = 40029, 40163

_VISITOR, _TRIPS = "h5", "h5_ways"


def who() -> str:
    """The visitor's openid. A visitor who is not signed in is sent to WeChat, and comes back to the same page."""
    if "h5_visitor" not in g:  # once a request: with the simulator, looking changes the session
        services = current_services()
        visitor = _visitor(services)
        if visitor is None:
            _sign_in(services)
        g.h5_visitor = visitor
    return str(g.h5_visitor["openid"])


def is_looked_at() -> bool:
    """Whether somebody looks at the page that is asked for: not a link preview, nor a browser that fetches it ahead."""
    asked_by = {request.headers.get(name, "").lower() for name in ("Purpose", "X-Purpose", "X-Moz", "Sec-Purpose")}
    return request.method == "GET" and not any(each.startswith(("prefetch", "preview")) for each in asked_by)


def form_token() -> str:
    """The token that a form posts, so that no other site can post in the visitor's name."""
    return str(g.get("h5_visitor", {}).get("form", ""))


def tabs() -> list[Tab]:
    """The tabs at the foot of this visitor's pages."""
    services = current_services()
    with services.reading() as session:
        return services.switchboard.tabs_of(session, who(), services.clock())


def pages(name: str, import_name: str, **options: Any) -> Blueprint:
    """A blueprint for pages inside WeChat: posts need the visitor's form token, and responses get security headers.

    A `Refused` is shown as a page with its sentence.
    """
    blueprint = Blueprint(name, import_name, **options)
    blueprint.before_request(_check_form)
    blueprint.after_request(headers)
    blueprint.context_processor(lambda: {"form_token": form_token, "tabs_of": tabs})
    blueprint.register_error_handler(Refused, lambda refusal: message_page(422, refusal.sentence))
    blueprint.register_error_handler(RequestEntityTooLarge, lambda error: message_page(413, texts.TOO_LARGE))
    return blueprint


def message_page(
    status: int, sentence: str, *, again: str = "", label: str = texts.OPEN_AGAIN, words: UnsavedInput | None = None
) -> Response:
    """A page with one sentence and the unsaved input; `again` is the address of its link, `label` the link's text."""
    page = render_template(
        "mobile/message.html",
        sentences=[each.strip() for each in re.findall(r"[^。]+。?", sentence)],
        again=again,
        label=label,
        number=structlog.contextvars.get_contextvars().get("request", "") if status >= 500 else "",
        written=words or (unsaved_input() if status >= 400 else None),
        token=form_token(),
    )
    return make_response(page, status)


def _outside_page(services: Services) -> Response:
    """A page that says how to open this address inside WeChat: by copying it, or by its code."""
    address = f"{services.public_url}{request.full_path.rstrip('?') if request.method == 'GET' else request.path}"
    code = segno.make(address[:LONGEST_ADDRESS], micro=False).svg_inline(
        omitsize=True, border=2, lineclass=None, svgclass=None
    )
    return make_response(render_template("mobile/outside.html", address=address, code=Markup(code)), 403)  # noqa: S704 – drawn here


def failed(status: int, sentence: str = "") -> Response:
    """The error page for a status."""
    is_there = request.method == "GET" and status >= 500
    return headers(message_page(status, sentence or texts.FAILURES[status], again=request.path if is_there else ""))


def _visitor(services: Services) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = session.get(_VISITOR)
    if not kept or not 0 <= services.clock().timestamp() - kept["at"] < LASTS.total_seconds():
        return None
    # With the simulator many people share one browser: a page opened from another phone signs in anew.
    if services.wechat.is_simulated and request.method == "GET":
        if kept["is_new"]:
            session[_VISITOR] = {**kept, "is_new": False}
        elif request.headers.get("Sec-Fetch-Site") in ("same-site", "cross-site"):
            return None
    return kept


def _sign_in(services: Services) -> NoReturn:
    if not _is_inside_wechat(services):
        abort(_outside_page(services))
    if request.headers.get("X-Sent-By") == "script":  # a script cannot follow the redirect, but the browser can
        _say(401, texts.FORM_TOO_OLD, again=request.path)
    if request.method == "POST" and (words := unsaved_input()) and words.texts:  # a redirect would lose them
        _say(401, texts.SIGNED_OUT, again=request.path, words=replace(words, is_whole=False))
    address = request.full_path.rstrip("?") if request.method == "GET" else request.path
    abort(_to_wechat(services, address if len(address) <= LONGEST_ADDRESS else request.path))


def _is_inside_wechat(services: Services) -> bool:
    return services.wechat.is_simulated or "MicroMessenger" in request.headers.get("User-Agent", "")


def _to_wechat(services: Services, address: str, *, is_second_try: bool = False) -> AnyResponse:
    state = secrets.token_urlsafe(18)
    # Used round trips are dropped first: they only serve a second tap.
    trips = sorted(session.get(_TRIPS, ()), key=lambda trip: not trip[4])[1 - MOST_TRIPS :]
    session[_TRIPS] = [*trips, [state, address, is_second_try, int(services.clock().timestamp()), False]]
    return redirect(services.wechat.authorize_url(f"{services.public_url}/m/oauth", state), 303)


@dataclass(frozen=True, slots=True)
class _RoundTrip:
    """OAuth round trip to WeChat that began in this browser."""

    address: str
    is_second_try: bool
    #: Not used before, and not too old: its code may be exchanged.
    is_fresh: bool


def _end_trip(services: Services, state: str) -> _RoundTrip | None:
    """Mark the round trip with this state as used; None if it did not begin in this browser."""
    found, trips = None, []
    for given, address, is_second_try, at, is_used in session.get(_TRIPS, ()):
        is_it = hmac.compare_digest(given.encode(), state.encode())
        trips.append([given, address, is_second_try, at, is_used or is_it])
        if is_it:
            is_fresh = not is_used and services.clock().timestamp() - at <= ROUND_TRIP.total_seconds()
            found = _RoundTrip(str(address), bool(is_second_try), is_fresh)
    session[_TRIPS] = trips
    return found


def _check_form() -> None:
    request.max_content_length = BODY_LIMIT
    if request.method == "POST":
        who()
        if not hmac.compare_digest(request.form.get("form_token", "").encode(), form_token().encode()):
            _say(403, texts.FORM_TOO_OLD, again=request.path)
        _count()


def _count() -> None:
    """Apply the rate limit to a posted form; a refusal shows its input again."""
    services = current_services()
    # A body of unknown length counts as the longest.
    files = request.content_length or BODY_LIMIT if request.mimetype == "multipart/form-data" else 0
    try:
        with services.transaction() as session:
            limits.count(session, who(), files, now=services.clock())
    except Refused as refusal:
        log.warning("too much handed in", bytes=files)
        _say(429, refusal.sentence, again=request.path)


def headers(response: Response) -> Response:
    """Add the security headers to a page inside WeChat."""
    # A form posted after the session's end is redirected to WeChat, which `form-action` must allow.
    wechat = current_services().wechat
    sign_in = "{0.scheme}://{0.netloc}".format(urlsplit(wechat.oauth_base))
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self'",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": f"'self' {sign_in}",
        "base-uri": "'none'",
        "frame-ancestors": f"'self' {sign_in}" if wechat.is_simulated else "'self'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["Referrer-Policy"] = "same-origin"
    # Somebody else may hold the phone next, and a cached question may be out of date.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _say(status: int, sentence: str, *, again: str = "", words: UnsavedInput | None = None) -> NoReturn:
    abort(message_page(status, sentence, again=again, words=words))


blueprint = pages("oauth", __name__, template_folder="templates")


@blueprint.get("/m/oauth")
def come_back() -> AnyResponse:
    """End a sign-in: exchange WeChat's code, once, and redirect to the page that was asked for.

    A visitor who is signed in already is redirected, too: after a second tap, Back, or where WeChat opens it twice.
    """
    services = current_services()
    trip = _end_trip(services, request.args.get("state", ""))
    if trip is None:
        log.warning("oauth state refused")
        return message_page(403, texts.SIGN_IN_AGAIN)
    if not trip.is_fresh:
        return redirect(trip.address, 303) if _visitor(services) else _to_wechat(services, trip.address)
    try:
        openid, is_virtual = services.wechat.exchange_code(request.args.get("code", ""))
    except SendError as error:
        if _visitor(services):
            return redirect(trip.address, 303)
        if error.code in (BAD_CODE, USED_CODE) and not trip.is_second_try:
            return _to_wechat(services, trip.address, is_second_try=True)
        log.warning("oauth code refused", error=str(error))
        return message_page(503, texts.SIGN_IN_FAILED, again=trip.address)
    session.pop(_VISITOR, None)
    if is_virtual:
        return message_page(403, texts.SNAPSHOT)
    session[_VISITOR] = {
        "openid": openid,
        "at": int(services.clock().timestamp()),
        "form": secrets.token_urlsafe(24),
        "is_new": services.wechat.is_simulated,
    }
    return redirect(trip.address, 303)
