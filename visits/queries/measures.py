"""Measures of visits: what was done in a period."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from foundation.clock import Period
from visits.models.requests import Request
from wechat_bot.feature import Measure


def opened(session: Session, period: Period) -> int:
    """Count the requests opened by shops."""
    return _count(session, Request.opened_at, period)


def closed(session: Session, period: Period) -> int:
    """Count the requests that were closed and still are."""
    return _count(session, Request.closed_at, period)


def _count(
    session: Session, at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], period: Period
) -> int:
    return session.scalar(select(func.count()).where(at >= period.begins_at, at < period.ends_at)) or 0


MEASURES = (Measure("visits.opened", "收到的留言", opened), Measure("visits.closed", "办结的留言", closed))
