"""Tag pages: the list, tags of one shop, and tags of many chosen shops."""

from collections.abc import Callable

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, act, fields, tasks
from console.lists import looking
from console.lists.listing import Column, Listing
from console.stamps import Editable
from foundation.errors import Refused
from foundation.text import whole_number
from people import saved, tags
from people.models import Retailer, Tag
from people.pages import choosing
from people.pages.roster import today_of
from people.permissions import PEOPLE_EXPORT, PEOPLE_SEE, TAGS_EDIT, TAGS_PUT
from people.roster.kinds import TAGS
from people.rules import MOST_MIRRORED
from people.shops import detail
from wechat_bot.services import current_services

#: Words of the audit log.
PUT, OFF = "tag.put", "tag.off"


TAG_LIST: Listing[tags.TagLine] = Listing(
    name="people.tags",
    title="标签",
    unit="个",
    see=PEOPLE_SEE,
    search="标签的名字",
    columns=(
        Column("name", "标签", lambda line: line.name, width=30),
        Column("shops", "店铺", lambda line: line.shops, is_number=True, on_phone="店铺"),
        Column("mirrored", "微信里", lambda line: "有" if line.is_mirrored else "", on_phone="微信里"),
        Column("edit", "", lambda line: None, is_for_file=False, style="text-end"),
    ),
    find=lambda asked, cursor, limit: tags.page(asked.session, search=asked.search, cursor=cursor, limit=limit),
    nothing=(
        "还没有标签",
        "标签是给店做的记号，例如“示范店”“节假日不送货”。也可以在名单的“标签”一列写上，导入时自动建立。",
    ),
    export=PEOPLE_EXPORT,
)


@access.allow(PEOPLE_SEE)
def tag_list() -> ResponseReturnValue:
    """List of all tags with their numbers of shops."""
    with current_services().reading() as session:
        shown = looking.look(TAG_LIST, session)
    return render_template("people/tags.html", shown=shown, kept=tags.kept, most_mirrored=MOST_MIRRORED)


@access.allow(TAGS_EDIT)
def new_tag() -> ResponseReturnValue:
    """Create a tag."""
    name, is_mirrored = request.form.get("name", ""), "is_mirrored" in request.form
    with act.transaction() as (session, _, note):
        tag_id = tags.create(session, name, is_mirrored=is_mirrored)
        note("tag.save", f"tag:{tag_id}", _said(name, is_mirrored))
    return act.done(url_for("people_pages.tag_list"), f"标签“{name}”已新建。")


@access.allow(TAGS_EDIT)
def change_tag(tag_id: int) -> ResponseReturnValue:
    """Rename a tag, or change whether it is mirrored in WeChat."""
    features, is_mirrored = current_app.extensions["features"], "is_mirrored" in request.form
    with act.transaction(over=_editable(tag_id)) as (session, _, note):
        name = tags.change(session, tag_id, request.form.get("name", ""), features, is_mirrored=is_mirrored)
        note("tag.save", detail=_said(name, is_mirrored))
    return act.done(url_for("people_pages.tag_list"), f"标签“{name}”已修改。")


@access.allow(TAGS_EDIT)
def delete_tag(tag_id: int) -> ResponseReturnValue:
    """Delete a tag that no audience uses."""
    with act.transaction(over=_editable(tag_id)) as (session, _, note):
        name = tags.remove(session, tag_id, current_app.extensions["features"])
        note("tag.delete", detail=name)
    return act.done(url_for("people_pages.tag_list"), f"标签“{name}”已删除。")


@access.allow(TAGS_EDIT)
def mirror_tags() -> ResponseReturnValue:
    """Start the synchronisation of WeChat's tags."""
    with act.transaction() as (session, now, note):
        task_id = tasks.ask(session, TAGS, "把标签同步到微信", {}, owner_id=access.visitor().user_id, now=now)
        note("tag.mirror", f"task:{task_id}")
    return act.done(url_for("console.task", task_id=task_id))


@access.allow(TAGS_PUT)
def tag_shop(licence: str) -> ResponseReturnValue:
    """Put a tag on one shop, or take it off."""
    with act.transaction() as (session, _, note):
        found = detail.detail(session, access.visitor(), licence, today=today_of(current_services()))
        if found is None:
            abort(404)
        did, tag_id, change = _wish()
        name, number = change(session, tag_id, Retailer.id == found.shop.id)
        note(did, f"shop:{licence}", name)
    said = f"标签“{name}”已{'去掉' if did == OFF else '打上'}。" if number else ""
    back = url_for("people_pages.tag_shop", licence=licence), {"tag": tag_id, "do": "put" if did == OFF else "off"}
    return act.done(url_for("people_pages.shop", licence=licence), said, undo=back if number else None)


@access.allow(TAGS_PUT)
def tag_many() -> ResponseReturnValue:
    """Choose shops, then a tag; show what would happen, and put it on all of them or take it off."""
    return act.form(_tag_many, _choose)


def _tag_many() -> ResponseReturnValue:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    did, tag_id, change = _wish()
    if not choosing.is_chosen():
        raise Refused("请先选给哪些店。")
    with act.transaction() as (session, _, note):
        which = choosing.condition(services, session, me, chosen)
        seen = whole_number(request.form.get("seen", ""))
        now = saved.count(session, which, most=tags.MOST_AT_ONCE)
        if seen is not None and seen != now:
            raise Refused(f"现在符合的是 {now:,} 家，刚才看到的是 {seen:,} 家。请再看一遍会怎样。")
        name, number = change(session, tag_id, which)
        note(did, f"tag:{tag_id}", f"{name} {number} 家 {choosing.words(session, chosen)}")
    done = "去掉了" if did == OFF else "打上了"
    return act.done(choosing.back(chosen), f"“{name}”：{number:,} 家店{done}这个标签。")


def _choose(error: Refused | None) -> str:
    services, me, chosen = current_services(), access.visitor(), choosing.chosen()
    tag_id, do = whole_number(request.values.get("tag", "")), request.values.get("do", "put")
    with services.reading() as session:
        which = choosing.condition(services, session, me, chosen)
        number = saved.count(session, which, most=tags.MOST_AT_ONCE)
        said, known = choosing.words(session, chosen), tags.names(session)
        name = dict(known).get(tag_id or 0, "")
        have = tags.count_with(session, tag_id, which) if tag_id and name and number <= tags.MOST_AT_ONCE else 0
        choices = choosing.offered(session)
    return render_template(
        "people/tagging.html",
        said=said,
        number=number,
        most=tags.MOST_AT_ONCE,
        tags=known,
        tag=tag_id if name else None,
        name=name,
        have=have,
        is_off=do == "off",
        filters=choices,
        is_chosen=choosing.is_chosen(),
        kept=choosing.kept(),
        back=choosing.back(chosen),
        error=error,
    )


def _wish() -> tuple[str, int, Callable[..., tuple[str, int]]]:
    """The form's request: the audit log's word, the tag, and the action."""
    tag_id = fields.key(request.form.get("tag", ""), "标签")
    if tag_id is None:
        raise Refused("请先选一个标签。")
    return (OFF, tag_id, tags.unassign) if request.form.get("do") == "off" else (PUT, tag_id, tags.assign)


def _said(name: str, is_mirrored: bool) -> str:
    return f"{name}{'，也放到微信里' if is_mirrored else ''}"


def _editable(tag_id: int) -> Editable:
    rows = select(Tag.id).where(Tag.id == tag_id)
    return Editable(f"tag:{tag_id}", rows, lambda session: tags.kept(session.get(Tag, tag_id)))
