"""Console pages of Word documents: uploaded, read by a worker, looked at, and put into an article."""

from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blocks import rendering
from broadcasts.actions import articles, documents
from broadcasts.pages import article as pages
from broadcasts.permissions import LIBRARY_WRITE
from broadcasts.rules import article as drafts
from console import access, act, importing, tasks
from console.models import Task, TaskState
from console.pages import tasks as task_pages
from foundation.errors import Refused
from wechat_bot.services import current_services


def begin(column_id: int) -> ResponseReturnValue:
    """Ask for a new article in a column, read from the uploaded document."""
    return _ask(documents.READ, {"column": column_id}, "")


def take(article_id: int) -> ResponseReturnValue:
    """Ask for the uploaded document to be read, so that it can be put into an article."""
    return _ask(documents.OFFER, {"article": article_id}, f"article:{article_id}")


@access.allow(LIBRARY_WRITE)
def document(task_id: int) -> ResponseReturnValue:
    """Show how far a document is read, then what was found in it; one that became an article leads there."""
    task, offered = _find(task_id), _offered
    if task.kind == documents.READ and task.state == TaskState.DONE:
        told = task.result or {}
        said = "\n".join([told.get("said", ""), *told.get("notes", ())])
        there = url_for("broadcasts_pages.edit_article", article_id=told["article"])
        return act.done(there, said, "warning" if told.get("notes") else "success")
    with current_services().reading() as session:
        found = pages.find(session, task.params["article"]) if "article" in task.params else None
    read = drafts.read(offered(task)).article
    return render_template(
        "broadcasts/console/document.html",
        task=task,
        article=found,
        notes=(task.result or {}).get("notes", ()),
        count=len(read.blocks),
        text=rendering.chat(read.title or drafts.UNTITLED, read.blocks, most=1 << 20),
        **task_pages.standing(task),
    )


@access.allow(LIBRARY_WRITE)
def take_document(task_id: int) -> ResponseReturnValue:
    """Put what was read behind the blocks of the article."""
    task = _find(task_id)
    if task.kind != documents.OFFER or task.state != TaskState.DONE:
        raise Refused("这份文件还没有读好。")
    article_id, offered, who = task.params["article"], _offered(task), access.visitor().name
    with act.transaction() as (session, now, note):
        found = pages.find(session, article_id)
        more = {"blocks": [*found.draft.get("blocks", ()), *offered.get("blocks", ())]}
        title = {"title": found.draft.get("title") or offered.get("title", "")}
        written = {**found.draft, **more, **title}
        articles.save(session, article_id, written, stamp=request.form.get("stamp", ""), who=who, now=now)
        note("article.edit", f"article:{article_id}", task.params["name"])
    said = f"加了 {len(offered.get('blocks', ()))} 块，请看一遍。"
    return act.done(url_for("broadcasts_pages.edit_article", article_id=article_id), said)


def _ask(kind: str, params: Mapping[str, Any], about: str) -> ResponseReturnValue:
    path, name = importing.kept()
    given, owner = {**params, "file": path.name, "name": name}, access.visitor().user_id
    title, page = f"读 Word 文件 {name}", "broadcasts_pages.document"
    try:
        with act.transaction() as (session, now, note):
            task_id = tasks.ask(session, kind, title, given, owner_id=owner, page=page, now=now)
            note("article.document", about or f"task:{task_id}", name)
    except Refused:
        path.unlink(missing_ok=True)
        raise
    return redirect(url_for(page, task_id=task_id), 303)


def _find(task_id: int) -> Task:
    task = task_pages.find(task_id)
    if task.kind not in (documents.READ, documents.OFFER):
        abort(404)
    return task


def _offered(task: Task) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (task.result or {}).get("draft") or {}
    return found
