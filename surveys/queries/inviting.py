"""Invitations to a survey: whether the last was opened."""

from sqlalchemy.orm import Session

from campaigns import answering
from surveys.actions import waves
from surveys.queries.answer_sheet import AnswerSheet


def is_unopened(session: Session, sheet: AnswerSheet) -> bool:
    """Whether looking at a survey now is the first time, or the first since the last invitation."""
    if sheet.participation_id is None:
        return False
    if not sheet.is_opened or not sheet.waves:
        return not sheet.is_opened
    return answering.is_unopened(session, waves.INVITATIONS.kind, sheet.survey_id, sheet.retailer_id)
