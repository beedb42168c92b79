"""Lists of quizzes: all of them for staff, with their figures from the counters, and those that are open for a shop."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Float, Select, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from console import authored_lists
from console.authored import AuthoredState
from foundation.dialects import table_of
from foundation.paging import FIRST, Cursor, Page
from people.models import Retailer
from quizzes.models.attempts import Attempt
from quizzes.models.figures import WHOLE_PAPER, ItemCell, Turnout
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.rules.definition import QuizDefinition


@dataclass(frozen=True, slots=True)
class QuizLine:
    """Quiz in a list."""

    id: int
    title: str
    state: AuthoredState
    opens_at: datetime | None
    closes_at: datetime | None
    #: Shops whose attempt counts, and the mean of what they got as a share of the maximum; None where nobody has ended.
    counted: int
    share: float | None
    #: Shops that were asked, and those that have begun.
    asked: int
    begun: int
    #: Whether its paper is still empty.
    is_unfinished: bool


def page(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    state: AuthoredState | None = None,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[QuizLine]:
    """Return a page of quizzes with this text in their title, the newest first."""
    read = partial(_line, now=now)
    return authored_lists.page(
        session, Quiz, _LINES, read, now=now, search=search, state=state, cursor=cursor, limit=limit
    )


def _of_cells(figure: Any) -> Any:
    """A figure over the counters of a quiz's whole papers: there are as many as there are totals, not attempts."""
    return (
        select(figure)
        # Not joined: SQLite would begin with the whole papers of all quizzes.
        .where(
            ItemCell.quiz_version_id.in_(select(QuizVersion.id).where(QuizVersion.quiz_id == Quiz.id).correlate(Quiz)),
            ItemCell.question_id == WHOLE_PAPER,
        )
        .correlate(Quiz)
        .scalar_subquery()
    )


_got = cast(ItemCell.total, Float) / func.nullif(ItemCell.points, 0)
_LINES: Select[Any] = select(
    Quiz,
    func.coalesce(Turnout.asked, 0),
    func.coalesce(Turnout.begun, 0),
    _of_cells(func.coalesce(func.sum(ItemCell.count), 0)),
    _of_cells(func.sum(_got * ItemCell.count) / func.nullif(func.sum(ItemCell.count), 0)),
).outerjoin(Turnout, Turnout.quiz_id == Quiz.id)


def _line(quiz: Quiz, asked: int, begun: int, counted: int, share: float | None, *, now: datetime) -> QuizLine:
    return QuizLine(
        quiz.id,
        quiz.title,
        quiz.state(now),
        quiz.opens_at,
        quiz.closes_at,
        int(counted),
        float(share) if share is not None else None,
        asked,
        begun,
        not any(quiz.draft[key] for key in ("questions", "bank", "draw")),
    )


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
