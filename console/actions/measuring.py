"""Measure actions: keep what was counted for the front page."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.models import MonthFigure
from foundation.database import upsert


def save(session: Session, measure: str, count: int, before: int, *, now: datetime) -> None:
    """Keep the figures of a measure in place of those counted earlier."""
    values = {"counted_at": now, "now": count, "before": before}
    statement = upsert(session, MonthFigure).values(measure=measure, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["measure"], set_=values))
