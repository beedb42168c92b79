"""Roster import pages: upload, preview, what headings and names mean, confirm. A worker reads and writes the file."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, importing
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.models import Task, TaskState
from console.pages import tasks as task_pages
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people.permissions import PEOPLE_IMPORT
from people.roster import changes, checking, headings, memory, template
from people.roster.changes import ChangeLine
from people.roster.kinds import BRINGING, CHECK, IMPORT, ROSTER
from people.shops import filtering
from wechat_bot.services import current_services

#: Answers to whether a name is one we know, and the words for kinds of names.
SAME, NEW = "same", "new"
NOUNS = {"areas": headings.AREA, "classes": headings.CLASS, "managers": headings.MANAGER}
COLOURS = {"new": "good", "changed": "accent", "unchanged": "", "wrong": "bad"}


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ChangeLine]:
    task = task_pages.find(int(asked.of["task_id"]))
    kept = (task.result or {}).get("kept", "")
    if task.kind != CHECK or not kept:
        return Page(())
    path = asked.services.files_folder / kept
    return changes.page(path, asked.given.get("kind", ""), asked.search, cursor, limit)


CHANGES: Listing[ChangeLine] = Listing(
    name="people.changes",
    title="逐家看",
    see=PEOPLE_IMPORT,
    unit="家",
    search="许可证号或店名",
    keeps=("kind",),
    columns=(
        Column("licence", headings.LICENCE, lambda line: line.licence, style="text-nowrap"),
        Column("shop", headings.SHOP, lambda line: line.shop),
        Column(
            "kind",
            "会怎样",
            lambda line: changes.KINDS[changes.MOVED if line.is_moved else line.kind],
            colour=lambda line: COLOURS[line.kind],
            style="text-nowrap",
        ),
        Column("fields", "原来 → 导入后", lambda line: None, is_for_file=False),
    ),
    find=_find,
    nothing=("这一类没有", "换一类再看。"),
    nothing_left=("没有符合的店", "换几个字，或清除筛选再看。"),
)


@access.allow(PEOPLE_IMPORT, upload=checking.LIMITS.file)
def upload() -> ResponseReturnValue:
    """Upload a file and start its check. Nothing is imported yet."""
    return act.form(partial(importing.take, ROSTER), _page)


@access.allow(PEOPLE_IMPORT)
def template_file() -> ResponseReturnValue:
    """Download of the empty roster template."""
    target = io.BytesIO()
    template.write(target)
    target.seek(0)
    return access.download(target, "零售户名单模板.xlsx")


@access.allow(PEOPLE_IMPORT)
def preview(task_id: int) -> ResponseReturnValue:
    """Preview of the import with every change, or the errors by cell, or the columns to be named."""
    return _preview(_check(task_id), None)


@access.allow(PEOPLE_IMPORT)
def name_columns(task_id: int) -> ResponseReturnValue:
    """Say which of the file's columns are which of ours; it is remembered, and the file is checked again."""
    task = _check(task_id)
    return act.form(partial(_name_columns, task), partial(_preview, task))


@access.allow(PEOPLE_IMPORT)
def settle_twins(task_id: int) -> ResponseReturnValue:
    """Say of names that are near to ones we know whether they are these; the file is checked again."""
    task = _check(task_id)
    return act.form(partial(_settle_twins, task), partial(_preview, task))


@access.allow(PEOPLE_IMPORT)
def confirm(task_id: int) -> ResponseReturnValue:
    """Start the import of a checked file."""
    task = task_pages.find(task_id)
    if task.kind == CHECK and (open_ones := len((task.result or {}).get("twins", ()))):
        raise Refused(f"还有 {open_ones} 个名称要您先说明，是原来的，还是新的。")
    return importing.confirm(ROSTER, task)


@access.allow(PEOPLE_IMPORT)
def brought(task_id: int) -> ResponseReturnValue:
    """What an import did, with its shops one press away; or why it did nothing."""
    task = task_pages.find(task_id)
    if task.kind not in (IMPORT, BRINGING):
        abort(404)
    result = task.result or {}
    number = filtering.number_of(datetime.fromisoformat(result["at"])) if "at" in result else None
    return render_template("people/brought.html", task=task, result=result, number=number, **task_pages.standing(task))


def _check(task_id: int) -> Task:
    return importing.checked(ROSTER, task_pages.find(task_id))


def _preview(task: Task, error: Refused | None) -> str:
    result = task.result or {}
    with current_services().reading() as session:
        shown = looking.look(CHANGES, session, endpoint="people_pages.preview") if result.get("kept") else None
    return render_template(
        "people/preview.html",
        task=task,
        result=result,
        shown=shown,
        twins=_twins(result),
        nouns=NOUNS,
        fields=headings.FIELDS,
        optional=headings.OPTIONAL,
        error=error,
        **task_pages.standing(task),
    )


def _twins(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The names to be settled, and behind them those of which it was said before that they are others of ours."""
    before = result.get("brings", {}).get("means", {})
    settled = [
        {"kind": kind, "said": said, "like": like, "shown": said, "like_shown": like, "rows": 0, "answer": SAME}
        for kind in NOUNS
        for said, like in before.get(kind, {}).items()
        if like
    ]
    return [*({**twin, "answer": ""} for twin in result.get("twins", ())), *settled]


def _name_columns(task: Task) -> ResponseReturnValue:
    found: Sequence[Mapping[str, Any]] = (task.result or {}).get("headings", ())
    columns = headings.chosen(found, [request.form.get(f"column-{at}", "") for at in range(len(found))])
    with act.transaction() as (session, now, note):
        memory.remember(session, "columns", columns, now=now)
        means = {**asdict(memory.recall(session)), "columns": columns}
        again = _ask_again(session, task, means, now)
        note("roster.words", f"task:{again}", "、".join(f"{said}→{field or '不读'}" for said, field in columns.items()))
    return redirect(url_for("people_pages.preview", task_id=again), 303)


def _settle_twins(task: Task) -> ResponseReturnValue:
    result = task.result or {}
    twins = _twins(result)
    answers = [request.form.get(f"twin-{at}", "") for at in range(len(twins))]
    if not twins or task.state != TaskState.DONE or any(answer not in (SAME, NEW) for answer in answers):
        raise Refused("每一个都要说明：就是它，还是确实是新的。")
    means = {kind: dict(words) for kind, words in result["brings"]["means"].items()}
    with act.transaction() as (session, now, note):
        for twin, answer in zip(twins, answers, strict=True):
            kind, said = twin["kind"], twin["said"]
            means[kind][said] = twin["like"] if answer == SAME else ""
            if kind in memory.KINDS and answer == SAME:
                memory.remember(session, kind, {said: twin["like"]}, now=now)
            elif kind in memory.KINDS:
                memory.forget(session, kind, said)
        again = _ask_again(session, task, means, now)
        told = [
            f"{twin['shown']}→{twin['like_shown']}" if answer == SAME else f"{twin['shown']}是新的"
            for twin, answer in zip(twins, answers, strict=True)
        ]
        note("roster.words", f"task:{again}", "、".join(told))
    return redirect(url_for("people_pages.preview", task_id=again), 303)


def _ask_again(session: Session, task: Task, means: Mapping[str, Any], now: datetime) -> int:
    params = {"file": task.params.get("file"), "name": task.params.get("name", ""), "means": means}
    if not params["file"]:
        raise Refused(importing.FILE_GONE)
    return importing.ask_again(ROSTER, session, params, access.visitor().user_id, now=now)


def _page(error: Refused | None) -> str:
    return render_template("people/import.html", error=error)
