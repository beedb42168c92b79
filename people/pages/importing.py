"""The import in three steps: upload, look at what would happen, confirm. A worker does the reading and writing."""

import io

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, audit, tasks
from console.models import TaskState
from console.pages import tasks as task_pages
from foundation.database import one_at_a_time
from foundation.errors import Refused
from foundation.text import file_name
from people.permissions import PEOPLE_IMPORT
from people.roster import checking, template
from people.roster.kinds import CHECK, IMPORT
from wechat_bot import shelf
from wechat_bot.services import current_services

PAGE = "people_pages.preview"
CONFIRMING = 0x5EED_0002


@access.allow(PEOPLE_IMPORT, upload=checking.LIMITS.file)
def upload() -> ResponseReturnValue:
    """Take a file, and ask for it to be checked. Nothing is changed yet."""
    if request.method != "POST":
        return render_template("people/import.html")
    services, me = current_services(), access.visitor()
    given = request.files.get("file")
    if given is None or not given.filename:
        return render_template("people/import.html", error="请先选一个文件。"), 422
    name = file_name(given.filename, "")
    path = tasks.new_file(services.files_folder, ".roster")
    part = path.with_name(f"{path.name}.part")
    given.save(part)
    shelf.put(part, path)
    try:
        with services.transaction() as session:
            task_id = tasks.ask(
                session,
                CHECK,
                f"检查名单 {name}",
                {"file": path.name, "name": name},
                owner_id=me.user_id,
                page=PAGE,
                now=services.clock(),
            )
    except Refused as refusal:
        path.unlink(missing_ok=True)
        return render_template("people/import.html", error=refusal.sentence), 422
    return redirect(url_for(PAGE, task_id=task_id), 303)


@access.allow(PEOPLE_IMPORT)
def template_file() -> ResponseReturnValue:
    """The empty table to fill in."""
    target = io.BytesIO()
    template.write(target)
    target.seek(0)
    return access.download(target, "零售户名单模板.xlsx")


@access.allow(PEOPLE_IMPORT)
def preview(task_id: int) -> ResponseReturnValue:
    """What would happen, or what is wrong in which cell."""
    task = task_pages.find(task_id)
    if task.kind != CHECK:
        abort(404)
    return render_template("people/preview.html", task=task, result=task.result or {}, **task_pages.standing(task))


@access.allow(PEOPLE_IMPORT)
def confirm(task_id: int) -> ResponseReturnValue:
    """Bring in what was checked; pressed twice, it is still one import. What was checked before another import says no
    more what would change."""
    services, me = current_services(), access.visitor()
    checked = task_pages.find(task_id)
    if checked.kind != CHECK or checked.state != TaskState.DONE:
        raise Refused("这份名单还没有检查好，不能导入。")
    params = {"file": checked.params["file"], "name": checked.params["name"]}
    with services.transaction() as session:
        # Of two at the same moment the second sees the first.
        one_at_a_time(session, CONFIRMING)
        now, key = services.clock(), f"{IMPORT}:{task_id}"
        if later := tasks.asked_since(session, IMPORT, task_id, but=key):
            raise Refused(f"这份名单检查以后，又有人{later}，检查结果已经不准。请重新上传检查，看过再导入。")
        import_id = tasks.ask(
            session,
            IMPORT,
            f"导入名单 {params['name']}",
            params,
            owner_id=me.user_id,
            now=now,
            key=key,
        )
        about = f"task:{import_id}"
        audit.note(session, me, "roster.import", about, params["name"], address=access.address(), now=now)
    return redirect(url_for("console.task", task_id=import_id), 303)
