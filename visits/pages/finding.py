"""Requests in the search of the console's head, by number."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.finding import Finder, Hit, Hits, Sought
from console.rules.visitors import Visitor
from foundation.paging import Count
from foundation.text import mask_phones
from people.permissions import PEOPLE_PHONES
from visits.pages import form_values
from visits.permissions import VISITS_SEE
from visits.queries import inbox, visibility
from visits.queries.inbox import InboxLine
from visits.texts import answering as texts
from wechat_bot.services import Services

#: Characters of what was said that a hit shows.
SHOWN = 60
KINDS = {"late": "bad", "soon": "warn"}


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the visible request of a number."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    line = inbox.by_number(session, who, sought.text)
    hits = [_hit(services, visitor, line, now)] if line else []
    return Hits(hits, counted=Count(len(hits)))


def _hit(services: Services, visitor: Visitor, line: InboxLine, now: datetime) -> Hit:
    words = line.words if visitor.may(PEOPLE_PHONES) else mask_phones(line.words)
    due = form_values.due(line, now=now, zone=services.zone)
    return Hit(
        f"{line.shop or texts.NOBODYS}：“{texts.said(line.kind, words, SHOWN)}”",
        url_for("visits_pages.thread", number=line.number),
        number=f"#{line.number}",
        icon="message",
        word=due.words,
        kind=KINDS.get(due.tone, ""),
    )


REQUESTS = Finder("留言", VISITS_SEE, find, 20)
