"""Console page of one quiz: its state, its rules, its results."""

from functools import partial
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access, authored_pages
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


def has_pass_mark(asked: Asked) -> bool:
    """Whether shops pass or fail the quiz a list is asked for."""
    found = detail(asked.session, asked.of["quiz_id"], now=asked.now)
    return found is not None and found.rules.pass_mark > 0


found_quiz = partial(authored_pages.find, detail)
published = partial(authored_pages.find, detail, is_published=True)
