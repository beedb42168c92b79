"""Import wizard: upload a file, a worker checks it, the user confirms what was found.

A feature with an import declares a `Wizard`, three views and two kinds of long task:

    ROSTER = Wizard("名单", check=CHECK, bring=IMPORT, page="people_pages.preview", did="roster.import")

    def upload():              return act.form(partial(importing.take, ROSTER), _page)
    def preview(task_id):      task = importing.checked(ROSTER, tasks.find(task_id)) …
    def confirm(task_id):      return importing.confirm(ROSTER, tasks.find(task_id))

    def check_roster(work):    content = importing.content(work) … work.finish(…) or importing.refuse(work, mistakes)
    def import_roster(work):   content = importing.content(work) …

The pages are made with the macros of `console/importing.html`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from console import access, act, tasks
from console.models import Task, TaskState
from console.tasks import TaskFile
from console.work import Work
from foundation.database import one_at_a_time
from foundation.errors import Refused
from foundation.text import file_name
from wechat_bot import storage
from wechat_bot.services import current_services

CONFIRMING = 0x5EED_0002
NO_FILE = "请先选一个文件。"
#: State of a task that took nothing of its file.
NOT_TAKEN = "有错，未导入"
FILE_GONE = "上传的文件已经清理，请重新上传。"


@dataclass(frozen=True, slots=True)
class Wizard:
    """Import wizard: the noun of what is imported, its two kinds of task, the endpoint of the preview, and the audit
    log's word for confirming."""

    noun: str
    check: str
    bring: str
    page: str
    did: str
    #: Endpoint of the page that tells what was imported; that of all tasks where it is empty.
    done: str = ""


def uploaded() -> FileStorage:
    """The uploaded file of the form. Raises `Refused` where none was chosen."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Refused(NO_FILE)
    return given


def kept() -> tuple[Path, str]:
    """Save the uploaded file of the form; gives its path and its name. Raises `Refused` where none was chosen."""
    given = uploaded()
    path = tasks.new_file(current_services().files_folder, ".upload")
    part = path.with_name(f"{path.name}.part")
    given.save(part)
    storage.rename(part, path)
    return path, file_name(given.filename or "", "")


def take(wizard: Wizard, more: Mapping[str, Any] = MappingProxyType({})) -> ResponseReturnValue:
    """Save the uploaded file, start its check, and redirect to the preview. Nothing is imported yet. `more` is what the
    tasks are told besides."""
    return _check(wizard, *kept(), more)


def take_text(wizard: Wizard, text: str, name: str) -> ResponseReturnValue:
    """Start the check of a text that was pasted instead of a file; `name` is what it is called."""
    if not text.strip():
        raise Refused("请先把文字贴进来。")
    path = tasks.new_file(current_services().files_folder, ".upload")
    storage.write(path, text.encode())
    return _check(wizard, path, name, {})


def _check(wizard: Wizard, path: Path, name: str, more: Mapping[str, Any]) -> ResponseReturnValue:
    services = current_services()
    title, owner = f"检查{wizard.noun} {name}", access.visitor().user_id
    params = {"file": path.name, "name": name, **more}
    try:
        # No audit entry: a check changes nothing.
        with services.transaction() as session:
            now = services.clock()
            task_id = tasks.ask(session, wizard.check, title, params, owner_id=owner, page=wizard.page, now=now)
    except Refused:
        path.unlink(missing_ok=True)
        raise
    return redirect(url_for(wizard.page, task_id=task_id), 303)


def checked(wizard: Wizard, task: Task) -> Task:
    """The given task, if it is a check of this wizard; 404 for every other."""
    if task.kind != wizard.check:
        abort(404)
    return task


def confirm(wizard: Wizard, task: Task) -> ResponseReturnValue:
    """Start the import of a checked file; confirmed twice, it is still one import. Raises `Refused` for a check made
    before another import, which is out of date."""
    if task.kind != wizard.check or task.state != TaskState.DONE:
        raise Refused(f"这份{wizard.noun}还没有检查好，不能导入。")
    name, key = task.params["name"], f"{wizard.bring}:{task.id}"
    # What was looked at is what is imported: the check hands on how it read the file.
    params = {"file": task.params["file"], "name": name, **(task.result or {}).get("brings", {}), "check": task.id}
    with act.transaction() as (session, now, note):
        # Of two at the same time, the second sees the first.
        one_at_a_time(session, CONFIRMING)
        if later := tasks.asked_since(session, wizard.bring, task, but=key):
            raise Refused(f"这份{wizard.noun}检查以后，又有人{later}，检查结果已经不准。请重新上传检查，看过再导入。")
        title, owner = f"导入{wizard.noun} {name}", access.visitor().user_id
        import_id = tasks.ask(session, wizard.bring, title, params, owner_id=owner, page=wizard.done, now=now, key=key)
        note(wizard.did, f"task:{import_id}", name)
    return act.done(url_for(wizard.done or "console.task", task_id=import_id))


def ask_again(wizard: Wizard, session: Session, params: Mapping[str, Any], owner_id: int, *, now: datetime) -> int:
    """Ask for another check of a file that was uploaded; gives its id."""
    title = f"检查{wizard.noun} {params['name']}"
    return tasks.ask(session, wizard.check, title, dict(params), owner_id=owner_id, page=wizard.page, now=now)


def content(work: Work) -> bytes:
    """The content of a task's uploaded file. Raises `Refused` where it was deleted meanwhile."""
    path: Path = work.services.files_folder / work.params["file"]
    if not path.is_file():
        raise Refused(FILE_GONE)
    return path.read_bytes()


def refuse(
    work: Work,
    lines: Collection[str],
    count: int,
    result: Mapping[str, Any] | None = None,
    file: TaskFile | None = None,
) -> None:
    """End a check with its list of errors; `count` may be larger than the number of lines shown. `file` shows them."""
    told = {**(result or {}), "word": NOT_TAKEN, "errors": list(lines), "count": count}
    work.fail(f"共 {count} 处要改，什么都没有导入。", told, file)
