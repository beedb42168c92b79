"""The inbox in the console: every request one may see, narrowed and in pages; the dashboard's tile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import door
from console.rules import Permission, Visitor
from people import areas
from visits import scope, shown
from visits.queries import inbox as queries
from visits.queries.inbox import Filter, Shelf
from visits.texts import answering as texts
from visits.texts.times import when
from wechat_bot.services import Services, current_services

LONGEST_SEARCH = 40
SHELVES = {
    Shelf.OPEN: "待办",
    Shelf.OVERDUE: "已超时",
    Shelf.POOL: "待分派",
    Shelf.WAITING: "等对方",
    Shelf.SNOOZED: "稍后处理",
    Shelf.CLOSED: "已完结",
}
COLOURS = {"late": "red", "soon": "orange", "calm": "blue", "over": "secondary"}
ON_TILE = 5


@door.allow(Permission.VISITS_SEE)
def inbox() -> ResponseReturnValue:
    """The requests, the most urgent first; closed ones the newest first."""
    services, me, narrowed = current_services(), door.visitor(), _filter()
    now = services.clock()
    with services.reading() as session:
        who = scope.of_visitor(session, me, now=now, zone=services.zone)
        page = queries.page(session, who, narrowed, now=now, after=request.args.get("after", ""))
        counts = queries.counts(session, who, now=now)
        choices = {
            "areas": areas.names(session, me),
            "classes": areas.classes(session),
            "managers": areas.managers(session),
            "categories": queries.choices(session),
        }
    kept = {name: value for name, value in request.args.items() if value and name != "after"}
    return render_template(
        "visits/console/inbox.html",
        lines=[(line, shown.due(line, now=now, zone=services.zone)) for line in page.lines],
        after=page.after,
        is_first=not request.args.get("after"),
        kept=kept,
        narrowed=narrowed,
        shelves=SHELVES,
        numbers={
            Shelf.OPEN: counts.open - counts.snoozed,
            Shelf.OVERDUE: counts.overdue,
            Shelf.POOL: counts.pool,
            Shelf.WAITING: counts.waiting,
            Shelf.SNOOZED: counts.snoozed,
        },
        most=queries.COUNTED,
        colours=COLOURS,
        moment=lambda at: when(at, now=now, zone=services.zone),
        texts=texts,
        **choices,
    )


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """What is open, and what of it is urgent."""
    who = scope.of_visitor(session, visitor, now=now, zone=services.zone)
    page = queries.page(session, who, Filter(), now=now, limit=ON_TILE)
    return {
        "counts": queries.counts(session, who, now=now),
        "lines": [(line, shown.due(line, now=now, zone=services.zone)) for line in page.lines],
        "most": queries.COUNTED,
        "colours": COLOURS,
        "texts": texts,
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
