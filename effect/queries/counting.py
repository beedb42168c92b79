"""Counting: what the rows of the features give for a month, and what the months hold of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from effect.models.months import EffectMonth, MonthFact
from effect.rules import carrying, months
from effect.rules.carrying import FactKey, Facts
from foundation.clock import Period
from wechat_bot.measure import Fact, Measure, cells

#: A period ends before its end: what happens at this very moment is in it.
_INSTANT = timedelta(microseconds=1)


def of_rows(session: Session, measure: Measure, month: int, zone: ZoneInfo, *, now: datetime) -> Facts:
    """Count a measure of a month from the rows of its feature, up to now; by company, area, class and manager."""
    whole = months.period(month, zone)
    so_far = Period(whole.begins_at, min(whole.ends_at, now + _INSTANT), seen_at=now)
    return carrying.grouped(cells(session, measure, so_far), nothing=Fact(0, 0 if measure.of else None))


def of_same_days(session: Session, measure: Measure, month: int, zone: ZoneInfo, *, now: datetime) -> Facts:
    """Count a measure in as much of the month before as there is of a month that runs; nothing of one that is over, nor
    of how things stand."""
    if measure.is_state or months.period(month, zone).ends_at <= now:
        return {}
    return carrying.grouped(
        cells(session, measure, months.same_days(now, zone)), nothing=Fact(0, 0 if measure.of else None)
    )


def seen(session: Session, measure: str, month: int) -> Facts:
    """Return what the rows gave when a month was filed or recounted last."""
    return {key: fact for key, (_, fact) in held(session, measure, month).items()}


def held(session: Session, measure: str, month: int) -> Mapping[FactKey, tuple[Fact, Fact]]:
    """Return the facts a month holds of a measure: what it shows, and what the rows gave."""
    rows = session.execute(select(MonthFact).where(MonthFact.month == month, MonthFact.measure == measure)).scalars()
    return {FactKey(row.by, row.member_id): (Fact(row.n, row.of), Fact(row.seen_n, row.seen_of)) for row in rows}


def taken_late(session: Session, measure: Measure, month: int, zone: ZoneInfo, *, now: datetime) -> Facts:
    """Return what came too late for the month before this one, if that is closed. Of how things stand there is none."""
    last = months.before(month)
    if measure.is_state or not is_closed(session, last):
        return {}
    rows = of_rows(session, measure, last, zone, now=now)
    return carrying.late(rows, seen(session, measure.name, last), is_of_state=measure.is_of_state)


def is_closed(session: Session, month: int) -> bool:
    """Whether a month is closed."""
    found = select(EffectMonth.closed_at).where(EffectMonth.month == month, EffectMonth.closed_at.is_not(None))
    return session.scalar(found) is not None


def is_filed(session: Session, month: int) -> bool:
    """Whether a month was ever filed."""
    return session.get(EffectMonth, month) is not None


def unclosed(session: Session, *, until: int) -> list[int]:
    """Return the months to be closed, the earliest first: those that were filed, and those nobody was there to file."""
    first = session.scalar(select(EffectMonth.month).order_by(EffectMonth.month).limit(1))
    closed = set(session.scalars(select(EffectMonth.month).where(EffectMonth.closed_at.is_not(None))))
    found, month = [], first
    while month is not None and month <= until:
        found += [month] if month not in closed else []
        month = months.before(month, -1)
    return found


def is_due(session: Session, month: int, *, now: datetime) -> bool:
    """Whether an open month is to be filed again."""
    row = session.get(EffectMonth, month)
    return row is None or (row.closed_at is None and months.is_due(row.filed_at, row.took_ms, now))
