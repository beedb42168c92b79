"""Measures of surveys: what was done in a period."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import Period
from surveys.models import Submission
from wechat_bot.feature import Measure


def handed_in(session: Session, period: Period) -> int:
    """Count the answer sheets handed in; of anonymous surveys by the day."""
    at = Submission.submitted_at
    return session.scalar(select(func.count()).where(at >= period.begins_at, at < period.ends_at)) or 0


MEASURES = (Measure("surveys.handed_in", "交回的调查", handed_in),)
