"""Errand pages: what customer managers should tell their shops, and how it was done."""

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_

from console import access, act
from console.lists import seeing
from console.lists.listing import Asked, Column, Listing
from foundation.paging import Cursor, Page
from people import errands
from people.errands import ErrandLine
from people.pages import filters
from people.pages.roster import today_of
from people.permissions import ERRANDS_DO, PEOPLE_EXPORT, PEOPLE_SEE
from people.texts import licence
from wechat_bot.services import current_services

#: The parameter that narrows the list to what was missed in one message.
SOURCE = "source"


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ErrandLine]:
    which = and_(*filters.shops(asked))
    return errands.page(asked.session, which, source=asked.given.get(SOURCE, ""), cursor=cursor, limit=limit)


ERRANDS: Listing[ErrandLine] = Listing(
    name="people.errands",
    title="要告诉的店",
    unit="件",
    see=PEOPLE_SEE,
    filters=filters.OF_WHOM,
    keeps=(SOURCE,),
    columns=(
        Column("shop", "店名", lambda line: line.shop, href=filters.page_of, style="lead", width=24),
        Column("title", "告诉什么", lambda line: line.title, style="full", width=40),
        Column("due", "哪天以前", lambda line: line.due_on, style="text-nowrap", on_phone="哪天以前", width=12),
        Column("licence", "许可证号", lambda line: licence(line.licence), is_spare=True, is_shown=False, width=20),
        Column("keeper", "店主", lambda line: line.keeper, style="text-nowrap", is_spare=True, width=12),
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, style="text-nowrap", width=16),
        Column("class", "类型", lambda line: line.class_name, is_spare=True, is_shown=False),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("manager", "客户经理", lambda line: line.manager, style="text-nowrap", is_spare=True, width=12),
        Column("done", "办完了", lambda line: None, is_for_file=False),
    ),
    find=_find,
    nothing=("没有要告诉的", "推送没有送到的店，在推送的结果里交给客户经理以后，会列在这里。"),
    nothing_left=("没有要告诉的", "都办完了，或换一个条件再看。"),
    export=PEOPLE_EXPORT,
)


@access.allow(PEOPLE_SEE)
def errand_list() -> ResponseReturnValue:
    """List what is to be told to the visitor's shops. Seeing it is written to the audit log."""
    ways = {way.value: errands.WORDS[way] for way in errands.WAYS}
    return seeing.page(ERRANDS, "people/errands.html", "errand.see", "people", ways=ways)


@access.allow(ERRANDS_DO)
def finish_errand(errand_id: int) -> ResponseReturnValue:
    """Note how an errand was done, with one tap."""
    how = request.form.get("how", "")
    with act.transaction() as (session, now, note):
        today = today_of(current_services())
        line = errands.finish(session, access.visitor(), errand_id, how, today=today, now=now)
        note("errand.done", f"shop:{line.licence}", f"{errands.WORDS[how]} {line.title}")
    undo = url_for("people_pages.reopen_errand", errand_id=errand_id), {"stamp": now.isoformat()}
    return act.done(_back(), f"已记下：{errands.WORDS[how]}告诉了{line.shop}。", undo=undo)


@access.allow(ERRANDS_DO)
def reopen_errand(errand_id: int) -> ResponseReturnValue:
    """Take back that an errand was done, the one that was seen: its moment is the stamp."""
    with act.transaction() as (session, _, note):
        today = today_of(current_services())
        stamp = request.form.get("stamp", "")
        line = errands.reopen(session, access.visitor(), errand_id, stamp, today=today)
        note("errand.reopen", f"shop:{line.licence}", line.title)
    return act.done(_back(), f"已撤销：{line.shop}还要告诉。")


def _back() -> str:
    given = request.form.get("back", "")
    return access.local(given) if given else url_for("people_pages.errand_list")
