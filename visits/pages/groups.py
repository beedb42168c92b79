"""Console pages of visit groups: writing one message to many shops, its progress, and the shops behind each figure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.rules.visitors import Visitor
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people.pages import filters
from people.picker import short
from people.picker.short import Picker
from people.texts import licence
from visits.actions import groups as actions
from visits.actions import trying
from visits.pages import form_pictures, form_values, group_form
from visits.pages.form_pictures import FormPicture
from visits.permissions import VISITS_ANSWER, VISITS_EXPORT, VISITS_SEE
from visits.queries import audience, visibility
from visits.queries import groups as queries
from visits.queries.groups import PARTS, GroupLine, GroupProgress, Member
from visits.queries.visibility import Colleague
from visits.texts import groups as texts
from visits.texts.times import when
from wechat_bot import media, pictures
from wechat_bot.services import Services, current_services


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """Group in the list, with its audience in words."""

    group: GroupLine
    audience: str


def _groups(asked: Asked, cursor: Cursor, limit: int) -> Page[NamedGroup]:
    session, criteria = asked.session, asked.services.criteria
    page = queries.listing(session, form_values.asking(asked), now=asked.now, cursor=cursor, limit=limit)
    return page.of(
        NamedGroup(line, queries.words(session, line.audience, criteria, is_part=line.manager_id is not None))
        for line in page.lines
    )


def _figure(name: str, label: str, value: Callable[[GroupProgress], int]) -> Column[NamedGroup]:
    return Column(name, label, lambda line: value(line.group.progress), is_number=True, on_phone=label, width=10)


GROUPS: Listing[NamedGroup] = Listing(
    name="visits.groups",
    title="群发",
    unit="次",
    see=VISITS_SEE,
    size=queries.PAGE,
    columns=(
        Column("title", "名称", lambda line: line.group.title, width=30),
        Column("audience", "发给", lambda line: line.audience, width=30),
        Column("sender", "谁发的", lambda line: line.group.sender, style="text-nowrap"),
        Column("sent_at", "时间", lambda line: line.group.sent_at, style="text-nowrap", width=18),
        _figure("listed", "名单", lambda progress: progress.listed),
        _figure("sent", "已发出", lambda progress: progress.sent),
        _figure("waiting", "还在等", lambda progress: progress.waiting),
        _figure("answered", "已回", lambda progress: progress.answered),
        _figure("open", "没办结", lambda progress: progress.open),
        _figure("overdue", "超时", lambda progress: progress.overdue),
    ),
    find=_groups,
    nothing=("还没有群发过", "写一段话发给一批店，每家店的回复会成为各自的留言，各算各的时限。"),
    export=VISITS_EXPORT,
)


def _part(asked: Asked) -> str:
    given = asked.given.get("part", "")
    return given if given in PARTS else ""


def _members(asked: Asked, cursor: Cursor, limit: int) -> Page[Member]:
    who = form_values.asking(asked)
    found = queries.one(asked.session, who, asked.of["group_id"], now=asked.now)
    if found is None:
        raise Refused(texts.NO_SUCH)
    part, quiet = _part(asked), asked.services.quiet
    return queries.members(asked.session, who, found, part=part, now=asked.now, quiet=quiet, cursor=cursor, limit=limit)


MEMBERS: Listing[Member] = Listing(
    name="visits.members",
    title="群发名单",
    unit="家",
    see=VISITS_SEE,
    size=queries.MEMBERS,
    keeps=("part",),
    means=lambda asked: "，".join(filter(None, (f"群发 {asked.of['group_id']}", PARTS.get(_part(asked))))),
    columns=(
        Column("licence", "许可证号", lambda line: licence(line.licence), href=filters.page_of, width=20),
        Column("shop", "店名", lambda line: line.shop, width=24),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("state", "发送", lambda line: line.state, width=24),
        Column(
            "answered",
            "回复",
            lambda line: line.answered_at,
            shows=lambda asked, line: form_values.moment(asked, line.answered_at),
            style="text-nowrap",
            on_phone="回复",
            width=18,
        ),
        Column("number", "留言", lambda line: f"#{line.number}" if line.number else "", style="text-nowrap"),
        Column("closed", "办结时间", lambda line: line.closed_at, is_shown=False, width=18),
    ),
    find=_members,
    nothing=("这里没有店", "换一个筛选再看。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def groups() -> ResponseReturnValue:
    """List the groups with their progress, the newest first."""
    with current_services().reading() as session:
        return render_template("visits/console/groups.html", shown=looking.look(GROUPS, session))


@access.allow(VISITS_ANSWER, upload=pictures.LIMIT)
def write() -> ResponseReturnValue:
    """Write to many shops: first a preview of how many it reaches and how, then it is sent, once however often it is
    posted. What a shop will see stands beside the form, and can be tried on oneself."""
    services, me, form = current_services(), access.visitor(), request.form
    now = services.clock()
    if request.method != "POST":
        return _form(services)
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
    picture = form_pictures.of_user(services, me.user_id)
    try:
        picture.receive()
        if form.get("drop_photo"):
            picture.drop()
        if form.get("do") in ("show", "try"):
            picture.keep()
            return _form(services, said=_try(who, picture) if form["do"] == "try" else "")
        meant = short.read(_picker(me), form, services.criteria).spec
        if not group_form.was_seen(meant):
            picture.keep()
            return _form(services)
        with act.transaction() as (session, now, note):
            group = actions.send(
                session,
                who,
                meant,
                form.get("content", ""),
                title=form.get("title", ""),
                picture=picture.take(session, now=now),
                token=picture.token or None,
                answers_for=timedelta(days=fields.number(form.get("days", "7"), "几天内的回复算在里面")),
                criteria=services.criteria,
                now=now,
            )
            note("visit.group", f"visit-group:{group.id}", group.title)
    except Refused as refusal:
        picture.keep()
        return _form(services, error=refusal.sentence)
    picture.drop()
    return act.done(url_for("visits_pages.group", group_id=group.id), texts.SENT)


@access.allow(VISITS_SEE)
def group(group_id: int) -> ResponseReturnValue:
    """Show one group: its figures, and the shops behind each. Seeing who is in it is written to the audit log."""
    services, me = current_services(), access.visitor()
    now = services.clock()
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        found = _found(session, who, group_id)
        shown = looking.look(MEMBERS, session)
        named = queries.words(session, found.audience, services.criteria, is_part=found.manager_id is not None)
    act.seen("visit.group.see", f"visit-group:{group_id}", found.title)
    return render_template(
        "visits/console/group.html",
        shown=shown,
        group=found,
        named=named,
        part=_part(shown.asked),
        parts=PARTS,
        quiet_until=services.quiet and services.quiet.over_at(now),
        may_cancel=me.may(VISITS_ANSWER) and found.is_of(who) and found.cancelled_at is None,
        is_part=not me.is_company_wide,
        now=now,
        moment=lambda at: when(at, now=now, zone=services.zone),
    )


@access.allow(VISITS_ANSWER)
def cancel(group_id: int) -> ResponseReturnValue:
    """Withdraw what has not gone out."""
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=current_services().zone)
        said = texts.cancelled(actions.cancel(session, who, group_id, now=now))
        note("visit.group.cancel", f"visit-group:{group_id}", said)
    return act.done(url_for("visits_pages.group", group_id=group_id), said)


@access.allow(VISITS_SEE)
def picture(group_id: int) -> ResponseReturnValue:
    """Send the picture of a group to somebody who may see the group."""
    services = current_services()
    with services.reading() as session:
        who = visibility.of_visitor(session, access.visitor(), now=services.clock(), zone=services.zone)
        found = _found(session, who, group_id)
        kept = media.find(session, services.media_folder, found.media_key) if found.media_key else None
    return form_values.send(kept, f"group-{group_id}")


def _picker(visitor: Visitor) -> Picker:
    criteria = ("class", "area", "manager", "tag", "audience", "licence", audience.DUE)
    everybody = "全部店" if visitor.is_company_wide else "我能看到的全部店"
    return Picker(criteria, everybody, legend="发给谁", asks="请选择发给谁。")


def _try(who: Colleague, picture: FormPicture) -> str:
    """Send what is written to its writer alone; return what the page says then."""
    with act.transaction() as (session, now, note):
        content = request.form.get("content", "")
        trying.to_myself(session, who, content, picture=picture.kept, token=picture.token, now=now)
        note("visit.group.try", "visits")
    return texts.TRIED


def _form(services: Services, error: str = "", said: str = "") -> ResponseReturnValue:
    me, now = access.visitor(), services.clock()
    picture = form_pictures.of_user(services, me.user_id)
    with services.reading() as session:
        who = visibility.of_visitor(session, me, now=now, zone=services.zone)
        values = group_form.shown(session, who, _picker(me), picture, error)
    page = render_template(
        "visits/console/group_write.html",
        **values,
        **picture.fields("visits_pages.kept_picture"),
        is_quiet=bool(services.quiet and services.quiet.over_at(now)),
        most=actions.MOST_MEMBERS,
        said=said,
        has_wechat=who.manager_id is not None,
    )
    return page, 422 if values["error"] else 200


def _found(session: Session, who: Colleague, group_id: int) -> GroupLine:
    found = queries.one(session, who, group_id, now=who.now)
    if found is None:
        abort(404)
    return found
