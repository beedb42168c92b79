"""Way on by a link: the title and the page of what a link leads to, for a page that offers it."""

from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy.orm import Session

from wechat_bot import delivery_titles
from wechat_bot.feature import About
from wechat_bot.services import Services


class WayOn(NamedTuple):
    """Way on: what it leads to, and its page inside WeChat."""

    title: str
    url: str


def to(session: Session, services: Services, link: str, now: datetime) -> WayOn | None:
    """The way to a link such as `quiz:3`; None where it is empty, or leads nowhere any more."""
    board = services.switchboard
    url = board.page(session, link) if link and not board.shut(session, link, now) else ""
    if not url:
        return None
    about = About(link, None)
    return WayOn(delivery_titles.find(session, current_app.extensions["features"], [about])[about].text, url)
