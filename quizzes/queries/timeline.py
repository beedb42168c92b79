"""Timeline of a shop: the tests it ended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.permissions import QUIZZES_SEE
from quizzes.queries import papers
from quizzes.texts import chat


def ended(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The attempts a shop ended, with what each got."""
    statement = (
        select(
            Attempt.ended_at,
            Attempt.id,
            Attempt.quiz_id,
            Attempt.number,
            Attempt.total,
            Attempt.is_passed,
            Quiz.title,
            QuizVersion.id.label("version_id"),
            QuizVersion.digest,
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .where(
            Attempt.retailer_id == asked.shop.id,
            Attempt.ended_at.is_not(None),
            *older(Attempt.ended_at, Attempt.id, before),
        )
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    return [_entry(asked.session, row) for row in asked.session.execute(statement)]


def _entry(session: Session, row: Any) -> TimelineEntry:
    has_pass_mark = papers.definition(session, row.version_id, row.digest).pass_mark > 0
    return TimelineEntry(
        row.ended_at,
        row.id,
        f"考了《{row.title}》" + (f"，第 {row.number} 次" if row.number > 1 else ""),
        f"{chat.points(row.total)} 分" + (f"，{chat.verdict(row.is_passed)}" if has_pass_mark else ""),
        f"/console/quizzes/{row.quiz_id}/attempts/{row.id}",
        tone="" if not has_pass_mark else "good" if row.is_passed else "bad",
    )


ENDED = TimelineKind("quizzes", "测试", "checklist", QUIZZES_SEE, ended, 25)
