"""Turnout of a quiz for staff: how many were asked and began, and the totals of a visitor's own shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from console import running
from console.rules.visitors import Visitor
from console.running import EndingWork
from foundation.dialects import among, table_of
from people.models import Retailer
from people.visibility import within
from quizzes.models.attempts import Attempt
from quizzes.models.figures import WHOLE_PAPER, ItemCell, Turnout
from quizzes.models.quizzes import Quiz, QuizVersion, Standing

#: Counting the shops of a part stops here: the page says "at least".
COUNTED = 10_000
#: Attempts that wait to be filed, of all quizzes, are looked at no further than this; and counted so far.
LOOKED_AT, WAITING = 10_000, 1000

_attempt = table_of(Attempt)


@dataclass(frozen=True, slots=True)
class QuizTurnout:
    """Turnout of a quiz: shops that were asked, that began, and whose attempt counts under another version."""

    asked: int
    begun: int
    others: int


@dataclass(frozen=True, slots=True)
class UnfiledAttempts:
    """Attempts that have ended and are not in the counters yet: how many, and when the first of them ended."""

    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class PartTurnout:
    """Turnout of the shops that a visitor sees now, by the attempt of each that counts."""

    asked: int
    begun: int
    #: How many got each total, by (maximum, total).
    totals: Mapping[tuple[int, int], int]
    passed: int
    #: Whether there are more shops than were counted.
    is_least: bool


def whole(session: Session, quiz_id: int, version_id: int) -> QuizTurnout:
    """Return the turnout of a quiz from its counters, whatever number took it; `version_id` is the version whose
    figures stand beside it."""
    versions = select(QuizVersion.id).where(QuizVersion.quiz_id == quiz_id, QuizVersion.id != version_id)
    # Not joined: SQLite would begin with the whole papers of all quizzes.
    others = select(func.coalesce(func.sum(ItemCell.count), 0)).where(
        ItemCell.quiz_version_id.in_(versions), ItemCell.question_id == WHOLE_PAPER
    )
    counted = session.get(Turnout, quiz_id)
    asked, begun = (counted.asked, counted.begun) if counted else (0, 0)
    return QuizTurnout(asked, begun, int(session.scalar(others) or 0))


def ending(session: Session, *, now: datetime, zone: ZoneInfo) -> list[EndingWork]:
    """Return open quizzes that end today or tomorrow, the soonest first, with their turnout from the counters."""

    def figure(column: Any) -> Any:
        return func.coalesce(select(column).where(Turnout.quiz_id == Quiz.id).scalar_subquery(), 0)

    return running.ending(session, Quiz, figure(Turnout.asked), figure(Turnout.begun), now=now, zone=zone)


def missing_of(session: Session, visitor: Visitor, found: Sequence[EndingWork], *, today: date) -> dict[int, int]:
    """Count this visitor's shops that were asked and have not begun, by quiz."""
    parts = {each.id: of_part(session, visitor, each.id, today=today) for each in found}
    return {quiz_id: part.asked - part.begun for quiz_id, part in parts.items()}


def unfiled(session: Session, quiz_id: int) -> UnfiledAttempts | None:
    """Return what has ended and is not in the figures yet; None where they are up to date."""
    # Of all quizzes, by their own index: asked for one quiz, SQLite would read all its attempts.
    waiting = (
        select(_attempt.c.quiz_id, _attempt.c.ended_at, _attempt.c.is_counted)
        .where(text("quiz_attempt.ended_at is not null and not quiz_attempt.is_filed"))
        .order_by(_attempt.c.id)
        .limit(LOOKED_AT)
        .subquery()
    )
    number, since = session.execute(
        select(func.count(), func.min(waiting.c.ended_at))
        # One that is counted already is only looked at again.
        .where(waiting.c.quiz_id == quiz_id, waiting.c.is_counted.is_(False))
    ).one()
    return UnfiledAttempts(number, since) if number else None


def of_part(session: Session, visitor: Visitor, quiz_id: int, *, today: date) -> PartTurnout:
    """Return the turnout of a visitor's shops, counted up to `COUNTED` of them; for whoever sees a part of the shops.

    A shop counts where it is now; its total is that of the attempt that counts.
    """
    mine = within(session, visitor, today=today)
    # The visitor's shops first, and only up to the limit: the database must not begin with all that were asked.
    shops = session.scalars(select(Retailer.id).where(*([] if mine is None else [mine])).limit(COUNTED)).all()
    rows = session.execute(
        select(
            Standing.maximum,
            Standing.total,
            func.count(),
            func.count().filter(Standing.used > 0),
            func.count().filter(Standing.is_passed.is_(True)),
        )
        .where(Standing.quiz_id == quiz_id, among(session, Standing.retailer_id, shops))
        .group_by(Standing.maximum, Standing.total)
    ).all()
    totals = {
        (maximum, total): count for maximum, total, count, *_ in rows if maximum is not None and total is not None
    }
    return PartTurnout(
        asked=sum(row[2] for row in rows),
        begun=sum(row[3] for row in rows),
        totals=totals,
        passed=sum(row[4] for row in rows),
        is_least=len(shops) >= COUNTED,
    )
