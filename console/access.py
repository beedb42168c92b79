"""Access control of every address under /console: session, permission, form token, security headers.

Every view must declare its permission with `allow`; a view without one is a bug and answers nobody.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from console import finding, passwords, queries, stamps
from console.actions import sessions
from console.collected import Extensions
from console.permissions import ANYONE, SIGNED_IN
from console.rules.sessions import device
from console.rules.visitors import Awaits, Permission, Visitor
from foundation.clock import when
from foundation.text import file_name, mask_phone
from wechat_bot.services import Services, current_services
from wechat_bot.unsaved_input import unsaved_input

PREFIX = "/console"
COOKIE = "wuwei_console"
#: Cookie of a browser in which somebody signed in before; it grants no access.
KNOWN_COOKIE = "wuwei_known"
#: Cookie from which the sign-in form's token is made, for there is no session yet.
ENTRY_COOKIE = "wuwei_entry"
FIELD, HEADER = "form_token", "X-Form-Token"
SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST_FORM = 256 << 10
#: Bytes of a multipart form beside its file.
ENVELOPE = 64 << 10
#: Fields of a form: the most questions a survey may have, with the most options each, fill some five thousand.
MOST_FIELDS = 10_000
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
#: Of a page in a frame of ours.
IN_FRAME = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SIGNED_OUT = "您写的还没有存，在下面。请先登录（会新开一页），再回到这里按“再发一次”。"
_EXTENSIONS = "console"
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True, slots=True)
class Rule:
    """Access rule of a view."""

    permission: Permission
    #: Bytes of the largest file it accepts.
    upload: int = 0
    #: Requested by a page itself every few seconds, so it does not keep the session alive.
    is_polled: bool = False
    #: Allowed before a required password change.
    is_first: bool = False
    #: Allowed before the second step of the sign-in is taken or set up.
    is_second: bool = False


def allow(
    permission: Permission, *, upload: int = 0, polled: bool = False, first: bool = False, second: bool = False
) -> Callable[[View], View]:
    """Declare the permission of a view. Every view under /console needs one."""

    def declare(view: View) -> View:
        view.rule = Rule(permission, upload, polled, first, second)  # type: ignore[attr-defined]  # read by the guard alone
        return view

    return declare


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The access rule that an endpoint's view declared."""
    return getattr(app.view_functions[endpoint], "rule", None)


def install(app: Flask, extensions: Extensions) -> None:
    """Install access control for every address under /console, and the features' extensions of the console."""
    app.extensions[_EXTENSIONS] = extensions
    app.before_request(_guard)
    app.after_request(_harden)
    app.context_processor(_context)
    app.jinja_env.filters["moment"] = lambda moment: _moment(moment, current_services()) if moment else "—"
    # What is printed is read on other days, too.
    app.jinja_env.filters["lasting"] = lambda moment: _lasting(moment.astimezone(current_services().zone))
    app.jinja_env.filters["date"] = lambda day: _date(day, current_services()) if day else "—"
    app.jinja_env.filters["day"] = lambda moment: _day(moment.astimezone(current_services().zone))
    app.jinja_env.filters["named"] = extensions.named
    app.jinja_env.filters["stamp"] = stamps.of
    app.jinja_env.filters["device"] = device
    app.jinja_env.filters["percent"] = lambda share: "—" if share is None else f"{share:.1%}"
    app.jinja_env.filters["masked"] = mask_phone
    app.jinja_env.filters["marked"] = finding.marked
    app.jinja_env.filters["count"] = lambda number: f"{number:,}"


def extensions() -> Extensions:
    """The features' extensions of the console."""
    found: Extensions = current_app.extensions[_EXTENSIONS]
    return found


def is_console() -> bool:
    """Whether the requested address belongs to the console."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def local(where: str) -> str:
    """The given address if it is one of the console, else the front page; never an address of another site."""
    try:
        parts = urlsplit(where)
    except ValueError:  # a bracket where a host would stand
        return url_for("console.home")
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith(f"{PREFIX}/") and "\\" not in where
    # A line break would end the header, and `..` would lead out of the console.
    is_plain = where.isprintable() and not {".", ".."} & set(unquote(parts.path).split("/"))
    return where if is_ours and is_plain else url_for("console.home")


def visitor() -> Visitor:
    """The signed-in visitor. Only for views that require a sign-in."""
    found: Visitor = g.visitor
    return found


def awaited(who: Visitor) -> Awaits:
    """What is left to do of the second step of the sign-in; nothing where this is no real account."""
    return Awaits.NOTHING if current_services().is_development else who.awaits


def address() -> str:
    """The visitor's address."""
    return request.remote_addr or ""


def entry_token(cookie: str) -> str:
    """The token of the sign-in form for the browser with this cookie."""
    return passwords.form_token(cookie, str(current_app.secret_key))


