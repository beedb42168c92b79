"""Measures of quizzes: attempts that ended in a period, and those that passed."""

from typing import Any

from sqlalchemy import Integer, Select, cast, select
from sqlalchemy.orm import Session

from foundation.clock import Period
from people.shops.counted import bound_among
from quizzes.models.attempts import Attempt
from wechat_bot.measure import Measure, Remedy, columns


def passed(session: Session, period: Period) -> Select[Any]:
    """Select the attempts that ended in the period at quizzes with a pass mark, and whether they passed."""
    at = Attempt.ended_at
    is_passed = cast(Attempt.is_passed, Integer)
    found = select(*columns(Attempt.area_id, Attempt.class_id, Attempt.manager_id, n=is_passed, of=1))
    return found.where(at >= period.begins_at, at < period.ends_at, Attempt.is_passed.is_not(None))


def taken(session: Session, period: Period) -> Select[Any]:
    """Select the attempts that ended in the period."""
    found = select(*columns(Attempt.area_id, Attempt.class_id, Attempt.manager_id))
    return found.where(Attempt.ended_at >= period.begins_at, Attempt.ended_at < period.ends_at)


def taken_ever(session: Session, period: Period) -> Select[Any]:
    """Select the bound shops that have ever ended an attempt by the period's end."""
    return bound_among(select(Attempt.retailer_id).where(Attempt.ended_at < period.ends_at))


_REMEDIES = (Remedy("看测试", "quizzes_pages.quiz_list"),)
MEASURES = (
    Measure("tests_taken", "交卷", taken, unit="人次", order=10, is_headline=True, remedies=_REMEDIES),
    Measure(
        "tests_passed",
        "合格的测试",
        passed,
        unit="人次",
        of="有合格线的交卷",
        order=20,
        is_headline=True,
        remedies=_REMEDIES,
    ),
    Measure("taken_ever", "交过卷", taken_ever, unit="家", is_state=True, order=90, step=60, remedies=_REMEDIES),
)
