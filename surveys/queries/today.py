"""Surveys that need somebody today."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import running
from console.rules.visitors import Visitor
from console.running import EndingWork
from people.models import Area, Retailer
from people.visibility import within
from surveys.models import Participation, Survey, Tally

#: Counting stops here.
COUNTED = 10_000


def ending(session: Session, *, now: datetime, zone: ZoneInfo) -> list[EndingWork]:
    """Return open surveys that end today or tomorrow, the soonest first; from the counters, whatever their size."""
    return running.ending(session, Survey, _figure("sent"), _figure("returned"), now=now, zone=zone)


def missing_of(session: Session, visitor: Visitor, found: list[EndingWork], *, today: date) -> dict[int, int]:
    """Count this visitor's listed shops that have not answered, by survey; nothing for anonymous ones.

    All together counted up to `COUNTED`. Anonymous surveys are left out because in a part of two shops the figure could
    point at one.
    """
    if not found:
        return {}
    mine = within(session, visitor, today=today)
    some = (
        select(Participation.survey_id)
        .join(Survey, Survey.id == Participation.survey_id)
        .join(Retailer, Retailer.id == Participation.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(
            Participation.survey_id.in_([each.id for each in found]),
            Participation.is_submitted.is_(False),
            Survey.is_anonymous.is_(False),
            *([] if mine is None else [mine]),
        )
        .limit(COUNTED)
        .subquery()
    )
    rows = session.execute(select(some.c.survey_id, func.count()).group_by(some.c.survey_id))
    return {survey_id: count for survey_id, count in rows}  # noqa: C416 - a dict of Rows is untyped


def _figure(name: str) -> Any:
    counter = select(Tally.count).where(Tally.survey_id == Survey.id, Tally.question == "", Tally.option == name)
    return func.coalesce(counter.scalar_subquery(), 0)
