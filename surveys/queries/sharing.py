"""Sharing of a survey: how many others run beside it."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveys.models import Survey

#: Running surveys are counted no further.
COUNTED = 20


def running(session: Session, *, now: datetime) -> int:
    """Count the surveys that can be answered now, up to `COUNTED`."""
    found = (
        select(Survey.id)
        .where(
            Survey.version_id.is_not(None),
            or_(Survey.opens_at.is_(None), Survey.opens_at <= now),
            or_(Survey.closes_at.is_(None), Survey.closes_at > now),
        )
        .limit(COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(found)) or 0
