"""Audience pages: the list, the details, and the builder with its live preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml
from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.stamps import Editable, Kept
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people import audiences, saved
from people.audiences import Look
from people.models import Audience
from people.pages.roster import today_of
from people.permissions import AUDIENCES_EDIT, PEOPLE_EXPORT, PEOPLE_SEE
from people.picker import form, shape
from people.picker.form import Loader
from people.picker.shape import FilledCriterion, Group
from people.saved import AudienceLine
from wechat_bot.services import Services, current_services

SAVE, LOOK = "save", "look"


@dataclass(frozen=True, slots=True)
class AudienceInWords:
    """Saved audience with its specification in words: how many of the conditions must hold, and the conditions."""

    line: AudienceLine
    mode: str
    words: Sequence[str]

    @property
    def conditions(self) -> str:
        words = "；".join(self.words)
        return f"{self.mode}：{words}" if self.mode else words


def _find_some(asked: Asked, cursor: Cursor, limit: int) -> Page[AudienceInWords]:
    page = saved.page(asked.session, search=asked.search, cursor=cursor, limit=limit)
    loader = Loader(asked.session, form.offered(asked.services.criteria))
    return page.of(AudienceInWords(line, *loader.lines(line.spec)) for line in page.lines)


AUDIENCES: Listing[AudienceInWords] = Listing(
    name="people.audiences",
    title="对象",
    unit="个",
    see=PEOPLE_SEE,
    search="对象的名称",
    columns=(
        Column(
            "name",
            "名称",
            lambda each: each.line.name,
            href=lambda each: url_for("people_pages.audience", audience_id=each.line.id),
            width=30,
        ),
        Column("conditions", "条件", lambda each: each.conditions, style="conditions", width=60),
        Column("owner", "谁建的", lambda each: each.line.owner, style="text-nowrap"),
        Column("changed", "最近修改", lambda each: each.line.changed_at, style="text-nowrap", width=18),
        Column("edit", "", lambda each: None, is_for_file=False, style="text-end"),
    ),
    find=_find_some,
    nothing=(
        "还没有保存的对象",
        "对象是一群店：用客户类型、片区、客户经理、标签、填过的调查等条件圈出来，起个名字，发调查、打标签、印绑定卡时直接选用。",
    ),
    export=PEOPLE_EXPORT,
)


@access.allow(PEOPLE_SEE)
def audience_list() -> ResponseReturnValue:
    """List of the saved audiences, in words."""
    with current_services().reading() as session:
        shown = looking.look(AUDIENCES, session)
    return render_template("people/audiences.html", shown=shown, may_change=saved.may_change)


@access.allow(PEOPLE_SEE)
def audience(audience_id: int) -> ResponseReturnValue:
    """Details of an audience: in words, with the number of shops, some of them, and its uses."""
    services, me = current_services(), access.visitor()
    with services.reading() as session:
        line = _find(session, audience_id)
        words = Loader(session, form.offered(services.criteria)).lines(line.spec)
        look, error = _look(services, session, line.spec)
        kept = _editable(audience_id).kept(session)
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
    """Preview of the form's current conditions: number of shops and some of them, reloaded as the form changes."""
    services = current_services()
    with services.reading() as session:
        look, error = _look_at_form(services, session)
    return render_template("people/_look.html", look=look, broken=error)


@access.allow(AUDIENCES_EDIT)
def delete_audience(audience_id: int) -> ResponseReturnValue:
    """Delete an unused audience."""
    me, editable = access.visitor(), _editable(audience_id)
    with act.transaction() as (session, _, note):
        # Check first that the visitor may change it: the values of another user's audience must not be shown.
        saved.mine(session, me, audience_id)
        act.check_stamp(session, editable)
        name = saved.delete(session, me, audience_id, current_app.extensions["features"])
        note("audience.delete", editable.about, name)
    return act.done(url_for("people_pages.audience_list"), f"对象“{name}”已删除。")


def _build(line: AudienceLine | None) -> ResponseReturnValue:
    if request.form.get("do") == SAVE:
        return act.form(partial(_save, line), partial(_page, line))
    return _page(line)


def _page(line: AudienceLine | None, error: Refused | None = None) -> str:
    services, is_posted = current_services(), request.method == "POST"
    wish = request.form.get("do", "")
    text, look, broken = request.form.get("text", ""), None, ""
    offered = form.offered(services.criteria)
    with services.reading() as session:
        if is_posted:
            group = None if "text" in request.form else shape.edit(form.read(request.form, offered), wish)
        elif line is not None:
            group = shape.from_spec(line.spec)
            text = "" if group else yaml.safe_dump(line.spec, allow_unicode=True, sort_keys=False)
        else:
            group = Group("all", (FilledCriterion(),))
        if wish == LOOK:
            look, broken = _look_at_form(services, session)
        elif line is not None and not is_posted:
            look, broken = _look(services, session, line.spec)
        rows = Loader(session, offered).rows(group) if group else ()
        kept = _editable(line.id).kept(session) if line else None
    return render_template(
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


def _save(line: AudienceLine | None) -> ResponseReturnValue:
    services, name = current_services(), request.form.get("name", "")
    with act.transaction(over=_editable(line.id) if line else None) as (session, now, note):
        spec = _spec_of_form(services)
        audience_id = saved.save(
            session,
            access.visitor(),
            name,
            spec,
            services.criteria,
            current_app.extensions["features"],
            now=now,
            today=today_of(services),
            audience_id=line.id if line else None,
        )
        said = Loader(session, form.offered(services.criteria)).sentence(spec)
        note("audience.save", f"audience:{audience_id}", f"{name}：{said}")
    return act.done(url_for("people_pages.audience", audience_id=audience_id), f"对象“{name}”已保存。")


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


def _editable(audience_id: int) -> Editable:
    def kept(session: Session) -> Kept:
        line, services = saved.one(session, audience_id), current_services()
        if line is None:
            return {}
        mode, lines = Loader(session, form.offered(services.criteria)).lines(line.spec)
        at = line.changed_at.astimezone(services.zone)
        said = "\n".join(filter(None, (mode, *lines)))
        return {"名称": line.name, "条件": said, "最近修改": f"{at:%Y-%m-%d %H:%M:%S}"}

    return Editable(f"audience:{audience_id}", select(Audience.id).where(Audience.id == audience_id), kept)


def _find(session: Session, audience_id: int) -> AudienceLine:
    line = saved.one(session, audience_id)
    if line is None:
        abort(404)
    return line