def download(content: Path | IO[bytes], name: str) -> Response:
    """A download under a file name that every browser and system accepts; caching is switched off."""
    title, dot, kind = name.rpartition(".")
    response = send_file(content, as_attachment=True, download_name=file_name(title, f"{dot}{kind}"), max_age=0)
    response.headers["Cache-Control"] = HEADERS["Cache-Control"]
    return response


def with_frame(page: str, status: int = 200) -> Response:
    """A page that shows another of ours in a frame; that one answers with `IN_FRAME`."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = CSP.replace("frame-ancestors", "frame-src 'self'; frame-ancestors")
    return response


def set_cookie(response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Set a cookie that scripts cannot read, until the browser is closed or for so long."""
    is_secure = current_services().public_url.startswith("https://")
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=is_secure, path=PREFIX, max_age=lasts)


def _moment(moment: datetime, services: Services) -> str:
    return when(moment, now=services.clock(), zone=services.zone)


def _lasting(moment: datetime) -> str:
    return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {moment:%H:%M}"


def _date(day: date, services: Services) -> str:
    year = "" if day.year == services.clock().astimezone(services.zone).year else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


def _day(moment: datetime) -> str:
    return f"{moment.month} 月 {moment.day} 日 星期{'一二三四五六日'[moment.weekday()]}"


def _guard() -> ResponseReturnValue | None:
    if not is_console():
        return None
    g.visitor = None
    services = current_services()
    rule = rule_of(current_app, request.endpoint) if request.endpoint else Rule(SIGNED_IN)
    if rule is None:
        raise RuntimeError(f"{request.endpoint} does not declare who may open it")
    request.max_content_length = rule.upload + ENVELOPE if rule.upload else LARGEST_FORM
    # What is uploaded is bounded as a whole: Flask's own limits would refuse a long questionnaire, field by field.
    request.max_form_parts, request.max_form_memory_size = MOST_FIELDS, request.max_content_length
    token = request.cookies.get(COOKIE, "")
    found = None
    if token:
        with services.reading() as session:
            found = queries.entrance(session, token, str(current_app.secret_key), now=services.clock())
    who: Visitor | None = found.visitor if found else None
    g.visitor = who
    if rule.permission is not ANYONE:
        if who is None:
            return _to_sign_in()
        awaits = awaited(who)
        if awaits and not rule.is_second:
            return _to(url_for("console.second" if awaits is Awaits.CODE else "console.set_up_second"))
        if who.must_change_password and not rule.is_first:
            return redirect(url_for("console.password"), 303)
        if not who.may(rule.permission):
            abort(403)
    if request.method not in SAFE:
        _check_form(who, rule)
    if found and found.is_due and not rule.is_polled:
        with services.transaction() as session:
            sessions.seen(session, found.visitor.session_id, now=services.clock())
    return None


def _check_form(who: Visitor | None, rule: Rule) -> None:
    """Refuse a form whose token is not of this session."""
    if rule.permission is ANYONE:
        cookie = request.cookies.get(ENTRY_COOKIE, "")
        expected = entry_token(cookie) if cookie else ""
    else:
        expected = who.form_token if who else ""
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        abort(400)


def _to_sign_in() -> ResponseReturnValue:
    where = url_for("console.sign_in")
    if request.headers.get("HX-Request"):
        # A page that reloads a part of itself was left open: after the sign-in, return to that page.
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        if page.path.startswith(f"{PREFIX}/"):
            where += "?" + urlencode({"next": urlunsplit(("", "", page.path, page.query, ""))})
        return _to(where)
    if request.method not in SAFE and (words := unsaved_input()):
        told = {"title": "登录已过期", "sign_in": where, "written": words}
        return render_template("console/error.html", sentence=SIGNED_OUT, **told), 401
    if request.method in SAFE and request.path != PREFIX:
        where += "?" + urlencode({"next": request.full_path.rstrip("?")})
    return redirect(where, 303)


def _to(where: str) -> ResponseReturnValue:
    """Redirect to another page, also for a request that wanted only a part of a page (htmx)."""
    is_piece = bool(request.headers.get("HX-Request"))
    return make_response("", 401, {"HX-Redirect": where}) if is_piece else redirect(where, 303)


def _harden(response: Response) -> Response:
    if is_console():
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _context() -> dict[str, Any]:
    if not is_console():
        return {}
    who: Visitor | None = g.get("visitor")
    permissions = extensions().permissions
    is_in = who is not None and not who.must_change_password and not awaited(who)
    return {
        "visitor": who,
        "may": (lambda name: who is not None and who.may(permissions[name.lower()])),
        "is_in": is_in,
        "account_name": current_services().account_name,
        "is_development": current_services().is_development,
    }
