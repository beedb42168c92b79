"""Figures of the last seven days: requests and answers of each day, the share answered as promised, slow areas."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from foundation.database import Moment
from foundation.dialects import milliseconds_between
from visits.queries import reports, visibility
from visits.queries.report_columns import filed, unfiled
from visits.queries.visibility import Colleague
from visits.rules.figures import DividedBy, Narrowed, ReportRow, ReportSpan

DAYS = 7
#: Areas named as the slowest.
SLOWEST = 3


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Requests that came on a day, and those of them whose first answer came on the same day."""

    on: date
    opened: int
    answered: int


@dataclass(frozen=True, slots=True)
class KeptPromises:
    """First answers of the last seven days: of all areas together, and of those that kept the promise least often."""

    total: ReportRow
    slowest: Sequence[ReportRow]


def kept_promises(session: Session, who: Colleague) -> KeptPromises:
    """Return how well first answers kept the promise in the last seven days, in what this colleague sees."""
    areas, total = reports.report(session, who, Narrowed(_span(who)), DividedBy.AREA, now=who.now, took=())
    behind = [area for area in areas if area.key is not None and area.broken]
    behind.sort(key=lambda area: (area.kept_share or 0, area.name))
    return KeptPromises(total, behind[:SLOWEST])


def days(session: Session, who: Colleague) -> list[DayFigures]:
    """Return the figures of each of the last seven days, of what this colleague sees."""
    span = _span(who)
    each_day = [span.from_on + timedelta(days=each) for each in range(DAYS)]
    opened, answered = [0] * DAYS, [0] * DAYS
    for facts in (filed(), unfiled(who.now)):
        conditions = (*facts.of, visibility.within(session, who, facts))
        # Each day is a stretch of the rows as they are stored: nothing is sorted.
        stretches = [
            _of_day(facts, conditions, place, *ReportSpan(day, day).moments(who.zone))
            for place, day in enumerate(each_day)
        ]
        for place, came, same_day in session.execute(union_all(*stretches)):
            opened[place] += came
            answered[place] += same_day or 0
    return [DayFigures(*each) for each in zip(each_day, opened, answered, strict=True)]


def _of_day(facts: Any, conditions: Sequence[Any], place: int, begin: datetime, end: datetime) -> Any:
    left = milliseconds_between(literal(end, Moment()), facts.opened_at)
    is_answered = and_(facts.first_ms.is_not(None), facts.first_ms < left)
    return select(literal(place), func.count(), func.sum(case((is_answered, 1), else_=0))).where(
        *conditions, facts.opened_at >= begin, facts.opened_at < end
    )


def _span(who: Colleague) -> ReportSpan:
    return ReportSpan(who.today - timedelta(days=DAYS - 1), who.today)
