"""Console pages that take questions into the bank, from Excel, Word or a pasted text, and give them out as Excel."""

import io

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, importing, tasks
from console.importing import Wizard
from console.models import TaskState
from console.pages import tasks as task_pages
from foundation.errors import Refused
from foundation.text import whole_number
from questions.authoring import files as of_questions
from quizzes.actions.importing import BRING, CHECK, TOLD
from quizzes.export import bank as files
from quizzes.export.bank import EXPORT
from quizzes.permissions import QUIZZES_WRITE
from wechat_bot.services import current_services

WIZARD = Wizard(
    "题库",
    check=CHECK,
    bring=BRING,
    page="quizzes_pages.bank_checked",
    did="quiz.bank.import",
    done="quizzes_pages.bank_checked",
)
PASTED = "粘贴的题目.txt"


@access.allow(QUIZZES_WRITE, upload=of_questions.LARGEST)
def bank_import() -> ResponseReturnValue:
    """Upload a file or paste a text, and start its check. Nothing is imported yet."""
    return act.form(_take, _page)


@access.allow(QUIZZES_WRITE)
def bank_template() -> ResponseReturnValue:
    """Send the workbook to fill in."""
    return access.download(io.BytesIO(files.template()), "题库模板.xlsx")


@access.allow(QUIZZES_WRITE)
def bank_checked(task_id: int) -> ResponseReturnValue:
    """Show what a file would do to the bank, or every fault by its place; once imported, the bank."""
    task = task_pages.find(task_id)
    if task.kind not in (CHECK, BRING):
        abort(404)
    result = task.result or {}
    if task.kind == BRING and task.state == TaskState.DONE:
        return act.done(url_for("quizzes_pages.bank"), result["said"])
    again = url_for("quizzes_pages.bank_import", pasted=task.id if task.params.get("name") == PASTED else None)
    values = {"task": task, "result": result, "again": again, "told": TOLD}
    return render_template("quizzes/console/bank_checked.html", **values, **task_pages.standing(task))


@access.allow(QUIZZES_WRITE)
def bank_confirm(task_id: int) -> ResponseReturnValue:
    """Start the import of a checked file."""
    return importing.confirm(WIZARD, task_pages.find(task_id))


@access.allow(QUIZZES_WRITE)
def bank_export() -> ResponseReturnValue:
    """Ask for the bank as a workbook that can be imported again."""
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, EXPORT, "导出题库", {}, owner_id=access.visitor().user_id, now=now)
        note("quiz.bank.export", f"task:{task_id}")
    return act.done(url_for("console.task", task_id=task_id))


def _take() -> ResponseReturnValue:
    if "pasted" in request.form:
        return importing.take_text(WIZARD, request.form["pasted"], PASTED)
    return importing.take(WIZARD)


def _page(error: Refused | None) -> str:
    text = request.form.get("pasted", "") or _pasted_before()
    return render_template("quizzes/console/bank_import.html", text=text, error=error)


def _pasted_before() -> str:
    """Return the text of a check that found faults, to go on with; empty where there is none any more."""
    task_id = whole_number(request.args.get("pasted", ""))
    task = task_pages.find(task_id) if task_id else None
    if task is None or task.kind != CHECK or task.params.get("name") != PASTED:
        return ""
    path = current_services().files_folder / str(task.params["file"])
    return path.read_text("utf-8") if path.is_file() else ""
