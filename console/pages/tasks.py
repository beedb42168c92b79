"""Long task pages: the list, the progress, and the resulting file."""

from collections.abc import Callable
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, failures, queries, tasks
from console.lists import looking
from console.lists.listing import Column, Listing
from console.models import Task, TaskState
from console.permissions import SIGNED_IN
from console.queries import OwnedTask
from console.rules.visitors import may_have
from foundation.clock import day_in
from wechat_bot.services import current_services

FILE_GONE = "这个文件已经不在了。需要的话，请再做一次。"


STATES = {
    TaskState.WAITING: ("排队中", ""),
    TaskState.RUNNING: ("处理中", "accent"),
    TaskState.DONE: ("完成", "good"),
    TaskState.FAILED: ("没有完成", "bad"),
}


def page_of(task: Task) -> str:
    """The address of a task's page."""
    return url_for(task.page or "console.task", task_id=task.id)


TASKS: Listing[OwnedTask] = Listing(
    name="console.tasks",
    title="任务",
    see=SIGNED_IN,
    columns=(
        Column("title", "任务", lambda line: line.task.title, href=lambda line: page_of(line.task)),
        Column("owner", "谁", lambda line: line.owner),
        Column("at", "时间", lambda line: line.task.created_at, style="text-nowrap"),
        Column(
            "state",
            "状态",
            lambda line: (line.task.result or {}).get("word") or STATES[TaskState(line.task.state)][0],
            colour=lambda line: STATES[TaskState(line.task.state)][1],
        ),
        Column("file", "", lambda line: None, is_for_file=False, style="text-end"),
    ),
    find=lambda asked, cursor, limit: queries.tasks(asked.session, asked.visitor, cursor=cursor, limit=limit),
    nothing=("还没有任务", "导入名单、导出数据时，进度和文件会列在这里，保留 7 天。"),
)


@access.allow(SIGNED_IN)
def task_list() -> ResponseReturnValue:
    """List of the visitor's tasks, newest first; an admin sees everybody's."""
    with current_services().reading() as session:
        shown, is_theirs = looking.look(TASKS, session), _may_have(session)
    return render_template("console/tasks.html", shown=shown, may_have=is_theirs)


@access.allow(SIGNED_IN)
def task(task_id: int) -> ResponseReturnValue:
    """One task with its progress."""
    found = find(task_id)
    with current_services().reading() as session:
        is_theirs = _may_have(session)(found)
    return render_template("console/task.html", task=found, may_have=is_theirs, **standing(found))


@access.allow(SIGNED_IN, polled=True)
def task_progress(task_id: int) -> ResponseReturnValue:
    """Only the progress, requested every two seconds; once the task has ended, the whole page is reloaded."""
    found = find(task_id)
    response = make_response(render_template("console/_progress.html", task=found, **standing(found)))
    if found.is_settled:
        response.headers["HX-Refresh"] = "true"
    return response


@access.allow(SIGNED_IN)
def task_file(task_id: int) -> ResponseReturnValue:
    """The file of a finished task, for its owner or an admin, if they may still see what is in it."""
    found = find(task_id)
    if found.file is None:
        abort(404)
    path = current_services().files_folder / found.file
    if not path.is_file():
        return failures.failed(404, FILE_GONE)
    with act.transaction() as (session, _, note):
        if not _may_have(session)(found):
            abort(403)
        about = " ".join(filter(None, (found.file_name, (found.result or {}).get("said"))))
        note("task.download", f"task:{task_id}", about)
    return access.download(path, found.file_name or path.name)


def _may_have(session: Session) -> Callable[[Task], bool]:
    """Whether the visitor may have a task's file by their current permissions."""
    services, me = current_services(), access.visitor()
    extensions = access.extensions()
    seen = extensions.part(session, me, day_in(services.clock(), services.zone))
    return lambda task: may_have(me, extensions.permissions, task.needs, task.part, seen)


def standing(task: Task) -> dict[str, Any]:
    """Values for the page of a task besides its row."""
    is_interrupted = tasks.is_interrupted(task, now=current_services().clock())
    return {"is_interrupted": is_interrupted, "most_attempts": tasks.ATTEMPTS}


def find(task_id: int) -> Task:
    """A task the visitor may see; 404 for every other, so that nobody learns which exist."""
    with current_services().reading() as session:
        found = queries.task(session, access.visitor(), task_id)
    if found is None:
        abort(404)
    return found
