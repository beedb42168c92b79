"""Measures of surveys: what was done in a period."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import Period
from surveys.models import Submission
from wechat_bot.feature import Measure


def handed_in(session: Session, period: Period) -> int:
    """Count the answer sheets handed in, void ones too, and each shop's once; of anonymous surveys by the day."""
    at = Submission.submitted_at
    is_in = (at >= period.begins_at, at < period.ends_at, Submission.superseded == 0)
    return session.scalar(select(func.count()).where(*is_in)) or 0


MEASURES = (Measure("surveys.handed_in", "交回的调查", handed_in),)
