"""Calendar of pushes: what goes out from one day to another, and the occurrences of series still to be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session

from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import IS_ITS_CAMPAIGN, PUSH, Push, PushKind
from broadcasts.models.series import Occurrence, PushSeries
from broadcasts.queries.pushes import PushLine
from broadcasts.rules import occurrences, states
from broadcasts.rules.states import State
from campaigns.models import Campaign
from foundation.calendar import Calendar
from foundation.clock import day_in
from wechat_bot.mass import quota
from wechat_bot.mass.models import AccountUse, MassMonth

#: Rows that are read of one month, at most.
MOST = 500
#: Series whose days are looked for, at most.
MOST_SERIES = 200


@dataclass(frozen=True, slots=True)
class CalendarPush:
    """Push on its day."""

    id: int
    title: str
    kind: PushKind
    state: State
    due_at: datetime
    is_of_series: bool

    @property
    def word(self) -> str:
        return states.WORDS[self.state]

    @property
    def is_open(self) -> bool:
        """Whether it may still be moved."""
        return self.state in states.OPEN


@dataclass(frozen=True, slots=True)
class CalendarOther:
    """Campaign of another kind that goes on a day; its kind is what its link begins with."""

    topic: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ComingOccurrence:
    """Occurrence of a series that no push was made for yet; `is_asked`: its day depends on unpublished holidays."""

    series_id: int
    name: str
    kind: PushKind
    day_on: date
    at: time
    is_asked: bool


@dataclass(frozen=True, slots=True)
class MonthUses:
    """How many followers have had none, one … four of the month's mass messages, and when that was counted."""

    followers: Sequence[int]
    counted_at: datetime

    @property
    def all(self) -> int:
        return sum(self.followers)


def pushes(
    session: Session, first: date, last: date, zone: ZoneInfo, *, kind: str = "", column_id: int | None = None
) -> list[CalendarPush]:
    """Pushes of every state from one day to another, both included, the first in front."""
    found = (
        select(Push.id, Push.title, Push.kind, Campaign.state, Campaign.due_at, Push.series_id)
        .join(Campaign, IS_ITS_CAMPAIGN)
        .where(*_between(first, last, zone))
        .order_by(Campaign.due_at, Push.id)
        .limit(MOST)
    )
    if kind:
        found = found.where(Push.kind == kind)
    if column_id is not None:
        articles = select(LibraryArticle.id).where(LibraryArticle.column_id == column_id)
        found = found.where(Push.article_id.in_(articles))
    return [
        CalendarPush(row.id, row.title, PushKind(row.kind), State(row.state), row.due_at, row.series_id is not None)
        for row in session.execute(found)
    ]


def others(session: Session, first: date, last: date, zone: ZoneInfo) -> list[CalendarOther]:
    """Campaigns of other kinds that are still to go from one day to another."""
    # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
    waits = text("campaign.state in ('planned', 'listing', 'sending')")
    found = select(Campaign.about, Campaign.due_at).where(waits, Campaign.kind != PUSH, *_between(first, last, zone))
    rows = session.execute(found.order_by(Campaign.due_at, Campaign.id).limit(MOST))
    return [CalendarOther(row.about.partition(":")[0], row.due_at) for row in rows]


def coming(
    session: Session,
    first: date,
    last: date,
    today: date,
    company: Calendar,
    *,
    kind: str = "",
    column_id: int | None = None,
) -> list[ComingOccurrence]:
    """Occurrences of the series that go on, from one day to another, that no push was made for yet."""
    begins = max(first, today)
    if begins > last:
        return []
    running = (
        select(PushSeries, Push.kind, LibraryArticle.column_id)
        .join(Push, Push.id == PushSeries.push_id)
        .outerjoin(LibraryArticle, LibraryArticle.id == Push.article_id)
        .where(PushSeries.ended_at.is_(None), or_(PushSeries.until.is_(None), PushSeries.until >= begins))
        .order_by(PushSeries.id)
        .limit(MOST_SERIES)
    )
    if kind:
        running = running.where(Push.kind == kind)
    if column_id is not None:
        running = running.where(LibraryArticle.column_id == column_id)
    rows = session.execute(running).all()
    made = select(Occurrence.series_id, Occurrence.wanted_on).where(
        or_(Occurrence.push_id.is_not(None), Occurrence.is_same_day), Occurrence.wanted_on.between(begins, last)
    )
    done = {(row.series_id, row.wanted_on) for row in session.execute(made)}
    found = []
    for series, of_kind, _ in rows:
        until = last if series.until is None else min(last, series.until)
        for each in occurrences.days(series.rule, begins, until, company):
            if (series.id, each.wanted_on) not in done:
                day_on, is_asked = each.day_on or each.wanted_on, each.day_on is None
                found.append(ComingOccurrence(series.id, series.name, PushKind(of_kind), day_on, series.at, is_asked))
    return found


def calls(session: Session, first: date, last: date) -> dict[date, int]:
    """The mass calls that were made on days, by day."""
    rows = select(AccountUse.day_on, AccountUse.used).where(
        AccountUse.what == "mass", AccountUse.day_on.between(first, last)
    )
    return {row.day_on: row.used for row in session.execute(rows)}


def uses(session: Session, month: date) -> MonthUses | None:
    """How many followers have had how many of a month's four, as the clock counted it last; None where it never did."""
    rows = session.execute(
        select(MassMonth.used, MassMonth.followers, MassMonth.counted_at).where(
            MassMonth.month == month.year * 100 + month.month
        )
    ).all()
    if not rows:
        return None
    counted = {row.used: row.followers for row in rows}
    return MonthUses([counted.get(used, 0) for used in range(quota.A_MONTH + 1)], max(row.counted_at for row in rows))


def kept(push: CalendarPush, zone: ZoneInfo) -> dict[str, str]:
    """What moving a push is made over: its moment and its state."""
    return {"时间": f"{push.due_at.astimezone(zone):%Y-%m-%d %H:%M}", "状态": push.word}


def of_line(line: PushLine) -> CalendarPush:
    """A push of a list, as the calendar shows it."""
    return CalendarPush(line.id, line.title, line.kind, line.state, line.due_at, is_of_series=False)


def clashing(found: Sequence[CalendarPush], now: datetime, zone: ZoneInfo) -> list[tuple[CalendarPush, CalendarPush]]:
    """Pairs of pushes that are still to go on the same day, the earlier of the two in front."""
    ahead = [each for each in found if each.due_at >= now and each.state in (*states.OPEN, State.PAUSED)]
    return [
        (one, other)
        for at, one in enumerate(ahead)
        for other in ahead[at + 1 :]
        if day_in(one.due_at, zone) == day_in(other.due_at, zone)
    ]


def _between(first: date, last: date, zone: ZoneInfo) -> tuple[ColumnElement[bool], ...]:
    begins = datetime.combine(first, time(), zone).astimezone(UTC)
    ends = datetime.combine(last, time.max, zone).astimezone(UTC)
    return Campaign.due_at >= begins, Campaign.due_at <= ends
