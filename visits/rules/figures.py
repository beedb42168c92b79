"""Figures of a report: its span, its divisions, its rows and times, as plain values."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from console import fields
from foundation.errors import Refused
from visits.models.requests import FIRST_NUMBER

#: The company's own measure: a first answer within this time by the wall clock, whatever was promised.
PROMISED = timedelta(hours=24)
#: The usual number of shops of a customer manager in this trade, to compare a workload with.
SHOPS_OF_A_MANAGER = 165
MOST_DAYS = 1100


class DividedBy(StrEnum):
    """Division of a report."""

    MANAGER = "manager"
    AREA = "area"
    CATEGORY = "category"
    CLASS = "class"
    WEEK = "week"
    MONTH = "month"


class ReportFigure(StrEnum):
    """Figure whose requests can be listed."""

    ALL = "all"
    #: First answered by the promised deadline.
    KEPT = "kept"
    #: First answered after the promised deadline, or still unanswered past it.
    BROKEN = "broken"
    WITHIN = "within"
    #: Answered later than in 24 hours, or still unanswered after them.
    LATE = "late"
    OVERDUE = "overdue"
    LOST = "lost"
    OPEN = "open"
    CLOSED = "closed"
    RATED = "rated"
    DISCONTENT = "discontent"


class ReportTime(StrEnum):
    """Time whose median and 90th percentile a report gives."""

    #: From the first message to the first answer.
    FIRST = "first"
    #: From a later message to its answer: the longest one of a request.
    NEXT = "next"
    #: From the first message until it was closed.
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Times:
    """Median and 90th percentile of so many times, in seconds."""

    median: float
    ninth: float
    of: int


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """Span of a report: days, both included, in the company's time zone."""

    from_on: date
    until_on: date

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its beginning and its end; the end is not part of it."""
        after = self.until_on + timedelta(days=1)
        return datetime.combine(self.from_on, time(), zone), datetime.combine(after, time(), zone)

    def stretches(self, by: DividedBy) -> list["ReportSpan"]:
        """Return its parts that lie in each week (from Monday on) or month.

        >>> span = ReportSpan(date(2026, 11, 23), date(2027, 1, 2))
        >>> [str(each.from_on) for each in span.stretches(DividedBy.MONTH)]
        ['2026-11-23', '2026-12-01', '2027-01-01']
        >>> [str(each.until_on) for each in span.stretches(DividedBy.WEEK)][-2:]
        ['2026-12-27', '2027-01-02']
        """
        found, first = [], self.from_on
        while first <= self.until_on:
            if by is DividedBy.WEEK:
                after = first + timedelta(days=7 - first.weekday())
            else:
                after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            found.append(ReportSpan(first, min(self.until_on, after - timedelta(days=1))))
            first = after
        return found


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Filter of a report's requests. An id of 0 means: those without one."""

    span: ReportSpan
    manager_id: int | None = None
    area_id: int | None = None
    category_id: int | None = None
    class_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Row of a report. `visits.queries.reports.report` says what each figure counts."""

    key: int | None
    name: str
    requests: int = 0
    promised: int = 0
    kept: int = 0
    judged: int = 0
    within: int = 0
    overdue: int = 0
    lost: int = 0
    open: int = 0
    closed: int = 0
    rated: int = 0
    content: int = 0
    discontent: int = 0
    #: Shops looked after, where the row is of one manager.
    shops: int | None = None
    #: The times that were asked for.
    times: Mapping[ReportTime, Times] = field(default_factory=dict)

    @property
    def kept_share(self) -> float | None:
        return self.kept / self.promised if self.promised else None

    @property
    def broken(self) -> int:
        return self.promised - self.kept

    @property
    def within_share(self) -> float | None:
        return self.within / self.judged if self.judged else None

    @property
    def content_share(self) -> float | None:
        return self.content / self.rated if self.rated else None

    @property
    def late(self) -> int:
        return self.judged - self.within


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Request behind a figure."""

    id: int
    shop: str
    licence: str
    class_name: str
    area: str
    category: str
    owner: str
    answered_by: str
    opened_at: datetime
    first_answered_at: datetime | None
    closed_at: datetime | None
    closed_how: str | None
    #: Whether the first answer came in time; None while that is open, or where none was due.
    is_kept: bool | None
    is_overdue: bool
    is_lost: bool
    score: int | None
    #: The shop's comment on its rating.
    comment: str

    @property
    def number(self) -> int:
        return self.id + FIRST_NUMBER

    @property
    def seconds(self) -> float | None:
        """How long the first answer took."""
        return (self.first_answered_at - self.opened_at).total_seconds() if self.first_answered_at else None


#: The figures of a row that are counts, and can be added up.
COUNTED = tuple(each.name for each in dataclasses.fields(ReportRow) if each.type is int)


def times(milliseconds: Sequence[int]) -> Times | None:
    """Compute the exact median and 90th percentile; None for no values.

    Interpolated between the closest ranks: type 7 of Hyndman and Fan (1996), which is SQL's PERCENTILE_CONT and Excel's
    PERCENTILE.INC.

    >>> times([1000, 4000, 2000, 3000])
    Times(median=2.5, ninth=3.7, of=4)
    >>> times([])
    """
    if not milliseconds:
        return None
    ranked = sorted(milliseconds)

    def at(tenths: int) -> float:
        place, rest = divmod(tenths * (len(ranked) - 1), 10)
        step = ranked[place + 1] - ranked[place] if rest else 0
        return (ranked[place] + step * rest / 10) / 1000

    return Times(at(5), at(9), len(ranked))


def span(from_on: str, until_on: str, *, today: date) -> ReportSpan:
    """Read the days of a form; this month where it is empty. Raises `Refused` for what is no span.

    >>> span("", "", today=date(2026, 11, 23))
    ReportSpan(from_on=datetime.date(2026, 11, 1), until_on=datetime.date(2026, 11, 23))
    """
    first = fields.day(from_on) or today.replace(day=1)
    last = fields.day(until_on) or max(today, first)
    if last < first:
        raise Refused("结束的日期在开始的日期之前。")
    if (last - first).days > MOST_DAYS:
        raise Refused("一次最多看三年。")
    return ReportSpan(first, last)


def spans(today: date) -> list[tuple[str, ReportSpan]]:
    """Return the spans people ask for most.

    >>> [(name, each.from_on.isoformat()) for name, each in spans(date(2026, 11, 23))][1:3]
    [('上月', '2026-10-01'), ('本季度', '2026-10-01')]
    """
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        ("本月", ReportSpan(month, today)),
        ("上月", ReportSpan(last.replace(day=1), last)),
        ("本季度", ReportSpan(quarter, today)),
        ("今年", ReportSpan(today.replace(month=1, day=1), today)),
    ]
