"""H5 page of a result: the score, what was wrong, what to read, and the whole paper with its marks."""

from datetime import datetime
from typing import NamedTuple

from flask import current_app, render_template
from sqlalchemy.orm import Session

from quizzes.queries import regrades
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.results import AttemptResult
from quizzes.texts import chat, pages
from wechat_bot import delivery_titles
from wechat_bot.feature import About
from wechat_bot.services import Services


class LessonLink(NamedTuple):
    """Lesson that teaches what was wrong: its title, and its page inside WeChat."""

    title: str
    url: str


def page(
    session: Session, services: Services, sheet: AttemptSheet, result: AttemptResult, *, may_begin: bool, now: datetime
) -> str:
    """Return the page of a result, as far as the shop may see it."""
    return render_template(
        "quizzes/result.html",
        result=result,
        sheet=sheet,
        may_begin=may_begin,
        lesson=_lesson(session, services, result.lesson, now),
        pending={each.version_id: each.is_decided for each in regrades.pending(session, sheet.quiz_id)},
        said=chat,
        pages=pages,
    )


def _lesson(session: Session, services: Services, link: str, now: datetime) -> LessonLink | None:
    """Return what to read; None where there is nothing, or it leads nowhere any more."""
    board = services.switchboard
    url = board.page(session, link) if link and not board.shut(session, link, now) else ""
    if not url:
        return None
    about = About(link, None)
    return LessonLink(delivery_titles.find(session, current_app.extensions["features"], [about])[about].text, url)
