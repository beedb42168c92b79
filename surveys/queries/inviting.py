"""Invitations to a survey: whom one would reach, and whether the last was opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from campaigns import answering
from campaigns import preview as reach
from campaigns.preview import Preview
from campaigns.waves import PREVIEWED, narrowed
from people.models import Retailer
from surveys.actions import waves
from surveys.models import Participation, Survey
from surveys.queries.answer_sheet import AnswerSheet
from wechat_bot.criterion import Criterion


def is_unopened(session: Session, sheet: AnswerSheet) -> bool:
    """Whether looking at a survey now is the first time, or the first since the last invitation."""
    if sheet.participation_id is None:
        return False
    if not sheet.is_opened or not sheet.waves:
        return not sheet.is_opened
    return answering.is_unopened(session, waves.INVITATIONS, sheet.survey_id, sheet.retailer_id)


def preview(
    session: Session,
    survey_id: int,
    audience: Mapping[str, Any] | None,
    criteria: Mapping[str, Criterion],
    *,
    has_template: bool,
    now: datetime,
    most: int = PREVIEWED,
) -> Preview:
    """Count whom an invitation would be for now, and who has answered; at most `most` shops.

    Raises Refused where the audience cannot be read.
    """
    survey = session.get_one(Survey, survey_id)
    theirs = (Participation.survey_id == survey_id, Participation.retailer_id == Retailer.id)
    # A value and not an EXISTS: for that PostgreSQL would first read all answer sheets of the survey.
    submitted = select(Participation.is_submitted).where(*theirs).scalar_subquery()
    meant: list[ColumnElement[bool]] = [exists().where(*theirs)]
    if survey.is_for_everyone:
        meant = [or_(Retailer.openid.is_not(None), submitted.is_not(None))]
    meant += narrowed(session, audience, criteria, now=now)
    answered = func.coalesce(submitted, False)
    return reach.preview(session, meant, has_acted=answered, has_template=has_template, most=most, now=now)
