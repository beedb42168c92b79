"""Articles and pushes in the search of the console's head, by title."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from broadcasts.models.library import ArticleState
from broadcasts.pages.pushes import COLOURS
from broadcasts.permissions import LIBRARY_SEE, PUSHES_SEE
from broadcasts.queries import articles as queries
from broadcasts.queries import pushes
from broadcasts.queries.articles import STATES
from console.finding import Finder, Hit, Hits, Sought
from console.rules.visitors import Visitor
from foundation.clock import when
from foundation.paging import Count
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the articles with this text in their title, those changed last first."""
    page = queries.page(session, search=sought.text, limit=sought.most)
    hits = [
        Hit(
            line.title,
            url_for("broadcasts_pages.article", article_id=line.id),
            small=line.column,
            icon="article",
            word=STATES[line.state],
            kind="good" if line.state is ArticleState.PUBLISHED else "",
        )
        for line in page.lines
    ]
    counted = Count(len(hits), is_whole=page.after is None)
    return Hits(hits, url_for("broadcasts_pages.article_list", search=sought.text), counted)


def find_pushes(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the newest pushes with this text in their title."""
    page = pushes.page(session, search=sought.text, limit=sought.most)
    hits = [
        Hit(
            line.title,
            url_for("broadcasts_pages.push", push_id=line.id),
            small=when(line.due_at, now=now, zone=services.zone),
            icon="speakerphone",
            word=line.word,
            kind=COLOURS.get(line.state, ""),
        )
        for line in page.lines
    ]
    counted = Count(len(hits), is_whole=page.after is None)
    return Hits(hits, url_for("broadcasts_pages.push_list", search=sought.text), counted)


ARTICLES = Finder("资料", LIBRARY_SEE, find, 35, unit="篇")
PUSHES = Finder("推送", PUSHES_SEE, find_pushes, 36)
