"""H5 pages of a push: what it leads to, with its buttons. Who opened it is told by WeChat, never by the address."""

from collections.abc import Sequence
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from blocks import rendering
from broadcasts.actions import answering, sending
from broadcasts.models.pushes import Push, PushKind
from broadcasts.queries import own_rows, reading
from broadcasts.queries.reading import Reader
from broadcasts.rules.buttons import PushButton, numbered
from broadcasts.texts import answers as texts
from broadcasts.texts import library as library_texts
from broadcasts.texts import own_rows as own_texts
from broadcasts.texts import staff as staff_texts
from foundation.errors import Refused
from wechat_bot import oauth
from wechat_bot.services import Services, current_services

#: The topic behind words to the manager; its page is told which push they reply to.
TO_PERSON = "message:"


def show(token: str) -> ResponseReturnValue:
    """Show what a push leads to. It is opened by whoever WeChat says is here, and counted for them once."""
    openid, services = oauth.who(), current_services()
    with services.transaction() as session:
        push = _push(session, token)
        if oauth.is_looked_at():
            answering.opened(session, push, openid, now=services.clock())
        page = _page(session, services, push, reading.reader_of(session, openid))
    return render_template("broadcasts/push.html", **page)


def press(token: str, number: int) -> ResponseReturnValue:
    """Go where a button leads; whoever presses one has opened the push."""
    openid, services = oauth.who(), current_services()
    with services.transaction() as session:
        push = _push(session, token)
        found = dict(numbered(sending.buttons_of(push))).get(number)
        may_press = _may_see(session, push, reading.reader_of(session, openid))
        where = _address(session, services, push, found) if found is not None and may_press else ""
        if not where:
            raise Refused(texts.NO_BUTTON)
        answering.acted(session, push, openid, now=services.clock())
    return redirect(where, 303)


def _push(session: Session, token: str) -> Push:
    push = answering.by_token(session, token)
    if push is None:
        abort(404)
    return push


def _is_meant(session: Session, push: Push, reader: Reader) -> bool:
    if push.is_to_staff:
        return reader.is_manager
    return reader.is_bound or answering.is_open(session, push)


def _may_see(session: Session, push: Push, reader: Reader) -> bool:
    return _is_meant(session, push, reader) and not sending.is_withdrawn(session, push)


def _closed(push: Push) -> str:
    return staff_texts.ONLY_STAFF if push.is_to_staff else texts.ONLY_SHOPS


def _unnamed(push: Push) -> str:
    return staff_texts.NOT_FOR_ALL if push.is_to_staff else texts.NOT_FOR_ALL


def _page(session: Session, services: Services, push: Push, reader: Reader) -> dict[str, Any]:
    article, is_gone = sending.article_of(session, push), sending.is_withdrawn(session, push)
    may_see = _may_see(session, push, reader)
    own, closed = _own(session, push, reader), "" if may_see else _closed(push)
    if own is not None and not own and reader.shop is not None:
        may_see, closed = False, own_texts.GONE
    content = ""
    if article is not None and may_see:
        content = rendering.page(
            article.blocks,
            lambda sha256: url_for("broadcasts_mobile.picture", sha256=sha256),
            lambda link: services.switchboard.page(session, link),
        )
    buttons = numbered(sending.buttons_of(push)) if may_see else []
    return {
        "push": push,
        # What is not for somebody is not named to them either: a title may name a brand.
        "heading": push.title if _is_meant(session, push, reader) else _unnamed(push),
        # Written by `rendering`, which escapes all that anybody wrote.
        "content": Markup(content),  # noqa: S704
        "cover": (sending.cover_of(session, push) if article is None else article.cover) if may_see else "",
        "words": push.words.splitlines() if article is None and may_see else [],
        "buttons": [(number, each.words) for number, each in buttons if _address(session, services, push, each)],
        "to_person": to_person(session, services, push.id) if may_see else "",
        "refuses": push.kind == PushKind.PROMO and reader.shop is not None,
        "own": own if may_see else None,
        "closed": library_texts.WITHDRAWN if is_gone else closed,
        "to_library": is_gone or push.is_to_staff or reader.is_bound,
        "reader": reader,
        "texts": texts,
    }


def _own(session: Session, push: Push, reader: Reader) -> Sequence[tuple[str, str]] | None:
    """Return what a push tells the reader's shop of itself, empty where it has nothing for it; None where it tells no
    shop anything of its own."""
    if own_rows.table(session, push.id) is None:
        return None
    found = own_rows.of_shop(session, reader.shop.id, push_id=push.id) if reader.shop else []
    return found[0].values if found else []


def _address(session: Session, services: Services, push: Push, button: PushButton) -> str:
    """Return where a button leads; empty where that is gone."""
    if button.is_address:
        return button.link
    return (
        to_person(session, services, push.id)
        if button.link == TO_PERSON
        else services.switchboard.page(session, button.link)
    )


def to_person(session: Session, services: Services, push_id: int) -> str:
    """Return where words to the manager are written that reply to a push; empty where no feature takes them."""
    page = services.switchboard.page(session, TO_PERSON)
    return f"{page}?to={answering.about(push_id)}" if page else ""
