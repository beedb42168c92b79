"""H5 inbox of a customer manager: the most urgent requests first, with the end of each reply window."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.paging import Cursor
from people import errands
from visits.mobile import visitor
from visits.pages import form_values
from visits.queries import inbox, thread, visibility, windows
from visits.queries.inbox import InboxFilter, Shelf
from visits.queries.windows import Window
from visits.texts import answering as texts
from wechat_bot import oauth
from wechat_bot.conversation import Card
from wechat_bot.services import Services, current_services

LONGEST_SEARCH = 40
SHELVES = {
    Shelf.MINE: "我的",
    Shelf.OVERDUE: "超时",
    Shelf.OPEN: "全部",
    Shelf.POOL: "待分派",
    Shelf.SNOOZED: "稍后",
    Shelf.CLOSED: "已完结",
}


def inbox_page() -> ResponseReturnValue:
    """Show the open requests, the most urgent first; a shop is shown its own instead."""
    openid, services = oauth.who(), current_services()
    now, search = services.clock(), request.args.get("search", "").strip()[:LONGEST_SEARCH]
    with services.reading() as session:
        who = visitor.manager_or_none(services, session)
        if who is None:
            return visitor.to_own(session, openid)
        given = request.args.get("shelf", "")
        mine = inbox.counts(session, who, now=now, mine_only=True)
        counts = inbox.counts(session, who, now=now)
        # A supervisor without requests of their own sees those of the managers below.
        first = Shelf.OPEN if search or (counts.open and not mine.open) else Shelf.MINE
        shelf = Shelf(given) if given in {each.value for each in SHELVES} else first
        page = inbox.page(session, who, InboxFilter(shelf, search), now=now, cursor=Cursor.of(request.args))
        open_now = windows.windows(session, [line.id for line in page.lines])
    numbers = {
        Shelf.MINE: mine.open - mine.snoozed - mine.waiting,
        Shelf.OVERDUE: counts.overdue,
        Shelf.POOL: counts.pool,
    }
    # A manager with nobody below has one list, and needs no empty second one.
    hidden = set() if counts.open > mine.open or shelf is Shelf.OPEN else {Shelf.OPEN}
    hidden |= {Shelf.POOL} if not counts.pool and shelf is not Shelf.POOL else set()
    return render_template(
        "visits/inbox.html",
        page=page,
        lines=[
            (line, form_values.due(line, now=now, zone=services.zone), *_window(services, open_now.get(line.id), now))
            for line in page.lines
        ],
        urgent=texts.urgent(mine.overdue, mine.soon) if shelf is Shelf.MINE else "",
        chips=form_values.CHIPS,
        shelf=shelf,
        shelves={each: word for each, word in SHELVES.items() if each not in hidden},
        numbers=numbers,
        search=search,
        texts=texts,
    )


def _window(services: Services, window: Window | None, now: datetime) -> tuple[str, str]:
    if window is None:
        return "", ""
    is_open, zone = window.is_open(now), services.zone
    return texts.window_in_list(window.is_following, is_open, window.until, now=now, zone=zone), window.group


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the cards of the follower's own page: a manager's waiting requests, and a shop's last request."""
    # The time zone only decides who stands in for whom today, and these are their own requests.
    who = visibility.of_manager(session, openid, now=now, zone=ZoneInfo("UTC"))
    if who is not None:
        found = inbox.counts(session, who, now=now, mine_only=True)
        waits = found.open - found.snoozed - found.waiting
        to_tell = errands.left(session, visibility.shops_of(session, who))
        told = [Card("要告诉的店", texts.card_to_tell(to_tell), "/m/visits/due?tell=1", to_tell)] if to_tell else []
        return [
            Card("留言", texts.card_of_manager(found.open, found.overdue), "/m/visits", waits),
            *told,
            Card("常用语", texts.CARD_PHRASES, "/m/visits/phrases"),
        ]
    newest = thread.own_threads(session, openid, limit=1)
    note = texts.card_of_shop(newest[0].is_open, newest[0].is_waiting) if newest else texts.CARD_NONE
    return [Card("给客户经理留言", note, "/m/visits/mine")]
