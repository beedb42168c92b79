"""Console pages of own rows: the table of a service notice, uploaded, checked, looked at and taken."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import own_rows as actions
from broadcasts.permissions import PUSHES_SEE, PUSHES_WRITE
from broadcasts.queries import own_rows, pushes
from broadcasts.rules.own_rows import LIMITS
from broadcasts.rules.states import OPEN
from console import access, act, importing
from console.importing import Wizard
from console.models import Task, TaskState
from console.pages import tasks as task_pages
from foundation.errors import Refused
from wechat_bot.services import current_services

ROWS = Wizard(
    "各店表格",
    check=actions.CHECK,
    bring=actions.BRING,
    page="broadcasts_pages.own_rows_check",
    did="push.rows",
    done="broadcasts_pages.own_rows_check",
)
#: Rows that an author looks at.
SHOWN = 5


@access.allow(PUSHES_WRITE, upload=LIMITS.file)
def own_rows_of(push_id: int) -> ResponseReturnValue:
    """The table of a push: what it has now, and the form that takes another."""
    return act.form(partial(importing.take, ROWS, {"push": push_id}), partial(_page, push_id))


@access.allow(PUSHES_SEE)
def own_rows_check(task_id: int) -> ResponseReturnValue:
    """What was found in an uploaded table, or every fault by its cell; once it is taken, the push."""
    task = task_pages.find(task_id)
    if task.kind not in (ROWS.check, ROWS.bring):
        abort(404)
    if task.kind == ROWS.bring and task.state == TaskState.DONE:
        there = url_for("broadcasts_pages.push", push_id=task.params["push"])
        return act.done(there, f"各店表格已导入，{(task.result or {})['rows']} 家。")
    return render_template("broadcasts/console/own_rows_check.html", task=task, **_shown(task))


@access.allow(PUSHES_WRITE)
def take_own_rows(task_id: int) -> ResponseReturnValue:
    """Take a checked table: it is the push's audience, and needs a new approval."""
    return importing.confirm(ROWS, task_pages.find(task_id))


def _page(push_id: int, error: Refused | None) -> str:
    services = current_services()
    with services.reading() as session:
        found = pushes.detail(session, push_id)
        if found is None:
            abort(404)
        table = own_rows.table(session, push_id)
        first = own_rows.first(session, table.id, SHOWN) if table else ()
    return render_template(
        "broadcasts/console/own_rows.html",
        push=found,
        table=table,
        first=first,
        is_open=found.line.state in OPEN,
        error=error,
    )


def _shown(task: Task) -> Mapping[str, Any]:
    with current_services().reading() as session:
        found = pushes.detail(session, task.params["push"])
    return {"push": found, "result": task.result or {}, **task_pages.standing(task)}
