"""Console pages of canned answers: the shared ones, and a customer manager's own."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.stamps import Kept
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from visits.actions import canned as actions
from visits.models.answers import Canned
from visits.permissions import VISITS_ANSWER, VISITS_EXPORT, VISITS_SETTINGS
from visits.queries import editable, thread
from visits.rules import canned as rules
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[Canned]:
    manager_id = asked.visitor.manager_id
    return thread.canned_page(asked.session, manager_id, search=asked.search, cursor=cursor, limit=limit)


CANNED: Listing[Canned] = Listing(
    name="visits.canned",
    title="常用语",
    see=VISITS_ANSWER,
    search="标题或内容",
    columns=(
        Column("title", "标题", lambda line: line.title, style="text-nowrap", width=24),
        Column("content", "内容", lambda line: line.content, style="words", width=60),
        Column("whose", "给谁用", lambda line: "自己" if line.manager_id else "大家", style="text-nowrap"),
        Column("edit", "", lambda line: None, is_for_file=False, style="text-end"),
    ),
    find=_find,
    nothing=("还没有常用语", "把常说的话存成常用语，答复时点一下就填好；可以用变量，如 {店名}、{截止}。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_ANSWER)
def canned() -> ResponseReturnValue:
    """List the canned answers the visitor can use."""
    with current_services().reading() as session:
        shown = looking.look(CANNED, session)
    return render_template("visits/console/canned.html", shown=shown, may_shared=_may_shared(), has_own=_has_own())


@access.allow(VISITS_ANSWER)
def edit(canned_id: int | None = None) -> ResponseReturnValue:
    """Write a canned answer, or change one."""
    return act.form(partial(_save, canned_id), partial(_page, canned_id))


@access.allow(VISITS_ANSWER)
def drop(canned_id: int) -> ResponseReturnValue:
    """Delete a canned answer."""
    with act.transaction(over=editable.canned(canned_id, access.visitor())) as (session, _, note):
        gone = actions.drop(session, canned_id, by=access.visitor())
        note("visit.canned", detail=f"删除 {gone['title']}")
    # Taken back, it is written anew: whoever has used it has its words in their answer.
    back = url_for("visits_pages.canned_new"), gone
    return act.done(url_for("visits_pages.canned"), f"常用语“{gone['title']}”已删除。", undo=back)


def _save(canned_id: int | None) -> ResponseReturnValue:
    form, me = request.form, access.visitor()
    title, content = form.get("title", ""), form.get("content", "")
    is_shared = form.get("for", "all" if _may_shared() else "me") == "all"
    with act.transaction(over=None if canned_id is None else editable.canned(canned_id, me)) as (session, _, note):
        saved = actions.save(session, canned_id, title, content, is_shared=is_shared, by=me)
        note("visit.canned", f"visit-canned:{saved}", title)
    return act.done(url_for("visits_pages.canned"), "已保存。")


def _page(canned_id: int | None, error: Refused | None) -> str:
    may_shared, given = _may_shared(), request.form.to_dict()
    kept: Kept = {}
    if canned_id is not None:
        with current_services().reading() as session:
            found = actions.find(session, canned_id, by=access.visitor())
        kept = editable.canned_words(found)
        whose = "all" if found.manager_id is None else "me"
        given = given or {"title": found.title, "content": found.content, "for": whose}
    return render_template(
        "visits/console/canned_edit.html",
        given={"title": "", "content": "", "for": "all" if may_shared else "me"} | given,
        kept=kept,
        canned_id=canned_id,
        may_shared=may_shared,
        has_own=_has_own(),
        known=rules.VARIABLES,
        error=error,
    )


def _may_shared() -> bool:
    return access.visitor().may(VISITS_SETTINGS)


def _has_own() -> bool:
    return access.visitor().manager_id is not None
