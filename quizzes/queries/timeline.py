"""Timeline of a shop: the tests it ended."""

from collections.abc import Sequence

from sqlalchemy import select

from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz
from quizzes.permissions import QUIZZES_SEE
from quizzes.texts import chat


def ended(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The attempts a shop ended, with what each got."""
    statement = (
        select(
            Attempt.ended_at, Attempt.id, Attempt.quiz_id, Attempt.number, Attempt.total, Attempt.is_passed, Quiz.title
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(
            Attempt.retailer_id == asked.shop.id,
            Attempt.ended_at.is_not(None),
            *older(Attempt.ended_at, Attempt.id, before),
        )
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    return [
        TimelineEntry(
            row.ended_at,
            row.id,
            f"考了《{row.title}》" + (f"，第 {row.number} 次" if row.number > 1 else ""),
            f"{chat.points(row.total)} 分，{chat.verdict(row.is_passed)}",
            f"/console/quizzes/{row.quiz_id}/attempts/{row.id}",
            tone="good" if row.is_passed else "bad",
        )
        for row in asked.session.execute(statement)
    ]


ENDED = TimelineKind("quizzes", "测试", "checklist", QUIZZES_SEE, ended, 25)
