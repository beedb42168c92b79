"""Console page of one quiz: its state, its rules, its results."""

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from console import access
from console.lists.listing import Asked
from quizzes.pages import results
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import readiness
from quizzes.queries.detail import QuizDetail, detail
from quizzes.texts.rules import rules_line
from wechat_bot.services import current_services


@access.allow(QUIZZES_SEE)
def quiz(quiz_id: int) -> ResponseReturnValue:
    """Show a draft; for a published quiz its results."""
    found = found_quiz(quiz_id)
    shown: dict[str, Any] = {}
    with current_services().reading() as session:
        is_new = readiness.is_new(session, found)
        if found.asked is not None:
            shown = results.shown(session, found)
    return render_template("quizzes/console/quiz.html", **head(found), **shown, is_new=is_new)


def head(found: QuizDetail) -> dict[str, object]:
    """Return what the head of each page of a quiz needs."""
    return {
        "quiz": found,
        "rules_line": rules_line(found.rules),
        "is_published": found.asked is not None,
    }


def published(quiz_id: int) -> QuizDetail:
    """Return a published quiz. Ends the request with 404 where there is none."""
    found = found_quiz(quiz_id)
    if found.asked is None:
        abort(404)
    return found


def has_pass_mark(asked: Asked) -> bool:
    """Whether shops pass or fail the quiz a list is asked for."""
    found = detail(asked.session, asked.of["quiz_id"], now=asked.now)
    return found is not None and found.rules.pass_mark > 0


def found_quiz(quiz_id: int) -> QuizDetail:
    """Return a quiz. Ends the request with 404 where there is none."""
    services = current_services()
    with services.reading() as session:
        found = detail(session, quiz_id, now=services.clock())
    if found is None:
        abort(404)
    return found
