"""Quizzes in the search of the console's head, by title."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console import authored
from console.finding import Finder, Hits, Sought
from console.rules.visitors import Visitor
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import listing
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the newest quizzes with this text in their title."""
    return authored.hits(
        listing.page(session, now=now, search=sought.text, limit=sought.most),
        one=lambda quiz_id: url_for("quizzes_pages.quiz", quiz_id=quiz_id),
        every=url_for("quizzes_pages.quiz_list", search=sought.text),
        icon="checklist",
        now=now,
        zone=services.zone,
    )


QUIZZES = Finder("测试", QUIZZES_SEE, find, 35, unit="份")
