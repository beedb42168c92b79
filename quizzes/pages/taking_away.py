"""Console export of the attempts at a quiz: asked for here, written by a job."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, fields, tasks
from foundation.workbooks.files import FORMS, NO_SUCH_FORM
from quizzes.export.attempts import EXPORT
from quizzes.pages import quiz
from quizzes.permissions import QUIZZES_EXPORT


@access.allow(QUIZZES_EXPORT)
def export(quiz_id: int) -> ResponseReturnValue:
    """Ask for a file of every attempt."""
    form = fields.choice(request.form.get("format", "xlsx"), FORMS, NO_SUCH_FORM)
    quiz.published(quiz_id)
    title, owner_id = quiz.found_quiz(quiz_id).title, access.visitor().user_id
    params = {"quiz_id": quiz_id, "form": form}
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, f"导出 {title}", params, owner_id=owner_id, now=now)
        note("quiz.export", f"quiz:{quiz_id}", f"{title} {FORMS[form]}")
    return act.done(url_for("console.task", task_id=task_id))
