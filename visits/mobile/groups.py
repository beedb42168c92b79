"""H5 pages of visit groups: a manager writes to many shops in a short form; a shop reads what it was sent."""

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.paging import Cursor
from people.picker import short
from people.picker.short import Picker
from visits.actions import groups as actions
from visits.actions import trying
from visits.mobile import visitor
from visits.pages import form_values, group_form
from visits.pages.form_pictures import FormPicture
from visits.queries import audience, visibility
from visits.queries import groups as queries
from visits.queries.groups import PARTS, GroupLine
from visits.queries.visibility import Colleague
from visits.texts import answering as answering_texts
from visits.texts import groups as texts
from visits.texts.times import when
from wechat_bot import media, oauth
from wechat_bot.services import Services, current_services

#: The criteria offered on a phone.
PICKER = Picker(("class", "audience", audience.DUE), "我的全部店", legend="发给谁", asks="请选择发给谁。")


def groups() -> ResponseReturnValue:
    """Show a manager's groups with their progress, the newest first."""
    criteria = current_services().criteria
    with visitor.reading() as (session, who):
        found = queries.listing(session, who, now=who.now, cursor=Cursor.of(request.args))
        named = {
            line.id: queries.words(session, line.audience, criteria, is_part=line.manager_id is not None)
            for line in found.lines
        }
    return render_template("visits/groups.html", who=who, found=found, named=named, moment=who.when)


def group(group_id: int) -> ResponseReturnValue:
    """Show one group, and the shops behind its figures."""
    services, part, cursor = current_services(), request.args.get("part", ""), Cursor.of(request.args)
    with visitor.reading() as (session, who):
        found = _found(session, who, group_id)
        members = queries.members(session, who, found, part=part, now=who.now, quiet=services.quiet, cursor=cursor)
        named = queries.words(session, found.audience, services.criteria, is_part=found.manager_id is not None)
    return render_template(
        "visits/group.html",
        group=found,
        named=named,
        members=members,
        part=part if part in PARTS else "",
        narrowings=PARTS,
        is_mine=found.is_of(who),
        may_cancel=found.is_of(who) and found.cancelled_at is None and (found.is_running or found.progress.waiting),
        quiet_until=services.quiet and services.quiet.over_at(who.now),
        now=who.now,
        moment=who.when,
    )


def group_cancel(group_id: int) -> ResponseReturnValue:
    """Withdraw what has not gone out."""
    with visitor.transaction() as (session, who):
        said = texts.cancelled(actions.cancel(session, who, group_id, now=who.now))
    flash(said)
    return redirect(url_for("visits_mobile.group", group_id=group_id), 303)


def group_write() -> ResponseReturnValue:
    """Write to one's own shops: first the number of shops is shown, then it is sent, once however often it is
    posted."""
    services, form = current_services(), request.form
    picture = FormPicture(services, oauth.who())
    with services.reading() as session:
        who = visitor.manager(services, session)
    if request.method != "POST":
        return _form(services, who)
    try:
        picture.receive()
        meant = short.read(PICKER, form, services.criteria).spec
        if form.get("do") == "drop_photo":
            picture.drop()
            return _form(services, who)
        if form.get("do") == "try":
            picture.keep()
            with services.transaction() as session:
                content, now = form.get("content", ""), services.clock()
                trying.to_myself(session, who, content, picture=picture.kept, token=picture.token, now=now)
            return _form(services, who, said=texts.TRIED)
        if not group_form.was_seen(meant):
            picture.keep()
            return _form(services, who)
        with services.transaction() as session:
            now = services.clock()
            sent = actions.send(
                session,
                who,
                meant,
                form.get("content", ""),
                picture=picture.take(session, now=now),
                token=picture.token or None,
                criteria=services.criteria,
                now=now,
            )
    except Refused as refusal:
        picture.keep()
        return _form(services, who, error=refusal.sentence)
    picture.drop()
    flash(texts.SENT)
    return redirect(url_for("visits_mobile.group", group_id=sent.id), 303)


def own_group(group_id: int) -> ResponseReturnValue:
    """Show a shop the message it was sent, with a field to answer."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = queries.of_shop(session, openid, group_id)
    if found is None:
        raise Refused(texts.NO_SUCH)
    return render_template(
        "visits/own_group.html",
        group=found,
        sender=found.sender if found.manager_id is not None else answering_texts.SERVICE,
        token=secrets.token_urlsafe(16),
        moment=lambda at: when(at, now=services.clock(), zone=services.zone),
    )


def own_picture(group_id: int) -> ResponseReturnValue:
    """Send the group's picture to a shop it was sent to, or to the manager who sent it."""
    openid, services = oauth.who(), current_services()
    with services.reading() as session:
        found = queries.of_shop(session, openid, group_id)
        if found is None:
            who = visibility.of_manager(session, openid, now=services.clock(), zone=services.zone)
            found = queries.one(session, who, group_id, now=who.now) if who else None
        file = media.find(session, services.media_folder, found.media_key) if found and found.media_key else None
    return form_values.send(file, f"group-{group_id}")


def _form(services: Services, who: Colleague, error: str = "", said: str = "") -> ResponseReturnValue:
    picture = FormPicture(services, oauth.who())
    with services.reading() as session:
        values = group_form.shown(session, who, PICKER, picture, error)
    kept = picture.fields("visits_mobile.kept_picture")
    page = render_template("visits/group_write.html", **values, **kept, said=said, keep=f"group-{who.manager_id}")
    return make_response(page, 422 if values["error"] else 200)


def _found(session: Session, who: Colleague, group_id: int) -> GroupLine:
    found = queries.one(session, who, group_id, now=who.now)
    if found is None:
        raise Refused(texts.NO_SUCH)
    return found
