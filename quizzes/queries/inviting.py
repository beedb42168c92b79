"""Invitations to a quiz: whom one would reach."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import Session

from campaigns import preview as reach
from campaigns import waves
from campaigns.preview import Preview
from people.models import Retailer
from quizzes.actions import inviting
from quizzes.models.quizzes import Quiz, Standing
from wechat_bot.criterion import Criterion


def preview(
    session: Session,
    quiz_id: int,
    audience: Mapping[str, Any] | None,
    criteria: Mapping[str, Criterion],
    *,
    has_template: bool,
    now: datetime,
    most: int = waves.PREVIEWED,
) -> Preview:
    """Count whom an invitation would be for now, and who has nothing left to do; at most `most` shops. Raises Refused
    where the audience cannot be read."""
    quiz = session.get_one(Quiz, quiz_id)
    listed = exists().where(Standing.quiz_id == quiz_id, Standing.retailer_id == Retailer.id)
    meant: list[ColumnElement[bool]] = [or_(Retailer.openid.is_not(None), listed) if quiz.is_for_everyone else listed]
    meant += waves.narrowed(session, audience, criteria, now=now)
    done = inviting.done(session, quiz)
    return reach.preview(session, meant, has_acted=done, has_template=has_template, most=most, now=now)
