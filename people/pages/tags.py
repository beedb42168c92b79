"""Tags: the list, one shop's, and all chosen shops' at once."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit, tasks
from foundation.errors import Refused
from people import saved, tags
from people.models import Retailer, Tag
from people.pages import choosing
from people.pages.roster import today_of
from people.permissions import PEOPLE_SEE, TAGS_EDIT, TAGS_PUT
from people.roster.kinds import TAGS
from people.rules import MOST_MIRRORED
from people.shops import alone
from wechat_bot.services import current_services

NEW = "new"
PUT, OFF = "put", "off"


@access.allow(PEOPLE_SEE)
def tag_list() -> ResponseReturnValue:
    """Every tag, and how many shops carry it."""
    with current_services().reading() as session:
        found = tags.listing(session)
    return render_template("people/tags.html", tags=found, kept=tags.kept, most_mirrored=MOST_MIRRORED)


@access.allow(TAGS_EDIT)
def new_tag() -> ResponseReturnValue:
    """Make a tag."""
    services, me, name = current_services(), access.visitor(), request.form.get("name", "")
    is_mirrored = "is_mirrored" in request.form
    with services.transaction() as session:
        tag_id = tags.create(session, name, is_mirrored=is_mirrored)
        said = f"{name}{'，也放到微信里' if is_mirrored else ''}"
        audit.note(session, me, "tag.save", f"tag:{tag_id}", said, address=access.address(), now=services.clock())
    flash(f"标签“{name}”已新建。", "success")
    return redirect(url_for("people_pages.tag_list"), 303)


@access.allow(TAGS_EDIT)
def change_tag(tag_id: int) -> ResponseReturnValue:
    """Rename a tag, or have WeChat mirror it."""
    services, me, is_mirrored = current_services(), access.visitor(), "is_mirrored" in request.form
    features = current_app.extensions["features"]
    with services.transaction() as session:
        _check_stamp(session, tag_id)
        name = tags.change(session, tag_id, request.form.get("name", ""), features, is_mirrored=is_mirrored)
        said = f"{name}{'，也放到微信里' if is_mirrored else ''}"
        audit.note(session, me, "tag.save", f"tag:{tag_id}", said, address=access.address(), now=services.clock())
    flash(f"标签“{name}”已修改。", "success")
    return redirect(url_for("people_pages.tag_list"), 303)


@access.allow(TAGS_EDIT)
def delete_tag(tag_id: int) -> ResponseReturnValue:
    """Delete a tag that no audience names."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        _check_stamp(session, tag_id)
        name = tags.remove(session, tag_id, current_app.extensions["features"])
        audit.note(session, me, "tag.delete", f"tag:{tag_id}", name, address=access.address(), now=services.clock())
    flash(f"标签“{name}”已删除。", "success")
    return redirect(url_for("people_pages.tag_list"), 303)


@access.allow(TAGS_EDIT)
def mirror_tags() -> ResponseReturnValue:
    """Ask for WeChat's tags to be made to agree with ours."""
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        now = services.clock()
        task_id = tasks.ask(session, TAGS, "把标签同步到微信", {}, owner_id=me.user_id, now=now)
        audit.note(session, me, "tag.mirror", f"task:{task_id}", address=access.address(), now=now)
    return redirect(url_for("console.task", task_id=task_id), 303)


@access.allow(TAGS_PUT)
def tag_shop(licence: str) -> ResponseReturnValue:
    """Put a tag on one shop, or take it off."""
    services, me = current_services(), access.visitor()
    wish, tag_id = request.form.get("do", PUT), request.form.get("tag", type=int)
    with services.transaction() as session:
        found = alone.detail(session, me, licence, today=today_of(services))
        if found is None:
            abort(404)
        if tag_id is None:
            raise Refused("请先选一个标签。")
        change = tags.take_off if wish == OFF else tags.put
        name, _ = change(session, tag_id, Retailer.id == found.shop.id)
        did, about = "tag.off" if wish == OFF else "tag.put", f"shop:{licence}"
        audit.note(session, me, did, about, name, address=access.address(), now=services.clock())
    return redirect(url_for("people_pages.shop", licence=licence), 303)


@access.allow(TAGS_PUT)
def tag_many() -> ResponseReturnValue:
    """Say how many shops were chosen, and put a tag on all of them, or take it off."""
    services, me, error = current_services(), access.visitor(), ""
    if request.method == "POST":
        try:
            return _tag_many()
        except Refused as refusal:
            error = refusal.sentence
    chosen = choosing.chosen()
    with services.reading() as session:
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=tags.MOST_AT_ONCE)
        said, known = choosing.words(session, chosen), tags.names(session)
    page = render_template(
        "people/tagging.html",
        said=said,
        number=number,
        most=tags.MOST_AT_ONCE,
        tags=known,
        kept=choosing.kept(),
        back=choosing.back(chosen),
        error=error,
    )
    return page, 422 if error else 200


def _tag_many() -> ResponseReturnValue:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    wish, tag_id = request.form.get("do", PUT), request.form.get("tag", type=int)
    if tag_id is None:
        raise Refused("请先选一个标签。")
    with services.transaction() as session:
        which = choosing.condition(services, session, me, chosen)
        change = tags.take_off if wish == OFF else tags.put
        name, number = change(session, tag_id, which)
        said = f"{name} {number} 家 {choosing.words(session, chosen)}"
        did = "tag.off" if wish == OFF else "tag.put"
        audit.note(session, me, did, f"tag:{tag_id}", said, address=access.address(), now=services.clock())
    flash(f"“{name}”：{number:,} 家店{'去掉了' if wish == OFF else '打上了'}这个标签。", "success")
    return redirect(choosing.back(chosen), 303)


def _check_stamp(session: Session, tag_id: int) -> None:
    row = select(Tag.id).where(Tag.id == tag_id)
    access.check_stamp(session, row, lambda session: tags.kept(session.get(Tag, tag_id)), about=f"tag:{tag_id}")
