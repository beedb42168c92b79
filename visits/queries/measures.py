"""Measures of visits: requests of shops, answers within 24 hours, and what shops said of them."""

from typing import Any

from sqlalchemy import Select, and_, case, select, union_all
from sqlalchemy.orm import Session

from foundation.clock import Period
from visits.models.answers import Rating
from visits.models.requests import Closed, Request
from visits.queries.report_columns import CONTENT, filed, unfiled
from wechat_bot.measure import Measure, Remedy, columns


def opened(session: Session, period: Period) -> Select[Any]:
    """Select the requests opened by shops, but those that were joined to another."""
    return _requests(period, lambda facts: {"n": 1})


def closed(session: Session, period: Period) -> Select[Any]:
    """Select the requests that were closed and still are, but those that were joined to another."""
    at = Request.closed_at
    found = select(*columns(Request.area_id, Request.class_id, Request.owner_id))
    return found.where(at >= period.begins_at, at < period.ends_at, Request.closed_how != Closed.VOID)


def within(session: Session, period: Period) -> Select[Any]:
    """Select the requests opened in the period that count for the first promise, and whether they were answered within
    24 hours: as the statistics of visits count them, for whoever gave the first answer. One that waits counts as late
    as soon as its 24 hours are over, also after the period's end."""
    return _requests(period, lambda facts: {"n": facts.judged * facts.within, "of": facts.judged})


def content(session: Session, period: Period) -> Select[Any]:
    """Select the ratings given in the period, and whether they were the best of three."""
    is_content = case((Rating.score == CONTENT, 1), else_=0)
    return (
        select(*columns(Request.area_id, Request.class_id, Rating.manager_id, n=is_content, of=1))
        .select_from(Rating)
        .join(Request, Request.id == Rating.request_id)
        .where(and_(Rating.rated_at >= period.begins_at, Rating.rated_at < period.ends_at), Rating.score.is_not(None))
    )


def _requests(period: Period, counted: Any) -> Select[Any]:
    parts = []
    for facts in (filed(), unfiled(period.seen_at or period.ends_at)):
        found = select(*columns(facts.area_id, facts.class_id, facts.manager_id, **counted(facts)))
        parts.append(found.where(*facts.of, facts.opened_at >= period.begins_at, facts.opened_at < period.ends_at))
    both = union_all(*parts).subquery()
    return select(both)


_REPORT = Remedy("看拜访统计", "visits_pages.report")
MEASURES = (
    Measure("requests", "收到的留言", opened, unit="条", order=10, is_neutral=True, is_headline=True),
    Measure("requests_closed", "办结的留言", closed, unit="条", order=20, is_neutral=True),
    Measure(
        "answered_24h",
        "24 小时内答复",
        within,
        unit="条",
        of="到时候的留言",
        order=30,
        is_headline=True,
        remedies=(Remedy("看人手", "visits_pages.hands"), _REPORT),
    ),
    Measure("satisfaction", "满意", content, unit="条", of="评价", order=40, remedies=(_REPORT,)),
)
