"""What visits offer on a shop's page of the console: to write to its keeper, and to note a visit."""

from typing import Any

from flask import url_for
from sqlalchemy import select

from people.criteria import LICENCE
from people.picker import short
from people.timeline import ShopAsked, ShopButton
from visits.models.requests import FIRST_NUMBER, Request
from visits.permissions import VISITS_ANSWER
from visits.queries import visibility


def write_to(asked: ShopAsked) -> str:
    """The address at which a shop is written to: its open request, else a message to this shop alone; empty where
    nobody could read it, or the open request is not the visitor's to see."""
    who = visibility.of_visitor(asked.session, asked.visitor, now=asked.now, zone=asked.services.zone)
    is_open = (Request.retailer_id == asked.shop.id, Request.closed_at.is_(None))
    row = asked.session.execute(select(Request.id, visibility.within(asked.session, who)).where(*is_open)).first()
    if row is not None:
        return url_for("visits_pages.thread", number=row[0] + FIRST_NUMBER, _anchor="answer") if row[1] else ""
    if not asked.shop.openid:
        return ""
    alone: dict[str, Any] = {**short.query(LICENCE, "", asked.shop.licence), "title": f"写给{asked.shop.shop}"}
    return url_for("visits_pages.group_write", **alone)


BUTTONS = (
    ShopButton("写给他", "pencil", VISITS_ANSWER, href=write_to, order=10),
    ShopButton("记一次拜访", "map-pin-check", VISITS_ANSWER, template="visits/console/_note_visit.html", order=20),
)
