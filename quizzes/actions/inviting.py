"""Invitations to a quiz: a kind of campaign, planned by staff; who begins is credited to the last wave."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session

from campaigns import answering
from campaigns import invitations as kit
from campaigns.invitations import Addressees, invitations
from campaigns.kinds import Condition
from campaigns.waves import WavePlan
from console import drafting
from quizzes.actions import authoring, turnout
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.texts import chat


def plan(
    session: Session, quiz_id: int, given: WavePlan, *, who: str, criteria: authoring.Criteria, now: datetime
) -> list[int]:
    """Plan an invitation and its reminders; gives the numbers of the waves. Raises Refused as `waves.plan` does."""
    quiz = drafting.locked(session, papers.WORKS, quiz_id)
    return kit.plan(session, INVITATIONS, quiz, given, who=who, criteria=criteria, now=now)


def begun(session: Session, sheet: AttemptSheet, *, now: datetime) -> None:
    """Note that a shop began: messages still waiting for it are withdrawn, and the last invitation that arrived is
    credited."""
    if sheet.waves:
        answering.acted(session, INVITATIONS.kind, sheet.quiz_id, sheet.retailer_id, now=now)


def _done(session: Session, quiz: Quiz) -> ColumnElement[bool]:
    """Return the condition for who has nothing left to do: they passed, or used all attempts and ended one."""
    version = session.get_one(QuizVersion, quiz.version_id)
    attempts = papers.definition(session, version.id, version.digest).attempts
    used_up = and_(Standing.used >= attempts, Standing.counted_attempt_id.is_not(None))
    return or_(Standing.is_passed.is_(True), used_up)


def _enlist(session: Session, quiz_id: int, step: Condition, now: datetime) -> None:
    turnout.count(session, quiz_id, asked=authoring.enlist(session, quiz_id, None, {}, now, step))


INVITATIONS = invitations(
    "quiz",
    "测试",
    Addressees(Quiz, Standing, Standing.quiz_id, _done),
    enlist=_enlist,
    page="/m/quizzes/{}",
    tap=chat.on_a_page,
)
