"""Long work: what was asked for, how far it is, and the file in the end."""

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import audit, door, queries
from console.models import Task
from console.rules import Permission
from wechat_bot.services import current_services


@door.allow(Permission.SIGNED_IN)
def task_list() -> ResponseReturnValue:
    """My tasks, the newest first; an admin sees everybody's."""
    before = request.args.get("before", type=int)
    with current_services().reading() as session:
        found = queries.tasks(session, door.visitor(), before=before)
    lines = found[: queries.PAGE]
    older = lines[-1][0].id if len(found) > queries.PAGE else None
    return render_template("console/tasks.html", tasks=lines, page_of=page_of, is_first=before is None, older=older)


@door.allow(Permission.SIGNED_IN)
def task(task_id: int) -> ResponseReturnValue:
    """One task with its progress."""
    return render_template("console/task.html", task=find(task_id))


@door.allow(Permission.SIGNED_IN, polled=True)
def task_progress(task_id: int) -> ResponseReturnValue:
    """The progress alone, asked for every two seconds; once it is settled the page is loaded anew."""
    found = find(task_id)
    response = make_response(render_template("console/_progress.html", task=found))
    if found.is_settled:
        response.headers["HX-Refresh"] = "true"
    return response


@door.allow(Permission.SIGNED_IN)
def task_file(task_id: int) -> ResponseReturnValue:
    """The file of a task that is done, to whoever asked for it, or an admin."""
    services, me = current_services(), door.visitor()
    found = find(task_id)
    path = services.files_folder / found.file if found.file else None
    if path is None or not path.is_file():
        abort(404)
    with services.transaction() as session:
        about = " ".join(filter(None, (found.file_name, (found.result or {}).get("said"))))
        audit.note(session, me, "task.download", f"task:{task_id}", about, address=door.address(), now=services.clock())
    return door.download(path, found.file_name or path.name)


def find(task_id: int) -> Task:
    """A task the visitor may see; 404 for every other, so that nobody learns which there are."""
    with current_services().reading() as session:
        found = queries.task(session, door.visitor(), task_id)
    if found is None:
        abort(404)
    return found


def page_of(task: Task) -> str:
    """Where a task is shown."""
    return url_for(task.page or "console.task", task_id=task.id)
