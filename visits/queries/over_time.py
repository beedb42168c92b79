"""Figures over time: a report week by week, and the requests of each category by weekday and hour."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from foundation.database import Moment
from foundation.dialects import milliseconds_between
from visits.models.requests import Category
from visits.queries import reports
from visits.queries.report_columns import filed, unfiled
from visits.queries.visibility import Colleague
from visits.rules.figures import DividedBy, Narrowed, ReportRow, ReportSpan

#: Weeks that are seen beside one another, the last being that in which a span ends.
WEEKS = 12
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Requests of a category in a span; `key` is None for those without one."""

    key: int | None
    name: str
    requests: int


@dataclass(frozen=True, slots=True)
class HourFigures:
    """Requests of a span by the weekday (Monday is 0) and hour at which they came, of each category."""

    counts: Counter[tuple[int | None, int, int]]
    #: The most frequent first.
    categories: list[CategoryCount]


def weeks(
    session: Session, who: Colleague, narrowed: Narrowed, *, now: datetime
) -> list[tuple[date, ReportRow | None]]:
    """Return the figures of the twelve weeks up to the end of a span, or up to today, by their Mondays; None for a week
    in which nothing came."""
    last = min(narrowed.span.until_on, who.today)
    first = last - timedelta(days=last.weekday(), weeks=WEEKS - 1)
    wanted = replace(narrowed, span=ReportSpan(first, last))
    lines, _ = reports.report(session, who, wanted, DividedBy.WEEK, now=now, took=())
    found = {line.key: line for line in lines}
    return [(first + timedelta(weeks=place), found.get(place)) for place in range(WEEKS)]


def hours(session: Session, who: Colleague, narrowed: Narrowed, *, now: datetime) -> HourFigures:
    """Return when the requests of a span came. The database counts them by category and hour since its beginning; which
    hour of which weekday that is, the company's time zone says."""
    begin = narrowed.span.moments(who.zone)[0].astimezone(UTC)
    counts: Counter[tuple[int | None, int, int]] = Counter()
    for facts in (filed(), unfiled(now)):
        hour = (milliseconds_between(facts.opened_at, literal(begin, Moment())) // _HOUR).label("hour")
        asked = select(facts.category_id, hour, func.count()).where(*reports.conditions(session, who, narrowed, facts))
        for category_id, passed, number in session.execute(asked.group_by(facts.category_id, hour)):
            at = (begin + timedelta(hours=passed)).astimezone(who.zone)
            counts[category_id, at.weekday(), at.hour] += number
    sums: Counter[int | None] = Counter()
    for (category_id, _, _), number in counts.items():
        sums[category_id] += number
    names = {row.id: row.name for row in session.execute(select(Category.id, Category.name))}
    categories = [CategoryCount(key, names.get(key or 0, "没有类别"), number) for key, number in sums.most_common()]
    return HourFigures(counts, categories)
