"""OAuth sign-in for pages inside WeChat: whose phone opened one, and the tokens of its forms.

`openid = oauth.who()` in a page answers that, and sends whoever is not known yet to WeChat and back (snsapi_base,
wechat-platform.md §9). A code is used once and never stays in an address; a virtual account is nobody. Pages are built
on `oauth.pages(…)`, which brings the form token, the headers and the kind pages for what goes wrong.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from foundation.errors import Refused
from wechat_bot import limits, texts
from wechat_bot.client.codes import SendError
from wechat_bot.services import Services, current_services
from wechat_bot.written import Written, written

log = structlog.get_logger(__name__)

LASTS = timedelta(hours=12)
#: How long a redirect to WeChat and back may take.
WAITS = timedelta(minutes=10)
#: Pages opened at once each wait for their own answer; a cookie has no room for many.
MOST_WAYS = 4
#: A picture of ten megabytes, and the form around it.
BODY_LIMIT = 11 << 20
LONGEST_ADDRESS = 300
#: A code that is not good (any more), and one used already: WeChat's own app asks twice at times.
BAD_CODE, USED_CODE = 40029, 40163

_VISITOR, _WAYS = "h5", "h5_ways"


def who() -> str:
    """The openid of the person whose phone asks; anybody not known yet goes to WeChat first, and comes back here."""
    if "h5_visitor" not in g:  # asked once for each request: on the desk the answer changes with the asking
        services = current_services()
        visitor = _visitor(services)
        if visitor is None:
            _sign_in(services)
        g.h5_visitor = visitor
    return str(g.h5_visitor["openid"])


def form_token() -> str:
    """What the forms of a page that knows `who()` carry, so that no other page can post in that person's name."""
    return str(g.get("h5_visitor", {}).get("form", ""))


def pages(name: str, import_name: str, **options: Any) -> Blueprint:
    """A blueprint for pages inside WeChat: posts need the visitor's form token, answers carry our headers.

    A `Refused` becomes a page with its sentence, so that nobody meets a blank one.
    """
    blueprint = Blueprint(name, import_name, **options)
    blueprint.before_request(_check_form)
    blueprint.after_request(headers)
    blueprint.context_processor(lambda: {"form_token": form_token})
    blueprint.register_error_handler(Refused, lambda refusal: message_page(422, refusal.sentence))
    blueprint.register_error_handler(RequestEntityTooLarge, lambda error: message_page(413, texts.TOO_LARGE))
    return blueprint


def message_page(
    status: int, sentence: str, *, again: str = "", label: str = texts.OPEN_AGAIN, words: Written | None = None
) -> Response:
    """One sentence as a page, and the words written in vain; `again` is the address of the way on, `label` its name."""
    page = render_template(
        "mobile/message.html",
        sentence=sentence,
        again=again,
        label=label,
        number=structlog.contextvars.get_contextvars().get("request", "") if status >= 500 else "",
        written=words or (written() if status >= 400 else None),
        token=form_token(),
    )
    return make_response(page, status)


def failed(status: int, sentence: str = "") -> Response:
    """A page for a failure, of ours or of whoever asked, by its status."""
    is_there = request.method == "GET" and status >= 500
    return headers(message_page(status, sentence or texts.FAILURES[status], again=request.path if is_there else ""))


def _visitor(services: Services) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = session.get(_VISITOR)
    if not kept or not 0 <= services.clock().timestamp() - kept["at"] < LASTS.total_seconds():
        return None
    # On the desk many people share one browser: a page opened from another one's phone asks anew who that is.
    if services.wechat.is_simulated and request.method == "GET":
        if kept["is_new"]:
            session[_VISITOR] = {**kept, "is_new": False}
        elif request.headers.get("Sec-Fetch-Site") in ("same-site", "cross-site"):
            return None
    return kept


def _sign_in(services: Services) -> NoReturn:
    if not _is_inside_wechat(services):
        _say(403, texts.ONLY_INSIDE_WECHAT)
    if request.headers.get("X-Sent-By") == "script":  # a script cannot follow to WeChat: it lets the browser go
        _say(401, texts.FORM_TOO_OLD, again=request.path)
    if request.method == "POST" and (words := written()) and words.texts:  # they cannot be carried along
        _say(401, texts.SIGNED_OUT, again=request.path, words=replace(words, is_whole=False))
    address = request.full_path.rstrip("?") if request.method == "GET" else request.path
    abort(_to_wechat(services, address if len(address) <= LONGEST_ADDRESS else request.path))


