"""Answers kept ready, in the console: everybody's, and a customer manager's own."""

from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit
from foundation.errors import Refused
from visits.actions import canned as actions
from visits.models import Canned
from visits.permissions import VISITS_ANSWER, VISITS_SETTINGS
from visits.queries import editable, thread
from visits.rules import canned as rules
from wechat_bot.services import current_services


@access.allow(VISITS_ANSWER)
def listing() -> ResponseReturnValue:
    """All that I can use."""
    with current_services().reading() as session:
        lines = thread.canned(session, access.visitor().manager_id)
    return render_template(
        "visits/console/canned.html", lines=lines, may_shared=_may_shared(), has_own=_has_own(), known=rules.VARIABLES
    )


@access.allow(VISITS_ANSWER)
def edit(canned_id: int | None = None) -> ResponseReturnValue:
    """Write one, or change it."""
    services, me = current_services(), access.visitor()
    error: Refused | None = None
    given = {"title": request.form.get("title", ""), "content": request.form.get("content", "")}
    is_shared = request.form.get("for", "all" if _may_shared() else "me") == "all"
    if request.method == "POST":
        try:
            with services.transaction() as session:
                now = services.clock()
                if canned_id is not None:
                    _check_stamp(session, canned_id)
                saved = actions.save(
                    session,
                    canned_id,
                    **given,
                    manager_id=me.manager_id,
                    may_shared=_may_shared(),
                    is_shared=is_shared,
                )
                about = f"visit-canned:{saved}"
                audit.note(session, me, "visit.canned", about, given["title"], address=access.address(), now=now)
        except Refused as refusal:
            error = refusal
        else:
            flash("已保存。", "success")
            return redirect(url_for("visits_pages.canned"), 303)
    elif canned_id is not None:
        with services.reading() as session:
            found = actions.find(session, canned_id, manager_id=me.manager_id, may_shared=_may_shared())
            given, is_shared = {"title": found.title, "content": found.content}, found.manager_id is None
    with services.reading() as session:
        kept = editable.canned(session, canned_id)
    page = render_template(
        "visits/console/canned_edit.html",
        given=given,
        kept=kept,
        canned_id=canned_id,
        is_shared=is_shared,
        may_shared=_may_shared(),
        has_own=_has_own(),
        known=rules.VARIABLES,
        error=error,
    )
    return page, access.status(error)


@access.allow(VISITS_ANSWER)
def drop(canned_id: int) -> ResponseReturnValue:
    """Forget one."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        now = services.clock()
        _check_stamp(session, canned_id)
        title = actions.drop(session, canned_id, manager_id=me.manager_id, may_shared=_may_shared())
        about = f"visit-canned:{canned_id}"
        audit.note(session, me, "visit.canned", about, f"删除 {title}", address=access.address(), now=now)
    flash("已删除。", "success")
    return redirect(url_for("visits_pages.canned"), 303)


def _check_stamp(session: Session, canned_id: int) -> None:
    me = access.visitor()
    # Whose it is first: what is kept is not everybody's to see.
    actions.find(session, canned_id, manager_id=me.manager_id, may_shared=_may_shared())
    row = select(Canned.id).where(Canned.id == canned_id)
    about = f"visit-canned:{canned_id}"
    access.check_stamp(session, row, partial(editable.canned, canned_id=canned_id), about=about)


def _may_shared() -> bool:
    return access.visitor().may(VISITS_SETTINGS)


def _has_own() -> bool:
    return access.visitor().manager_id is not None
