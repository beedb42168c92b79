"""List of all quizzes for staff, with their figures from the counters."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Float, Select, cast, func, select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from quizzes.models.figures import WHOLE_PAPER, ItemCell, Turnout
from quizzes.models.quizzes import Quiz, QuizVersion


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
    statement = _LINES
    if search:
        statement = statement.where(Quiz.title.contains(search, autoescape=True))
    if state is not None:
        statement = statement.where(Quiz.is_in(state, now))
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=partial(_line, now=now))


_NEWEST: Order[QuizLine] = Order((Quiz.id,), lambda line: (line.id,), is_down=True)


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
