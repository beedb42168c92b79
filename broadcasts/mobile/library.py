"""H5 pages of the library: its lists, an article, and what a shop keeps of it."""

from datetime import datetime

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from blocks import blocks, rendering
from broadcasts.actions import reading as actions
from broadcasts.queries import pictures, reading, searching
from broadcasts.queries.reading import LibraryShelf
from broadcasts.texts import library as texts
from finding import marking
from foundation.clock import day_in, when
from foundation.errors import Refused
from foundation.paging import Cursor
from foundation.text import visible, whole_number
from people.identity import Shop
from wechat_bot import media, oauth, serving
from wechat_bot.conversation import Card, Tab
from wechat_bot.services import Services, current_services

PAGE = 10
RELATED = 4
LONGEST_SEARCH = 40
#: Seconds that a browser may keep a picture: it may be erased meanwhile.
KEPT = 86_400


def library() -> ResponseReturnValue:
    """Show the newest articles, the most read, those the shop keeps, or a column's, with the columns; or what some
    words find."""
    openid, services = oauth.who(), current_services()
    words = " ".join(visible(request.args.get("q", "")).split())[:LONGEST_SEARCH]
    if words:
        return _found(services, openid, words)
    chosen = whole_number(request.args.get("column", ""))
    with services.reading() as session:
        reader = reading.reader_of(session, openid)
        shelf = _shelf(reader)
        column = reading.column_of(session, chosen) if chosen is not None else None
        page = reading.found_page(
            session,
            reader,
            shelf,
            column_id=column.id if column else None,
            cursor=Cursor.of(request.args),
            limit=PAGE,
        )
        columns = reading.columns(session, reader)
        kept = reading.kept(session, reader)
    if column is not None and not reader.is_bound and not column.is_open:
        raise Refused(texts.COLUMN_ONLY_FOR_SHOPS)
    return render_template(
        "broadcasts/library.html",
        page=page,
        column=column,
        columns=columns,
        shelf=shelf,
        shelves=LibraryShelf,
        kept=kept,
        reader=reader,
        day=lambda at: _day(services, at),
        kept_args={"by": shelf.value or None, "column": column.id if column else None},
        texts=texts,
    )


def article(token: str) -> ResponseReturnValue:
    """Show an article; a shop has read it then."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        reader = reading.reader_of(session, openid)
        shown = reading.article(session, reader, token=token)
        found = blocks.read(shown.blocks).blocks
        content = rendering.page(
            found,
            lambda sha256: url_for(".picture", sha256=sha256),
            lambda link: services.switchboard.page(session, link),
        )
        related = reading.related(session, reader, shown, limit=RELATED)
        person = reader.shop.in_charge(day_in(now, services.zone)) if reader.shop else None
        # Where a message to the manager is written; empty where no feature takes one.
        to_person = services.switchboard.page(session, "message:")
    if reader.shop is not None and not shown.line.is_read and oauth.is_looked_at():
        _read(services, shown.line.id, reader.shop, now)
    return render_template(
        "broadcasts/article.html",
        shown=shown,
        line=shown.line,
        # Written by `rendering`, which escapes all that anybody wrote.
        content=Markup(content),  # noqa: S704
        minutes=texts.minutes(rendering.minutes(found)),
        related=related,
        reader=reader,
        person=person,
        to_person=to_person,
        day=lambda at: _day(services, at),
        texts=texts,
    )


def mark(token: str) -> ResponseReturnValue:
    """Keep an article, or keep it no longer. Pressed twice it is done once."""
    openid, services, wanted = oauth.who(), current_services(), request.form.get("do", "")
    with services.transaction() as session:
        reader = reading.reader_of(session, openid)
        shown = reading.article(session, reader, token=token)
        if reader.shop is None:
            raise Refused(texts.ONLY_SHOPS_KEEP)
        if wanted == "keep":
            actions.keep(session, shown.line.id, reader.shop.id, now=services.clock())
        elif wanted == "drop":
            actions.drop(session, shown.line.id, reader.shop.id)
        else:
            abort(400)
    flash(texts.KEPT if wanted == "keep" else texts.DROPPED)
    return redirect(url_for(".article", token=token), 303)


def picture(sha256: str) -> Response:
    """Send a picture of the library. Nobody signs in for it, for WeChat itself fetches those of cards; its name is the
    hash of its bytes, which only who has seen the article knows."""
    services = current_services()
    with services.reading() as session:
        found = pictures.find(session, services.media_folder, sha256)
    if request.args.get("size") == "small":
        found = media.small(found)
    response = serving.send(found, sha256[:12])
    if found is not None:
        response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the library on a follower's own page, and what the shop keeps of it."""
    reader = reading.reader_of(session, openid)
    if not reader.is_bound:
        return []
    kept = reading.kept(session, reader)
    found = [Card(texts.CARD, texts.CARD_NOTE, "/m/library")]
    return [*found, Card(texts.CARD_KEPT, texts.articles(kept), "/m/library?by=kept")] if kept else found


def tabs(session: Session, openid: str, now: datetime) -> list[Tab]:
    """Return the tab of the library: a shop's, for a customer manager's row of tabs is full."""
    is_shop = reading.reader_of(session, openid).shop is not None
    return [Tab(texts.CARD, "book", "/m/library", 40)] if is_shop else []


def _found(services: Services, openid: str, words: str) -> str:
    """Show the articles that answer some words, and the way to a person."""
    with services.reading() as session:
        reader = reading.reader_of(session, openid)
        found = searching.search(session, words, reading.readable(reader))
        to_person = services.switchboard.page(session, "message:") if reader.shop else ""
    return render_template(
        "broadcasts/found.html",
        words=words,
        found=found,
        marked=marking.parts,
        reader=reader,
        person=reader.shop.in_charge(day_in(services.clock(), services.zone)) if reader.shop else None,
        to_person=to_person,
        texts=texts,
    )


def _shelf(reader: reading.Reader) -> LibraryShelf:
    given = request.args.get("by", "")
    found = next((each for each in LibraryShelf if each.value == given), LibraryShelf.NEWEST)
    return LibraryShelf.NEWEST if found is LibraryShelf.KEPT and reader.shop is None else found


def _read(services: Services, article_id: int, shop: Shop, now: datetime) -> None:
    with services.transaction() as session:
        actions.read(session, article_id, shop.id, now=now)


def _day(services: Services, at: datetime) -> str:
    """Return a day as people say it."""
    return when(at, now=services.clock(), zone=services.zone).rpartition(" ")[0]
