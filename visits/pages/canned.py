"""Console pages of canned answers: the shared ones, and a customer manager's own."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from console.stamps import Kept
from foundation.errors import Refused
from visits.actions import canned as actions
from visits.permissions import VISITS_ANSWER, VISITS_SETTINGS
from visits.queries import editable, thread
from visits.rules import canned as rules
from wechat_bot.services import current_services


@access.allow(VISITS_ANSWER)
def listing() -> ResponseReturnValue:
    """List the canned answers the visitor can use."""
    with current_services().reading() as session:
        lines = thread.canned(session, access.visitor().manager_id)
    return render_template(
        "visits/console/canned.html", lines=lines, may_shared=_may_shared(), has_own=_has_own(), known=rules.VARIABLES
    )


@access.allow(VISITS_ANSWER)
def edit(canned_id: int | None = None) -> ResponseReturnValue:
    """Write a canned answer, or change one."""
    return act.form(partial(_save, canned_id), partial(_page, canned_id))


@access.allow(VISITS_ANSWER)
def drop(canned_id: int) -> ResponseReturnValue:
    """Delete a canned answer."""
    with act.transaction(over=editable.canned(canned_id, access.visitor())) as (session, _, note):
        title = actions.drop(session, canned_id, by=access.visitor())
        note("visit.canned", detail=f"删除 {title}")
    return act.done(url_for("visits_pages.canned"), "已删除。")


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
