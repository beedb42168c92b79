"""Sharing of what a link leads to: its address, its QR code, alone on a screen, as a picture, on a poster.

A feature declares a `Sharing` beside its page, and routes `views(SHARING)`: the page itself, and what belongs to its
code. Its template puts the page together from the macros of `console/sharing.html`.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno
from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from console import access, act, poster
from console.models import ShareCode
from console.poster import Poster
from console.rules.visitors import Permission
from foundation.database import upsert
from foundation.errors import Refused
from wechat_bot.client.codes import SendError, explained
from wechat_bot.services import Services, current_services

#: The side of a module of a stored picture, and its white border, in pixels and modules.
SCALE, BORDER = 24, 4
#: The longest that WeChat keeps a temporary code (wechat-platform.md §9).
LONGEST = timedelta(days=30)
#: A code outlives what it leads to by this, so that whoever comes late is told that it is over.
AFTER = timedelta(days=1)
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Shared:
    """What is shared."""

    #: Its link, such as `survey:3`, and the path of its page inside WeChat.
    link: str
    path: str
    title: str
    closes_at: datetime | None
    is_over: bool
    #: The page with all ways to it.
    page: str
    #: On the poster: lines below the title, how to take part, lines at the foot.
    about: Sequence[str]
    steps: Sequence[str]
    ends: Sequence[str]


@dataclass(frozen=True, slots=True)
class Code:
    """QR code that WeChat made: what it holds, and until when it can be scanned; None for ever."""

    url: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways to what is shared, for its page."""

    shared: Shared
    #: The address of the page; empty for an account whose pages cannot tell who opens them.
    address: str
    code: Code | None
    #: The picture of the code, WeChat's own or that of the address; empty where there is neither.
    picture: Markup
    poster: Poster | None
    #: Forms that write to many, with a button that leads here: their labels and addresses.
    to_many: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Declaration of a page that shares."""

    #: What is shared, as people call it, and what is done with it.
    noun: str
    does: str
    see: Permission
    write: Permission
    #: Word of the audit log for a code that was made.
    did: str
    #: Finds what is shared by its number; ends the request where there is nothing to share.
    find: Callable[[int], Shared]
    page: Callable[[int, Ways, Refused | None], str]


def views(of: Sharing) -> Iterator[tuple[str, View, tuple[str, ...]]]:
    """Yield the views of a page that shares, each with the end of its address and its methods."""

    @access.allow(of.see)
    def share(**which: int) -> ResponseReturnValue:
        """Show every way to what is published."""
        return _page(of, which, None)

    @access.allow(of.write)
    def make_code(**which: int) -> ResponseReturnValue:
        """Ask WeChat for the QR code, and keep it."""
        shared = _find(of, which)
        try:
            _make(of, shared)
        except Refused as refusal:
            return _page(of, which, refusal), act.status(refusal)
        return act.done(shared.page, "二维码做好了，没关注的店扫了会先关注。")

    @access.allow(of.see)
    def code_screen(**which: int) -> ResponseReturnValue:
        """Show the QR code alone, to be projected or held towards somebody."""
        shared = _find(of, which)
        return render_template("console/code.html", shared=shared, picture=picture(_held(shared)), of=of)

    @access.allow(of.see)
    def code_picture(**which: int) -> ResponseReturnValue:
        """Send the QR code as PNG, large enough for print."""
        shared, out = _find(of, which), io.BytesIO()
        segno.make(_held(shared), error="m", micro=False).save(out, kind="png", scale=SCALE, border=BORDER)
        out.seek(0)
        return access.download(out, f"{shared.title}_二维码.png")

    @access.allow(of.see)
    def poster_sheet(**which: int) -> ResponseReturnValue:
        """Send the poster as PDF."""
        shared = _find(of, which)
        return access.download(io.BytesIO(poster.write(_poster(shared, _held(shared)))), f"{shared.title}_海报.pdf")

    yield "", share, ("GET",)
    yield "/code", make_code, ("POST",)
    yield "/screen", code_screen, ("GET",)
    yield "/code.png", code_picture, ("GET",)
    yield "/poster.pdf", poster_sheet, ("GET",)


def code(session: Session, link: str, app_id: str, *, now: datetime) -> Code | None:
    """Return the code of a link at this account; None where there is none, or it cannot be scanned any more."""
    kept = session.get(ShareCode, (link, app_id))
    if kept is None or (kept.expires_at is not None and kept.expires_at <= now):
        return None
    return Code(kept.url, kept.expires_at)


def lasts(closes_at: datetime | None, now: datetime) -> timedelta | None:
    """Return how long a code is to last; None for ever, which an account has 100,000 of: only where what it leads to is
    open longer than a temporary code.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 30, tzinfo=UTC)
    >>> lasts(now + timedelta(days=6), now), lasts(None, now), lasts(now + timedelta(days=40), now)
    (datetime.timedelta(days=7), None, None)
    """
    if closes_at is None or closes_at - now + AFTER > LONGEST:
        return None
    return max(closes_at - now, timedelta()) + AFTER


def picture(held: str) -> Markup:
    """Return a QR code as a drawing for a page."""
    made = segno.make(held, error="m", micro=False)
    return Markup(made.svg_inline(omitsize=True, border=BORDER, svgclass="qr", lineclass=None))  # noqa: S704 – our own


def _page(of: Sharing, which: Mapping[str, Any], error: Refused | None) -> str:
    shared = _find(of, which)
    services = current_services()
    made = _code(services, shared)
    held = made.url if made else _address(services, shared.path)
    ways = Ways(
        shared,
        _address(services, shared.path),
        made,
        picture(held) if held else Markup(),
        _poster(shared, held) if held else None,
        [
            (form.label, url_for(form.endpoint, link=shared.link, words=of.does))
            for form in access.extensions().to_many_for(access.visitor())
            if form.takes_link and not shared.is_over
        ],
    )
    return of.page(_number(which), ways, error)


def _make(of: Sharing, shared: Shared) -> None:
    if shared.is_over:
        raise Refused(f"{of.noun}已经结束，不用再做二维码。")
    services = current_services()
    for_so_long = lasts(shared.closes_at, services.clock())
    seconds = None if for_so_long is None else int(for_so_long.total_seconds())
    try:
        _, url = services.wechat.create_qr(shared.link, seconds=seconds)
    except SendError as error:
        raise Refused(f"二维码没有做成：{explained(error)}。") from None
    with act.transaction() as (session, now, note):
        expires_at = None if for_so_long is None else now + for_so_long
        new = {"url": url, "made_at": now, "expires_at": expires_at}
        kept = upsert(session, ShareCode).values(link=shared.link, app_id=services.wechat.app_id, **new)
        session.execute(kept.on_conflict_do_update(index_elements=["link", "app_id"], set_=new))
        note(of.did, shared.link)


def _find(of: Sharing, which: Mapping[str, Any]) -> Shared:
    return of.find(_number(which))


def _number(which: Mapping[str, Any]) -> int:
    (number,) = which.values()
    return int(number)


def _code(services: Services, shared: Shared) -> Code | None:
    with services.reading() as session:
        return code(session, shared.link, services.wechat.app_id, now=services.clock())


def _address(services: Services, path: str) -> str:
    return f"{services.public_url}{path}" if services.is_service_account else ""


def held(session: Session, link: str, path: str, *, now: datetime) -> str:
    """Return what a QR code holds: WeChat's own, or the page until there is one; empty where there is neither."""
    services = current_services()
    made = code(session, link, services.wechat.app_id, now=now)
    return made.url if made else _address(services, path)


def _held(shared: Shared) -> str:
    services = current_services()
    with services.reading() as session:
        found = held(session, shared.link, shared.path, now=services.clock())
    if not found:
        abort(404)
    return found


def _poster(shared: Shared, held: str) -> Poster:
    account = current_services().account_name
    return Poster(account, shared.title, shared.about, held, shared.steps, shared.ends)
