"""Timeline of a shop: its requests, its ratings, and the visits made to it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import aliased

from foundation.clock import day_in
from foundation.text import mask_phones
from people.models import Manager
from people.permissions import PEOPLE_PHONES
from people.timeline import Entry, Place, ShopAsked, TimelineKind, older
from visits.models import FIRST_NUMBER, Author, Message, Rating, Request, Visited
from visits.permissions import VISITS_SEE
from visits.queries import visibility
from visits.texts import answering as texts
from visits.texts import timeline as words
from visits.texts.groups import HOW

#: Characters of what was said that an entry shows.
SHOWN = 40


def requests(asked: ShopAsked, before: Place | None, limit: int) -> Sequence[Entry]:
    """The requests of a shop."""
    said = aliased(Message)
    first = select(func.min(said.id)).where(said.request_id == Request.id, said.author == Author.SHOP).scalar_subquery()
    statement = (
        select(
            Request.id,
            Request.opened_at,
            Request.first_answered_at,
            Request.closed_at,
            Request.closed_how,
            func.coalesce(Message.kind, "text").label("kind"),
            func.coalesce(Message.content, "").label("content"),
        )
        .outerjoin(Message, Message.id == first)
        .where(Request.retailer_id == asked.shop.id, _seen(asked), *older(Request.opened_at, Request.id, before))
        .order_by(Request.opened_at.desc(), Request.id.desc())
        .limit(limit)
    )
    return [
        Entry(
            row.opened_at,
            row.id,
            f"留言 #{row.id + FIRST_NUMBER} {texts.said(row.kind, _plain(asked, row.content), SHOWN)}".rstrip(),
            words.became(row.opened_at, row.first_answered_at, row.closed_at, row.closed_how),
            _page(row.id),
        )
        for row in asked.session.execute(statement)
    ]


def ratings(asked: ShopAsked, before: Place | None, limit: int) -> Sequence[Entry]:
    """The ratings a shop gave."""
    at: Any = Rating.rated_at
    statement = (
        select(Rating.request_id, at, Rating.score, Rating.comment)
        .join(Request, Request.id == Rating.request_id)
        .where(Request.retailer_id == asked.shop.id, at.is_not(None), Rating.score.is_not(None), _seen(asked))
        .where(*older(at, Rating.request_id, before))
        .order_by(at.desc(), Rating.request_id.desc())
        .limit(limit)
    )
    return [
        Entry(
            row.rated_at,
            row.request_id,
            f"给 #{row.request_id + FIRST_NUMBER} 评了“{texts.SCORES.get(row.score, '')}”",
            f"“{texts.said('text', _plain(asked, row.comment), SHOWN)}”" if row.comment else "",
            _page(row.request_id),
            tone=words.TONES.get(row.score, ""),
        )
        for row in asked.session.execute(statement)
    ]


def made(asked: ShopAsked, before: Place | None, limit: int) -> Sequence[Entry]:
    """The visits made to a shop, each at the beginning of its day."""
    statement = (
        select(Visited.id, Visited.made_on, Visited.how, Visited.note, func.coalesce(Manager.name, "").label("name"))
        .outerjoin(Manager, Manager.id == Visited.manager_id)
        .where(Visited.retailer_id == asked.shop.id, *_days_before(asked, before))
        .order_by(Visited.made_on.desc(), Visited.id.desc())
        .limit(limit)
    )
    return [
        Entry(
            _begin(asked, row.made_on),
            row.id,
            f"{row.name}{HOW.get(row.how, row.how)}拜访",
            _plain(asked, row.note),
            is_day=True,
        )
        for row in asked.session.execute(statement)
    ]


def _days_before(asked: ShopAsked, before: Place | None) -> list[ColumnElement[bool]]:
    if before is None:
        return []
    day = day_in(before.at, asked.services.zone)
    if before.key is None or before.at != _begin(asked, day):
        return [Visited.made_on <= day]
    return [tuple_(Visited.made_on, Visited.id) < (day, before.key)]


def _begin(asked: ShopAsked, day: date) -> datetime:
    return datetime.combine(day, time(), asked.services.zone)


def _seen(asked: ShopAsked) -> ColumnElement[bool]:
    who = visibility.of_visitor(asked.session, asked.visitor, now=asked.now, zone=asked.services.zone)
    return visibility.within(asked.session, who)


def _plain(asked: ShopAsked, text: str) -> str:
    return text if asked.visitor.may(PEOPLE_PHONES) else mask_phones(text)


def _page(request_id: int) -> str:
    return f"/console/visits/{request_id + FIRST_NUMBER}"


KINDS = (
    TimelineKind("requests", "留言", "message", VISITS_SEE, requests, 10),
    TimelineKind("visits", "拜访", "map-pin", VISITS_SEE, made, 40),
    TimelineKind("ratings", "评价", "star", VISITS_SEE, ratings, 50),
)
