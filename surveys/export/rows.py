"""Rows of an export: the submissions of a survey as a stream, with who gave them, in one statement."""

from collections.abc import Generator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from people.models import Area, Manager, Retailer, ShopClass
from surveys.models import Submission

#: Rows held at a time.
BATCH = 1000


class AnswerRow(NamedTuple):
    """Submission; with who gave it in an identified survey only."""

    version_id: int
    answers: dict[str, Any]
    source: str
    submitted_at: datetime
    is_valid: bool
    score: int | None
    seconds: int | None
    licence: str | None
    shop: str | None
    area: str | None
    shop_class: str | None
    manager: str | None


def total(session: Session, survey_id: int) -> int:
    """Count the submissions."""
    return session.scalar(select(func.count()).select_from(Submission).where(*_returned(survey_id))) or 0


def stream(session: Session, survey_id: int, *, is_anonymous: bool) -> Generator[AnswerRow]:
    """Yield every submission in the order of arrival (of an anonymous survey: in none), at most a chunk in memory.

    Area, class and customer manager are those at the time of the answer.
    """
    answered = (
        Submission.version_id,
        Submission.answers,
        Submission.source,
        Submission.submitted_at,
        Submission.is_valid,
        Submission.score,
    )
    if is_anonymous:
        statement = select(*answered, *(literal(None) for _ in range(6)))
    else:
        statement = (
            select(
                *answered,
                Submission.seconds,
                Retailer.licence,
                Retailer.shop,
                Area.name,
                ShopClass.name,
                Manager.name,
            )
            .outerjoin(Retailer, Retailer.id == Submission.retailer_id)
            .join(Area, Area.id == Submission.area_id)
            .join(ShopClass, ShopClass.id == Submission.class_id)
            .outerjoin(Manager, Manager.id == Submission.manager_id)
        )
    statement = statement.where(*_returned(survey_id)).order_by(Submission.id)
    with session.execute(statement, execution_options={"yield_per": BATCH}) as result:
        for row in result:
            yield AnswerRow(*row)


def _returned(survey_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the submissions that count as returned."""
    return Submission.survey_id == survey_id, Submission.superseded == 0
