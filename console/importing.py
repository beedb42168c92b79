"""Import wizard in three steps: a file is taken, a worker checks it, and what was found is confirmed once.

Whoever brings in files of their own says what they are, and has three views and two kinds of long work:

    ROSTER = Wizard("名单", check=CHECK, bring=IMPORT, page="people_pages.preview", did="roster.import")

    def upload():              return act.form(partial(importing.take, ROSTER), _page)
    def preview(task_id):      task = importing.checked(ROSTER, tasks.find(task_id)) …
    def confirm(task_id):      return importing.confirm(ROSTER, tasks.find(task_id))

    def check_roster(work):    content = importing.content(work) … work.finish(…) or importing.refuse(work, mistakes)
    def import_roster(work):   content = importing.content(work) …

The pages are made with the macros of `console/importing.html`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from console import access, act, tasks
from console.models import Task, TaskState
from console.work import Work
from foundation.database import one_at_a_time
from foundation.errors import Refused
from foundation.text import file_name
from wechat_bot import shelf
from wechat_bot.services import current_services

CONFIRMING = 0x5EED_0002
NO_FILE = "请先选一个文件。"
FILE_GONE = "上传的文件已经清理，请重新上传。"


@dataclass(frozen=True, slots=True)
class Wizard:
    """What is brought in from a file: its noun, its two kinds of work, where what was found is looked at, and the word
    of the audit log under which it is confirmed."""

    noun: str
    check: str
    bring: str
    page: str
    did: str


def uploaded() -> FileStorage:
    """The file of the form. Raises `Refused` where none was chosen."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Refused(NO_FILE)
    return given


def take(wizard: Wizard) -> ResponseReturnValue:
    """Keep the file of the form, ask for it to be checked, and go where that is shown. Nothing is changed yet."""
    services, given = current_services(), uploaded()
    name = file_name(given.filename or "", "")
    path = tasks.new_file(services.files_folder, ".upload")
    part = path.with_name(f"{path.name}.part")
    given.save(part)
    shelf.put(part, path)
    title, params, owner = f"检查{wizard.noun} {name}", {"file": path.name, "name": name}, access.visitor().user_id
    try:
        # Not written down: what was only looked at changes nothing.
        with services.transaction() as session:
            now = services.clock()
            task_id = tasks.ask(session, wizard.check, title, params, owner_id=owner, page=wizard.page, now=now)
    except Refused:
        path.unlink(missing_ok=True)
        raise
    return redirect(url_for(wizard.page, task_id=task_id), 303)


def checked(wizard: Wizard, task: Task) -> Task:
    """A task that checks a file of this wizard; 404 for every other."""
    if task.kind != wizard.check:
        abort(404)
    return task


def confirm(wizard: Wizard, task: Task) -> ResponseReturnValue:
    """Ask for what was checked to be brought in; pressed twice, it is still one import. What was checked before another
    import says no more what would change."""
    if task.kind != wizard.check or task.state != TaskState.DONE:
        raise Refused(f"这份{wizard.noun}还没有检查好，不能导入。")
    name, key = task.params["name"], f"{wizard.bring}:{task.id}"
    params = {"file": task.params["file"], "name": name}
    with act.transaction() as (session, now, note):
        # Of two at the same moment the second sees the first.
        one_at_a_time(session, CONFIRMING)
        if later := tasks.asked_since(session, wizard.bring, task.id, but=key):
            raise Refused(f"这份{wizard.noun}检查以后，又有人{later}，检查结果已经不准。请重新上传检查，看过再导入。")
        title, owner = f"导入{wizard.noun} {name}", access.visitor().user_id
        import_id = tasks.ask(session, wizard.bring, title, params, owner_id=owner, now=now, key=key)
        note(wizard.did, f"task:{import_id}", name)
    return act.done(url_for("console.task", task_id=import_id))


def content(work: Work) -> bytes:
    """The uploaded file of a task. Raises `Refused` where it was cleared away meanwhile."""
    path: Path = work.services.files_folder / work.params["file"]
    if not path.is_file():
        raise Refused(FILE_GONE)
    return path.read_bytes()


def refuse(work: Work, lines: Collection[str], count: int) -> None:
    """End a check with what is wrong, cell by cell; `count` may be more than the lines that are told."""
    work.fail(f"共 {count} 处要改，什么都没有导入。", {"errors": list(lines), "count": count})
