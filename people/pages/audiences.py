"""Audiences: the list, one alone, and the builder with its live count. A specification only narrows."""

from collections.abc import Mapping
from typing import Any

import yaml
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit
from foundation.errors import Refused
from people import audiences, saved
from people.audiences import Look
from people.models import Audience
from people.pages.roster import today_of
from people.permissions import AUDIENCES_EDIT, PEOPLE_SEE
from people.picker import form, shape
from people.picker.form import Loader
from people.picker.shape import Condition, Group
from people.saved import Line
from wechat_bot.services import Services, current_services

SAVE, LOOK, WRITE = "save", "look", "write"


@access.allow(PEOPLE_SEE)
def audience_list() -> ResponseReturnValue:
    """The saved audiences, in words."""
    services, me = current_services(), access.visitor()
    with services.reading() as session:
        found = saved.listing(session)
        loader = Loader(session, form.offered(services.criteria))
        lines = [(line, _words(loader, line.spec), saved.may_change(me, line)) for line in found]
    return render_template("people/audiences.html", lines=lines)


@access.allow(PEOPLE_SEE)
def audience(audience_id: int) -> ResponseReturnValue:
    """One audience: in words, how many shops it means and some of them, and what it is used for."""
    services, me = current_services(), access.visitor()
    with services.reading() as session:
        line = _find(session, audience_id)
        words = _words(Loader(session, form.offered(services.criteria)), line.spec)
        look, error = _look(services, session, line.spec)
        kept = _kept(session, audience_id)
        users = saved.users(session, current_app.extensions["features"], "audience", line.name)
    return render_template(
        "people/audience.html",
        line=line,
        words=words,
        look=look,
        broken=error,
        users=users,
        may_change=saved.may_change(me, line),
        kept=kept,
    )


@access.allow(AUDIENCES_EDIT)
def new_audience() -> ResponseReturnValue:
    """Build a new audience."""
    return _build(None)


@access.allow(AUDIENCES_EDIT)
def edit_audience(audience_id: int) -> ResponseReturnValue:
    """Change an audience."""
    services = current_services()
    with services.reading() as session:
        line = _find(session, audience_id)
    if not saved.may_change(access.visitor(), line):
        abort(403)
    return _build(line)


@access.allow(AUDIENCES_EDIT)
def look_at_audience() -> ResponseReturnValue:
    """How many shops the conditions mean as they stand in the form, and some of them; for the page while it changes."""
    services = current_services()
    with services.reading() as session:
        look, error = _look_at_form(services, session)
    return render_template("people/_look.html", look=look, broken=error)


@access.allow(AUDIENCES_EDIT)
def delete_audience(audience_id: int) -> ResponseReturnValue:
    """Delete an audience that nothing uses."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        saved.mine(session, me, audience_id)
        _check_stamp(session, audience_id)
        name = saved.delete(session, me, audience_id, current_app.extensions["features"])
        about, now = f"audience:{audience_id}", services.clock()
        audit.note(session, me, "audience.delete", about, name, address=access.address(), now=now)
    flash(f"对象“{name}”已删除。", "success")
    return redirect(url_for("people_pages.audience_list"), 303)


def _build(line: Line | None) -> ResponseReturnValue:
    services, error = current_services(), None
    is_posted = request.method == "POST"
    wish = request.form.get("do", "") if is_posted else ""
    if wish == SAVE:
        try:
            return _save(line)
        except Refused as refusal:
            error = refusal
    text, look, broken = request.form.get("text", ""), None, ""
    offered = form.offered(services.criteria)
    with services.reading() as session:
        if is_posted:
            group = None if "text" in request.form else shape.edit(form.read(request.form, offered), wish)
        elif line is not None:
            group = shape.from_spec(line.spec)
            text = "" if group else yaml.safe_dump(line.spec, allow_unicode=True, sort_keys=False)
        else:
            group = Group("all", (Condition(),))
        if wish == LOOK or (line is not None and not is_posted):
            look, broken = (
                _look_at_form(services, session) if is_posted else _look(services, session, line and line.spec)
            )
        rows = Loader(session, offered).rows(group) if group else ()
        kept = _kept(session, line.id) if line else None
    page = render_template(
        "people/build.html",
        line=line,
        name=request.form.get("name", line.name if line else ""),
        group=group,
        rows=rows,
        text=text,
        modes=shape.MODES,
        criteria=offered.values(),
        look=look,
        broken=broken,
        error=error,
        is_posted=is_posted,
        kept=kept,
    )
    return page, access.status(error)


def _save(line: Line | None) -> ResponseReturnValue:
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        if line is not None:
            _check_stamp(session, line.id)
        now, spec = services.clock(), _spec_of_form(services)
        audience_id = saved.save(
            session,
            me,
            request.form.get("name", ""),
            spec,
            services.criteria,
            current_app.extensions["features"],
            now=now,
            today=today_of(services),
            audience_id=line.id if line else None,
        )
        mode, lines = _words(Loader(session, form.offered(services.criteria)), spec)
        name, said = request.form.get("name", ""), "；".join(filter(None, (mode, *lines)))
        about = f"audience:{audience_id}"
        audit.note(session, me, "audience.save", about, f"{name}：{said}", address=access.address(), now=now)
    flash(f"对象“{name}”已保存。", "success")
    return redirect(url_for("people_pages.audience", audience_id=audience_id), 303)


def _spec_of_form(services: Services) -> Mapping[str, Any]:
    if "text" in request.form:
        return audiences.read(request.form["text"]) or {}
    offered = form.offered(services.criteria)
    return shape.to_spec(form.read(request.form, offered), offered)


def _look_at_form(services: Services, session: Session) -> tuple[Look | None, str]:
    try:
        spec = _spec_of_form(services)
    except Refused as refusal:
        return None, refusal.sentence
    return _look(services, session, spec)


def _look(services: Services, session: Session, spec: Any) -> tuple[Look | None, str]:
    now, today, me = services.clock(), today_of(services), access.visitor()
    try:
        return audiences.look(session, me, spec, services.criteria, now=now, today=today), ""
    except Refused as refusal:
        return None, refusal.sentence


def _words(loader: Loader, spec: Any) -> tuple[str, list[str]]:
    group = shape.from_spec(spec)
    if group is None:
        return "", [yaml.safe_dump(spec, allow_unicode=True, sort_keys=False, default_flow_style=True).strip()]
    return shape.MODES[group.mode] if len(group.items) > 1 or group.mode == "none" else "", loader.lines(group)


def _kept(session: Session, audience_id: int) -> dict[str, str]:
    """An audience in words; nothing where there is none."""
    line, services = saved.one(session, audience_id), current_services()
    if line is None:
        return {}
    mode, lines = _words(Loader(session, form.offered(services.criteria)), line.spec)
    at = line.changed_at.astimezone(services.zone)
    return {"名称": line.name, "条件": "\n".join(filter(None, (mode, *lines))), "最近修改": f"{at:%Y-%m-%d %H:%M:%S}"}


def _check_stamp(session: Session, audience_id: int) -> None:
    row = select(Audience.id).where(Audience.id == audience_id)
    access.check_stamp(session, row, lambda session: _kept(session, audience_id), about=f"audience:{audience_id}")


def _find(session: Session, audience_id: int) -> Line:
    line = saved.one(session, audience_id)
    if line is None:
        abort(404)
    return line
