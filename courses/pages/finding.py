"""Courses in the search of the console's head, by title."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console import authored
from console.finding import Finder, Hits, Sought
from console.rules.visitors import Visitor
from courses.permissions import COURSES_SEE
from courses.queries import listing
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """Return the newest courses with this text in their title."""
    return authored.hits(
        listing.page(session, now=now, search=sought.text, limit=sought.most),
        one=lambda course_id: url_for("courses_pages.course", course_id=course_id),
        every=url_for("courses_pages.course_list", search=sought.text),
        icon="school",
        now=now,
        zone=services.zone,
    )


COURSES = Finder("微课", COURSES_SEE, find, 33, unit="门")
