"""Requests in the search of the console's head: by number, by shop, and by what was said."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.finding import Finder, Hit, Hits, Sought
from console.rules.visitors import Visitor
from foundation.paging import Count
from foundation.text import mask_phones
from people import rules as people_rules
from people.permissions import PEOPLE_PHONES
from visits.pages import form_values
from visits.permissions import VISITS_SEE
from visits.queries import inbox, visibility
from visits.queries.inbox import InboxFilter, InboxLine, Shelf
from visits.queries.visibility import Colleague
from visits.rules import snippets
from visits.texts import answering as texts
from wechat_bot.services import Services

#: Characters of what was said that a hit shows.
SHOWN = 40
KINDS = {"late": "bad", "soon": "warn"}


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the visible request of a number; else open requests, the most urgent first, and then closed ones."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    of_number = inbox.by_number(session, who, sought.text)
    if of_number is not None:
        return Hits([_hit(who, of_number, "", now)], counted=Count(1))
    found = inbox.page(session, who, InboxFilter(Shelf.OPEN, sought.text), now=now, limit=sought.most)
    lines, shelf, has_more = [*found.lines], Shelf.OPEN, found.after is not None
    if not has_more and len(lines) < sought.most:
        left = sought.most - len(lines)
        closed = inbox.page(session, who, InboxFilter(Shelf.CLOSED, sought.text), now=now, limit=left)
        lines += closed.lines
        shelf, has_more = Shelf.CLOSED, closed.after is not None
    url = url_for("visits_pages.inbox", shelf=shelf, search=sought.text)
    return Hits([_hit(who, line, sought.text, now) for line in lines], url, Count(len(lines), is_whole=not has_more))


def _hit(who: Colleague, line: InboxLine, text: str, now: datetime) -> Hit:
    plain = str if who.sees.may(PEOPLE_PHONES) else mask_phones
    place = snippets.around(plain(line.hit), people_rules.plain(text), SHOWN)
    said = f"{place.before}{place.hit}{place.after}" if place else texts.said(line.kind, plain(line.words), SHOWN)
    due = form_values.due(line, now=now, zone=who.zone)
    return Hit(
        f"{line.shop or texts.NOBODYS}：“{said}”",
        url_for("visits_pages.thread", number=line.number),
        icon="message",
        number=f"#{line.number}",
        word=due.words,
        kind=KINDS.get(due.tone, ""),
    )


REQUESTS = Finder("留言", VISITS_SEE, find, 20)
