"""Calendar of the company, as it is kept: its week and special days with the public ones, and its closures."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.calendar import Calendar
from people.working_time.models import SpecialDay, WorkingWeek


def hours(session: Session) -> Calendar | None:
    """Return the company's working hours; None where none were ever saved."""
    week = _week(session)
    return _calendar(session, ZoneInfo(week.zone), week) if week else None


def calendar(session: Session, zone: ZoneInfo) -> Calendar:
    """Return the company's calendar. Before any working hours are saved it has those of no day of the week."""
    return _calendar(session, zone, _week(session))


def closure(session: Session, day: date, zone: ZoneInfo) -> str:
    """Return why the company is closed on a day, as `Calendar.closure`."""
    return _calendar(session, zone, _week(session), on=day).closure(day)


def _week(session: Session) -> WorkingWeek | None:
    return session.scalars(select(WorkingWeek).order_by(WorkingWeek.id).limit(1)).first()


def _calendar(session: Session, zone: ZoneInfo, week: WorkingWeek | None, on: date | None = None) -> Calendar:
    """Return the calendar with all special days, or with that of one day only."""
    special = select(SpecialDay.day_on, SpecialDay.name, SpecialDay.spans)
    if on is not None:
        special = special.where(SpecialDay.day_on == on)
    rows = session.execute(special).all()
    return Calendar(
        ZoneInfo(week.zone) if week else zone,
        tuple(_spans(day) for day in (week.days if week else [[]] * 7)),
        {row.day_on: _spans(row.spans) for row in rows},
        {row.day_on: row.name for row in rows},
        week.keeps_public_days if week else True,
    )


def _spans(kept: list[Any]) -> tuple[tuple[int, int], ...]:
    return tuple((begins, ends) for begins, ends in kept)
