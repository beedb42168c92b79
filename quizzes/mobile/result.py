"""H5 page of a result: the score, what was wrong, what to read, and the whole paper with its marks."""

from datetime import datetime

from flask import render_template
from sqlalchemy.orm import Session

from quizzes.queries import regrades
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.results import AttemptResult
from quizzes.texts import chat, pages
from wechat_bot import leading
from wechat_bot.services import Services


def page(
    session: Session, services: Services, sheet: AttemptSheet, result: AttemptResult, *, may_begin: bool, now: datetime
) -> str:
    """Return the page of a result, as far as the shop may see it."""
    return render_template(
        "quizzes/result.html",
        result=result,
        sheet=sheet,
        may_begin=may_begin,
        lesson=leading.to(session, services, result.lesson, now),
        pending={each.version_id: each.is_decided for each in regrades.pending(session, sheet.quiz_id)},
        said=chat,
        pages=pages,
    )
