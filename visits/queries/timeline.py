"""Timeline of a shop: its requests, its ratings, and the visits made to it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import aliased

from foundation.clock import day_in, when
from foundation.text import mask_phones
from people.models import Manager
from people.permissions import PEOPLE_PHONES
from people.timeline import Figure, ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from visits.models.answers import Rating
from visits.models.plans import Visited
from visits.models.requests import FIRST_NUMBER, Author, Message, Request
from visits.permissions import VISITS_SEE
from visits.queries import visibility
from visits.texts import answering as texts
from visits.texts import timeline as words
from visits.texts.groups import HOW

#: Characters of what was said that an entry shows.
SHOWN = 40


def requests(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
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
        TimelineEntry(
            row.opened_at,
            row.id,
            f"留言 #{row.id + FIRST_NUMBER} {texts.said(row.kind, _plain(asked, row.content), SHOWN)}".rstrip(),
            words.became(row.opened_at, row.first_answered_at, row.closed_at, row.closed_how),
            _page(row.id),
        )
        for row in asked.session.execute(statement)
    ]


def ratings(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
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
        TimelineEntry(
            row.rated_at,
            row.request_id,
            f"给 #{row.request_id + FIRST_NUMBER} 评了“{texts.SCORES.get(row.score, '')}”",
            f"“{texts.said('text', _plain(asked, row.comment), SHOWN)}”" if row.comment else "",
            _page(row.request_id),
            tone=words.TONES.get(row.score, ""),
        )
        for row in asked.session.execute(statement)
    ]


def count(asked: ShopAsked) -> Figure:
    """The number of this year's requests of a shop."""
    year = datetime(day_in(asked.now, asked.services.zone).year, 1, 1, tzinfo=asked.services.zone)
    number = asked.session.scalar(
        select(func.count(Request.id)).where(
            Request.retailer_id == asked.shop.id, Request.opened_at >= year, _seen(asked)
        )
    )
    return Figure("今年留言", f"{number or 0:,}", "条")


def last_rating(asked: ShopAsked) -> Figure | None:
    """The last rating a shop gave; None where it gave none."""
    found = ratings(asked, None, 1)
    if not found:
        return None
    [last] = found
    score = {"good": "满意", "bad": "不满意"}.get(last.tone, "一般")
    said = when(last.at, now=asked.now, zone=asked.services.zone).rpartition(" ")[0]
    return Figure("上次评价", score, small=said, kind="bad" if last.tone == "bad" else "")


def last_visit(asked: ShopAsked) -> Figure | None:
    """The last visit to a shop; None where there was none."""
    day = asked.session.scalar(select(func.max(Visited.made_on)).where(Visited.retailer_id == asked.shop.id))
    if day is None:
        return None
    days = (day_in(asked.now, asked.services.zone) - day).days
    return Figure("上次拜访", f"{days:,}" if days else "今天", "天前" if days else "")


def made(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The visits made to a shop, each at the beginning of its day."""
    statement = (
        select(Visited.id, Visited.made_on, Visited.how, Visited.note, func.coalesce(Manager.name, "").label("name"))
        .outerjoin(Manager, Manager.id == Visited.manager_id)
        .where(Visited.retailer_id == asked.shop.id, *_days_before(asked, before))
        .order_by(Visited.made_on.desc(), Visited.id.desc())
        .limit(limit)
    )
    return [
        TimelineEntry(
            _begin(asked, row.made_on),
            row.id,
            f"{row.name}{HOW.get(row.how, row.how)}拜访",
            _plain(asked, row.note),
            is_day=True,
        )
        for row in asked.session.execute(statement)
    ]


def _days_before(asked: ShopAsked, before: TimelinePlace | None) -> list[ColumnElement[bool]]:
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
    TimelineKind("requests", "留言", "message", VISITS_SEE, requests, 10, count),
    TimelineKind("visits", "拜访", "map-pin", VISITS_SEE, made, 40, last_visit),
    TimelineKind("ratings", "评价", "star", VISITS_SEE, ratings, 50, last_rating),
)
