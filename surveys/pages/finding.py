"""Surveys in the search of the console's head, by title."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from console.finding import Finder, Hit, Hits, Sought
from console.rules.visitors import Visitor
from foundation.paging import Count
from surveys.permissions import SURVEYS_SEE
from surveys.queries import listing
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the newest surveys with this text in their title."""
    page = listing.page(session, now=now, search=sought.text, limit=sought.most)
    hits = [
        Hit(
            line.title,
            url_for("surveys_pages.survey", survey_id=line.id),
            icon="clipboard-list",
            word=line.state.label,
            kind="good" if line.state is AuthoredState.OPEN else "",
        )
        for line in page.lines
    ]
    counted = Count(len(hits), is_whole=page.after is None)
    return Hits(hits, url_for("surveys_pages.survey_list", search=sought.text), counted)


SURVEYS = Finder("调查", SURVEYS_SEE, find, 30, unit="份")
