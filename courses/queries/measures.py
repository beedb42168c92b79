"""Measures of courses: what was learnt in a period."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.models.learning import Enrolment
from foundation.clock import Period
from wechat_bot.feature import Measure


def learnt(session: Session, period: Period) -> int:
    """Count the courses that were finished, each once for a learner."""
    at = Enrolment.finished_at
    return session.scalar(select(func.count()).where(at >= period.begins_at, at < period.ends_at)) or 0


MEASURES = (Measure("courses.learnt", "学完的微课", learnt),)
