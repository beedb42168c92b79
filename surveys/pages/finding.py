"""Surveys in the search of the console's head, by title."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console import authored
from console.finding import Finder, Hits, Sought
from console.rules.visitors import Visitor
from surveys.permissions import SURVEYS_SEE
from surveys.queries import listing
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the newest surveys with this text in their title."""
    page = listing.page(session, now=now, search=sought.text, limit=sought.most)
    return authored.hits(
        page,
        one=lambda survey_id: url_for("surveys_pages.survey", survey_id=survey_id),
        every=url_for("surveys_pages.survey_list", search=sought.text),
        icon="clipboard-list",
        now=now,
        zone=services.zone,
    )


SURVEYS = Finder("调查", SURVEYS_SEE, find, 30, unit="份")