def _is_inside_wechat(services: Services) -> bool:
    return services.wechat.is_simulated or "MicroMessenger" in request.headers.get("User-Agent", "")


def _to_wechat(services: Services, address: str, *, is_second_try: bool = False) -> AnyResponse:
    state = secrets.token_urlsafe(18)
    # What is still waiting stays longest: of what was used only a second tap will ask.
    ways = sorted(session.get(_WAYS, ()), key=lambda way: not way[4])[1 - MOST_WAYS :]
    session[_WAYS] = [*ways, [state, address, is_second_try, int(services.clock().timestamp()), False]]
    return redirect(services.wechat.authorize_url(f"{services.public_url}/m/oauth", state), 303)


@dataclass(frozen=True, slots=True)
class _Way:
    """OAuth round trip to WeChat that began in this browser."""

    address: str
    is_second_try: bool
    #: Not walked before, and not long ago: its code may be exchanged.
    is_fresh: bool


def _walk(services: Services, state: str) -> _Way | None:
    """The way with this state, which is used up by it; None for one that did not begin in this browser."""
    found, ways = None, []
    for given, address, is_second_try, at, is_used in session.get(_WAYS, ()):
        is_it = hmac.compare_digest(given.encode(), state.encode())
        ways.append([given, address, is_second_try, at, is_used or is_it])
        if is_it:
            is_fresh = not is_used and services.clock().timestamp() - at <= WAITS.total_seconds()
            found = _Way(str(address), bool(is_second_try), is_fresh)
    session[_WAYS] = ways
    return found


def _check_form() -> None:
    request.max_content_length = BODY_LIMIT
    if request.method == "POST":
        who()
        if not hmac.compare_digest(request.form.get("form_token", "").encode(), form_token().encode()):
            _say(403, texts.FORM_TOO_OLD, again=request.path)
        _count()


def _count() -> None:
    """Apply the rate limit to a posted form; a refusal shows again what was written."""
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
    """Give an answer of a page inside WeChat what tells the browser how far to trust it."""
    # A form posted after the 12 hours is sent on to WeChat, and `form-action` counts where it ends.
    wechat = current_services().wechat
    sign_in = "{0.scheme}://{0.netloc}".format(urlsplit(wechat.oauth_base))
    policy = {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": f"'self' {sign_in}",
        "base-uri": "'none'",
        "frame-ancestors": f"'self' {sign_in}" if wechat.is_simulated else "'self'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["Referrer-Policy"] = "same-origin"
    # Somebody else may hold the phone next, and a kept question would be the wrong one.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _say(status: int, sentence: str, *, again: str = "", words: Written | None = None) -> NoReturn:
    abort(message_page(status, sentence, again=again, words=words))


# Below what it is built with.
blueprint = pages("oauth", __name__, template_folder="templates")


@blueprint.get("/m/oauth")
def come_back() -> AnyResponse:
    """Back from WeChat with a code: exchange it, once, and go on to the page that was asked for.

    Whoever is signed in already goes on to it as well, by a second tap, by Back, or where the app asks twice.
    """
    services = current_services()
    way = _walk(services, request.args.get("state", ""))
    if way is None:
        log.warning("oauth state refused")
        return message_page(403, texts.SIGN_IN_AGAIN)
    if not way.is_fresh:
        return redirect(way.address, 303) if _visitor(services) else _to_wechat(services, way.address)
    try:
        openid, is_virtual = services.wechat.exchange_code(request.args.get("code", ""))
    except SendError as error:
        if _visitor(services):
            return redirect(way.address, 303)
        if error.code in (BAD_CODE, USED_CODE) and not way.is_second_try:
            return _to_wechat(services, way.address, is_second_try=True)
        log.warning("oauth code refused", error=str(error))
        return message_page(503, texts.SIGN_IN_FAILED, again=way.address)
    session.pop(_VISITOR, None)
    if is_virtual:
        return message_page(403, texts.SNAPSHOT)
    session[_VISITOR] = {
        "openid": openid,
        "at": int(services.clock().timestamp()),
        "form": secrets.token_urlsafe(24),
        "is_new": services.wechat.is_simulated,
    }
    return redirect(way.address, 303)
