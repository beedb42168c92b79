"""Invitations to a quiz: a kind of campaign, planned by staff; who begins is credited to the last wave."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from campaigns import answering, listing, steering, waves
from campaigns.invitations import invitations
from campaigns.kinds import Condition, LeftOutReason
from campaigns.models import Campaign
from campaigns.waves import WavePlan
from people.models import Retailer
from quizzes.actions import authoring, turnout
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.texts import chat


def plan(
    session: Session, quiz_id: int, given: WavePlan, *, who: str, criteria: authoring.Criteria, now: datetime
) -> list[int]:
    """Plan an invitation and its reminders; gives the numbers of the waves. Raises Refused as `waves.plan` does."""
    quiz, kind = authoring.locked(session, quiz_id), INVITATIONS
    meant = (to_do(session, quiz),) if quiz.version_id is not None else ()
    return waves.plan(session, kind, quiz, given, meant=meant, noun="测试", who=who, criteria=criteria, now=now)


def stop(session: Session, quiz_id: int, *, now: datetime) -> None:
    """End the waves of a quiz that is over: no invitation goes out any more."""
    steering.end(session, (INVITATIONS,), quiz_id, now=now)


def begun(session: Session, sheet: AttemptSheet, *, now: datetime) -> None:
    """Note that a shop began: messages still waiting for it are withdrawn, and the last invitation that arrived is
    credited."""
    if sheet.waves:
        answering.acted(session, INVITATIONS, sheet.quiz_id, sheet.retailer_id, now=now)


def to_do(session: Session, quiz: Quiz) -> Condition:
    """Return the condition for whom an invitation can be: listed and not done, or, for a quiz for everyone, bound and
    not listed."""
    listed = and_(_theirs(quiz.id), not_(done(session, quiz)))
    return or_(listed, and_(Retailer.openid.is_not(None), not_(_theirs(quiz.id)))) if quiz.is_for_everyone else listed


def done(session: Session, quiz: Quiz) -> ColumnElement[bool]:
    """Return the condition for who has nothing left to do: they passed, or used all attempts and ended one."""
    version = session.get_one(QuizVersion, quiz.version_id)
    attempts = papers.definition(session, version.id, version.digest).attempts
    is_over = or_(
        Standing.is_passed.is_(True), and_(Standing.used >= attempts, Standing.counted_attempt_id.is_not(None))
    )
    # A value instead of EXISTS, which PostgreSQL would reverse: each step of a listing would then read all shops.
    mine = select(is_over).where(Standing.quiz_id == quiz.id, Standing.retailer_id == Retailer.id)
    return mine.scalar_subquery().is_(True)


def _theirs(quiz_id: int) -> ColumnElement[bool]:
    return exists().where(Standing.quiz_id == quiz_id, Standing.retailer_id == Retailer.id)


def _meant(session: Session, quiz: Quiz) -> Sequence[Condition]:
    return _theirs(quiz.id), not_(done(session, quiz))


def _reasons(session: Session, campaign: Campaign) -> Sequence[LeftOutReason]:
    quiz = session.get_one(Quiz, campaign.reference)
    return [LeftOutReason("done", done(session, quiz)), listing.has_waiting(campaign)]


def _enlist(session: Session, quiz_id: int, step: Condition, now: datetime) -> None:
    turnout.count(session, quiz_id, asked=authoring.enlist(session, quiz_id, None, {}, now, step))


INVITATIONS = invitations(
    "quiz",
    Quiz,
    Standing,
    Standing.quiz_id,
    meant=_meant,
    reasons=_reasons,
    enlist=_enlist,
    reached=lambda session, quiz_id, count: None,
    page="/m/quizzes/{}",
    tap=chat.on_a_page,
)
KINDS = (INVITATIONS,)
