"""The inbox in the console: every request one may see, narrowed and in pages; the dashboard's tile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from console.rules.visitors import Visitor
from foundation.errors import Refused
from foundation.text import mask_phones
from people import areas
from people.permissions import PEOPLE_PHONES
from visits.actions import answering, notices
from visits.models import FIRST_NUMBER
from visits.pages import form_values
from visits.permissions import VISITS_ANSWER, VISITS_SEE
from visits.queries import inbox as queries
from visits.queries import visibility
from visits.queries.inbox import Filter, Shelf
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot.services import Services, current_services

LONGEST_SEARCH = 40
SHELVES = {
    Shelf.OPEN: "待办",
    Shelf.OVERDUE: "已超时",
    Shelf.TODAY: "今天到期",
    Shelf.POOL: "待分派",
    Shelf.WAITING: "等对方",
    Shelf.SNOOZED: "稍后处理",
    Shelf.CLOSED: "已完结",
}
COLOURS = {"late": "red", "soon": "orange", "calm": "blue", "over": "secondary"}
ON_TILE = 5


@access.allow(VISITS_SEE)
def inbox() -> ResponseReturnValue:
    """The requests, the most urgent first; closed ones the newest first."""
    services = current_services()
    with services.reading() as session:
        who = visibility.of_visitor(session, access.visitor(), now=services.clock(), zone=services.zone)
        choices = {
            "areas": areas.names(session, who.sees),
            "classes": areas.classes(session),
            "managers": areas.managers(session),
            "categories": queries.choices(session),
        }
        return render_template("visits/console/inbox.html", **_list(session, who), **choices)


@access.allow(VISITS_SEE, polled=True)
def lines() -> ResponseReturnValue:
    """The list alone, asked for by the page itself every few seconds."""
    services = current_services()
    with services.reading() as session:
        who = visibility.of_visitor(session, access.visitor(), now=services.clock(), zone=services.zone)
        return render_template("visits/console/_lines.html", **_list(session, who), is_polled=True)


@access.allow(VISITS_ANSWER)
def hand_over() -> ResponseReturnValue:
    """Hand the requests that were ticked to another customer manager, all at once; then back to the list."""
    ticked = [_ticked(each) for each in request.form.getlist("n")[: queries.PAGE]]
    if not ticked:
        raise Refused(texts.NONE_TICKED)
    to = fields.key(request.form.get("to", ""), "客户经理") or 0
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=current_services().zone)
        name = dict(areas.managers(session)).get(to, "")
        were_with = {number - FIRST_NUMBER: owner for number, owner in ticked}
        done = answering.transfer_many(session, were_with, who, to, now=now)
        is_told = notices.can_be_told(session, to)
        numbers = "、".join(f"#{number}" for number, _ in ticked)
        note("visit.transfer", "visits", f"{numbers} 转给{name}，转了 {done.moved} 条")
    overtaken = [each + FIRST_NUMBER for each in done.overtaken]
    said = texts.many_transferred(done.moved, name, overtaken, is_told=is_told)
    tone = "success" if done.moved and not overtaken else "warning"
    return act.done(url_for("visits_pages.inbox", **_kept()), said, tone)


def _ticked(box: str) -> tuple[int, int | None]:
    """A request that was ticked, and whose it was on the page: 101:7."""
    number, _, owner = box.partition(":")
    return fields.number(number, "留言编号"), fields.key(owner, "客户经理")


def _list(session: Session, who: Colleague) -> dict[str, Any]:
    narrowed, now, zone = _filter(), who.now, who.zone
    page = queries.page(session, who, narrowed, now=now, after=request.args.get("after", ""))
    counts = queries.counts(session, who, now=now)
    return {
        "lines": [(line, form_values.due(line, now=now, zone=zone)) for line in page.lines],
        "after": page.after,
        "is_first": not request.args.get("after"),
        "here": dict(request.args.items()),
        "kept": _kept(),
        "narrowed": narrowed,
        "shelves": SHELVES,
        "numbers": {
            Shelf.OPEN: counts.open - counts.snoozed,
            Shelf.OVERDUE: counts.overdue,
            Shelf.TODAY: counts.today,
            Shelf.POOL: counts.pool,
            Shelf.WAITING: counts.waiting,
            Shelf.SNOOZED: counts.snoozed,
        },
        "most": queries.COUNTED,
        "colours": COLOURS,
        "may_hand_over": narrowed.shelf is not Shelf.CLOSED and who.sees.may(VISITS_ANSWER),
        "picked": request.args.get("pick") == "all",
        "moment": lambda at: when(at, now=now, zone=zone),
        "at": when(now, now=now, zone=zone),
        "texts": texts,
        "plain": str if who.sees.may(PEOPLE_PHONES) else mask_phones,
    }


def _kept() -> dict[str, Any]:
    """The filters of this page, for the addresses of the next ones."""
    return {name: value for name, value in request.args.items() if value and name not in ("after", "pick")}


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """What is open, and what of it is urgent."""
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    page = queries.page(session, who, Filter(), now=now, limit=ON_TILE)
    return {
        "counts": queries.counts(session, who, now=now),
        "lines": [(line, form_values.due(line, now=now, zone=services.zone)) for line in page.lines],
        "most": queries.COUNTED,
        "colours": COLOURS,
        "moment": lambda at: when(at, now=now, zone=services.zone),
        "texts": texts,
        "plain": str if visitor.may(PEOPLE_PHONES) else mask_phones,
    }


def _filter() -> Filter:
    values = request.args
    given = values.get("shelf", "")
    return Filter(
        shelf=Shelf(given) if given in {each.value for each in SHELVES} else Shelf.OPEN,
        search=values.get("search", "").strip()[:LONGEST_SEARCH],
        area_id=values.get("area", type=int),
        owner_id=values.get("manager", type=int),
        category_id=values.get("category", type=int),
        class_id=values.get("class", type=int),
    )
