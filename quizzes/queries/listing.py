"""Lists of quizzes: those that are open for a shop; how long a paper is, and what is said before it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from people.models import Retailer
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.rules.definition import QuizDefinition
from quizzes.rules.items import KeyEffect
from quizzes.texts import chat


class PaperExtent(NamedTuple):
    """Extent of a paper: how many questions, and the greatest sum of points in hundredths; None where each paper is
    drawn from questions that are worth different points."""

    questions: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class WaitingQuiz:
    """Open quiz for a shop."""

    quiz_id: int
    definition: QuizDefinition
    #: Whether an attempt is open.
    is_begun: bool
    used: int
    total: int | None
    is_passed: bool | None

    @property
    def left(self) -> int:
        """How many attempts may still be begun."""
        return max(0, self.definition.attempts - self.used)

    @property
    def waits(self) -> bool:
        """Whether the shop should do something: it has not begun, or not ended, or may do better."""
        return self.is_begun or (self.left > 0 and not self.is_passed)


def open_for(session: Session, openid: str, *, now: datetime) -> list[WaitingQuiz] | None:
    """Return the open quizzes for the shop behind an openid, taken ones included, those that end first in front; None
    where the openid is bound to no shop. One statement."""
    rows = session.execute(_OPEN_FOR, {"openid": openid, "now": now}).all()
    if not rows:
        return None
    return [
        WaitingQuiz(
            row.quiz_id,
            papers.definition(session, row.version_id, row.digest),
            row.attempt_id is not None,
            row.used or 0,
            row.total,
            row.is_passed,
        )
        for row in rows
        if row.quiz_id is not None
    ]


def extent(session: Session, quiz_id: int, version_id: int, definition: QuizDefinition) -> PaperExtent:
    """Return the extent of a version's paper; a struck question is worth nothing."""
    if not definition.is_drawn:
        paper = papers.fixed(session, version_id)
        keys = papers.keys_in_force(session, quiz_id, [place.version_id for place in paper])
        struck = {version for version, each in keys.items() if each.key.effect is KeyEffect.STRUCK}
        return PaperExtent(len(paper), sum(place.points for place in paper if place.version_id not in struck))
    return drawn_extent(definition)


def introduction(session: Session, sheet: AttemptSheet, *, now: datetime, zone: ZoneInfo) -> str:
    """Return what is said before the first question of an attempt that would begin now."""
    questions, maximum = extent(session, sheet.quiz_id, sheet.version_id, sheet.definition)
    ends_at = sheet.ends_at(now)
    # Said only where the end of the quiz leaves less than the whole time.
    early = ends_at.astimezone(zone) if ends_at is not None and ends_at == sheet.closes_at else None
    return chat.intro(sheet.definition, questions, maximum, left=sheet.left, ends_at=early)


def drawn_extent(definition: QuizDefinition) -> PaperExtent:
    """Return the extent of a drawn paper."""
    questions = sum(one.count for one in definition.draw)
    if any(one.points is None for one in definition.draw):
        return PaperExtent(questions, None)
    return PaperExtent(questions, sum(one.count * (one.points or 0) for one in definition.draw))


_quiz, _version, _retailer, _standing, _attempt = map(table_of, (Quiz, QuizVersion, Retailer, Standing, Attempt))
_now = bindparam("now", type_=Quiz.created_at.type)
_RUNS = and_(
    or_(_quiz.c.opens_at.is_(None), _quiz.c.opens_at <= _now),
    or_(_quiz.c.closes_at.is_(None), _quiz.c.closes_at > _now),
)
_OPEN_FOR: Select[Any] = (
    select(
        _quiz.c.id.label("quiz_id"),
        _version.c.id.label("version_id"),
        _version.c.digest,
        _attempt.c.id.label("attempt_id"),
        _standing.c.used,
        _standing.c.total,
        _standing.c.is_passed,
    )
    .select_from(_retailer)
    .outerjoin(_quiz, and_(_quiz.c.version_id.is_not(None), _RUNS))
    .outerjoin(_version, _version.c.id == _quiz.c.version_id)
    .outerjoin(_standing, and_(_standing.c.quiz_id == _quiz.c.id, _standing.c.retailer_id == _retailer.c.id))
    .outerjoin(
        _attempt,
        and_(_attempt.c.quiz_id == _quiz.c.id, _attempt.c.retailer_id == _retailer.c.id, _attempt.c.ended_at.is_(None)),
    )
    .where(
        _retailer.c.openid == bindparam("openid"),
        or_(_quiz.c.id.is_(None), _quiz.c.is_for_everyone, _standing.c.asked_at.is_not(None)),
    )
    .order_by(_quiz.c.closes_at.is_(None), _quiz.c.closes_at, _quiz.c.id)
)
