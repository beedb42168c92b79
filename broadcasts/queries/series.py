"""Series of pushes for staff: a list, one with its occurrences, and what waits for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from broadcasts.models.pushes import IS_ITS_CAMPAIGN, PUSH, Push
from broadcasts.models.series import Occurrence, PushSeries
from broadcasts.rules import occurrences, states
from broadcasts.rules.states import State
from campaigns.models import Campaign
from foundation import paging
from foundation.calendar import Calendar
from foundation.paging import FIRST, Cursor, Order, Page

#: Occurrences on the page of a series, the newest.
SHOWN = 60
#: Drafts that are offered as a model, the newest.
MODELS = 40


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """Series in a list."""

    id: int
    name: str
    push_id: int
    title: str
    rule: Mapping[str, Any]
    at: time
    until: date | None
    approved_by: str | None
    created_by: str
    ended_at: datetime | None

    @property
    def said(self) -> str:
        """Its rule in words, with the time."""
        return f"{occurrences.words(self.rule)}，{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class OccurrenceLine:
    """Occurrence of a series with its push, as far as there is one."""

    wanted_on: date
    day_on: date | None
    push_id: int | None
    state: State | None
    error: str | None
    is_same_day: bool

    @property
    def is_asked(self) -> bool:
        """Whether somebody must say on which day it is."""
        return self.day_on is None and self.push_id is None and not self.is_same_day

    @property
    def word(self) -> str:
        if self.state is not None:
            return states.WORDS[self.state]
        return "哪天？" if self.is_asked else "与另一次同一天，只发一条" if self.is_same_day else "时间过了，没有发"


@dataclass(frozen=True, slots=True)
class WaitingOccurrence:
    """Occurrence that waits for somebody: for a day, or to be submitted by hand."""

    series_id: int
    name: str
    wanted_on: date
    push_id: int | None
    error: str


def page(session: Session, *, search: str = "", cursor: Cursor = FIRST, limit: int) -> Page[SeriesLine]:
    """A page of series, the newest first."""
    statement = _lines()
    if search:
        statement = statement.where(PushSeries.name.contains(search, autoescape=True))
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=_line)


def find(session: Session, series_id: int) -> SeriesLine | None:
    """A series; None where there is none."""
    row = session.execute(_lines().where(PushSeries.id == series_id)).first()
    return _line(*row) if row else None


def made(session: Session, series_id: int) -> list[OccurrenceLine]:
    """The occurrences of a series, the newest first."""
    rows = session.execute(
        select(Occurrence, Campaign.state, Campaign.error)
        .outerjoin(Campaign, and_(Campaign.kind == PUSH, Campaign.reference == Occurrence.push_id))
        .where(Occurrence.series_id == series_id)
        .order_by(Occurrence.wanted_on.desc())
        .limit(SHOWN)
    )
    return [
        OccurrenceLine(
            each.wanted_on, each.day_on, each.push_id, State(state) if state else None, error, each.is_same_day
        )
        for each, state, error in rows
    ]


def models(session: Session, chosen: int | None = None) -> list[tuple[int, str]]:
    """The newest drafts, of which a series can be made, and the one that was chosen."""
    rows = session.execute(
        select(Push.id, Push.title)
        .join(Campaign, IS_ITS_CAMPAIGN)
        .where(or_(and_(Campaign.state == State.DRAFT, Push.series_id.is_(None)), Push.id == chosen))
        .order_by((Push.id == chosen).desc(), Push.id.desc())
        .limit(MODELS)
    )
    return [(row.id, row.title or f"没有标题（{row.id}）") for row in rows]


def of_push(session: Session, push_id: int) -> list[tuple[int, str]]:
    """The series that go on with a push as their model."""
    rows = session.execute(
        select(PushSeries.id, PushSeries.name).where(PushSeries.push_id == push_id, PushSeries.ended_at.is_(None))
    )
    return [(row.id, row.name) for row in rows]


def asked(session: Session, *, limit: int) -> list[WaitingOccurrence]:
    """Occurrences of series that go on whose day depends on unpublished holidays."""
    rows = session.execute(
        _waiting()
        .where(Occurrence.day_on.is_(None), Occurrence.push_id.is_(None), ~Occurrence.is_same_day)
        .order_by(Occurrence.wanted_on, Occurrence.series_id)
        .limit(limit)
    )
    return [WaitingOccurrence(row.id, row.name, row.wanted_on, None, "") for row in rows]


def not_submitted(session: Session, today: date, *, limit: int) -> list[WaitingOccurrence]:
    """Occurrences from today on whose push is a draft, with why."""
    rows = session.execute(
        _waiting()
        .add_columns(Occurrence.push_id, Campaign.error)
        .join(Campaign, and_(Campaign.kind == PUSH, Campaign.reference == Occurrence.push_id))
        .where(Occurrence.day_on >= today, Campaign.state == State.DRAFT)
        .order_by(Occurrence.day_on, Occurrence.series_id)
        .limit(limit)
    )
    return [WaitingOccurrence(row.id, row.name, row.wanted_on, row.push_id, row.error or "") for row in rows]


def kept(line: SeriesLine) -> dict[str, str]:
    """What is kept of a series, in words."""
    return {
        "名称": line.name,
        "规则": line.said,
        "到哪天": str(line.until or ""),
        "批准": line.approved_by or "",
        "结束": "已结束" if line.ended_at else "",
    }


_NEWEST: Order[SeriesLine] = Order((PushSeries.id,), lambda line: (line.id,), is_down=True)


def _lines() -> Any:
    return select(PushSeries, Push.title).join(Push, Push.id == PushSeries.push_id)


def _waiting() -> Any:
    return (
        select(PushSeries.id, PushSeries.name, Occurrence.wanted_on)
        .join(Occurrence, Occurrence.series_id == PushSeries.id)
        .where(PushSeries.ended_at.is_(None))
    )


def _line(series: PushSeries, title: str) -> SeriesLine:
    return SeriesLine(
        series.id,
        series.name,
        series.push_id,
        title,
        series.rule,
        series.at,
        series.until,
        series.approved_by,
        series.created_by,
        series.ended_at,
    )


def next_days(
    rule: Mapping[str, Any], at: time, until: date | None, now: datetime, company: Calendar, *, most: int = 6
) -> Sequence[occurrences.PlannedDay]:
    """The next days of a rule, from a moment in the company's time zone on."""
    first = now.date()
    last = first.replace(year=first.year + 2, day=min(first.day, 28))
    found = [
        each
        for each in occurrences.days(rule, first, last if until is None else min(last, until), company)
        if each.day_on is None or datetime.combine(each.day_on, at, now.tzinfo) >= now
    ]
    return found[:most]
