"""Measures of quizzes: what was done in a period."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import Period
from quizzes.models.quizzes import Standing
from wechat_bot.feature import Measure


def passed(session: Session, period: Period) -> int:
    """Count the shops that passed a quiz for the first time, of each quiz once."""
    at = Standing.first_passed_at
    return session.scalar(select(func.count()).where(at >= period.begins_at, at < period.ends_at)) or 0


MEASURES = (Measure("quizzes.passed", "合格的测试", passed),)
