"""Weak spots of quizzes, for whoever asks them again: what was newly wrong, the questions, and what led to a lesson."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, text, update
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from questions.weak_spots import AskedAgain, NewlyWrong, Retake, ShopQuestion, WeakSpotSource
from quizzes.models.attempts import Mistake
from quizzes.models.quizzes import Quiz
from quizzes.queries import attempt_sheet, mistakes, results

#: The page on which their pictures are seen.
PAGE = "/m/quizzes/mistakes"

_mistake = table_of(Mistake)


def take(session: Session, most: int, now: datetime) -> Sequence[NewlyWrong]:
    """Return the next lines of wrong-answer books that were not given yet, and note that they were. Those of a quiz
    that shows its key once it is over wait for that; a line is given again when it was wrong once more in a quiz."""
    over = session.scalars(select(Quiz.id).where(Quiz.closes_at <= now)).all()
    # Two statements: for either condition SQLite would read all that waits for the end of a quiz.
    lines = [*_ungiven(session, _mistake.c.closing_quiz_id.is_(None), most)]
    lines += _ungiven(session, _mistake.c.closing_quiz_id.in_(over), most - len(lines))
    if lines:
        session.connection().execute(_GIVEN, [{"shop": line[0], "question": line[1]} for line in lines])
    return [NewlyWrong(line.retailer_id, str(line.question_id), line.wrong_at) for line in lines]


def _ungiven(session: Session, which: ColumnElement[bool], most: int) -> Sequence[Any]:
    return session.execute(
        select(_mistake.c.retailer_id, _mistake.c.question_id, _mistake.c.wrong_at)
        # Written as in the partial index.
        .where(text("not quiz_mistake.is_given"), which)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()


def items(session: Session, wanted: Collection[ShopQuestion], now: datetime) -> dict[ShopQuestion, AskedAgain]:
    """Return questions as their shops were shown them, with the key in force; left out is what counts no longer."""
    shops, questions = {shop for shop, _ in wanted}, {int(reference) for _, reference in wanted}
    lines = mistakes.of_shops(session, shops, questions, now=now) if wanted else []
    return {(shop, str(line.question_id)): AskedAgain(line.item, PAGE) for shop, line in lines}


def retake(session: Session, openid: str, lesson: str, now: datetime) -> Retake | None:
    """Return the quiz whose last attempt sent its shop to a lesson, where it can be taken again."""
    last = results.last_of(session, openid, now=now)
    if last is None or last.lesson != lesson or not last.left:
        return None
    sheet = attempt_sheet.look(session, last.quiz_id, openid)
    is_over = sheet.closes_at is not None and sheet.closes_at <= now
    return None if is_over else Retake(f"quiz:{last.quiz_id}", last.definition.title)


_GIVEN = (
    update(_mistake)
    .where(_mistake.c.retailer_id == bindparam("shop"), _mistake.c.question_id == bindparam("question"))
    .values(is_given=True)
)
OF_QUIZZES = WeakSpotSource("quiz", take=take, items=items, retake=retake)
