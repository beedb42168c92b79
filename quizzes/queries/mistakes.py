"""Wrong-answer book (错题本) of a shop: what it got wrong and may be shown the key of, and what it has learnt since."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from people.models import Retailer
from questions.keyed import marking
from questions.keyed.items import KeyedItem, KeyEffect
from quizzes.models.attempts import Attempt, Mistake
from quizzes.models.bank import BankQuestion, QuestionVersion
from quizzes.models.quizzes import Quiz
from quizzes.queries import papers
from quizzes.queries.papers import PaperPlace

MOST = 300
"""Lines of a book that are read: more than a shop practises in a year."""


@dataclass(frozen=True, slots=True)
class BookLine:
    """Line of a book: a question as it was shown, with the key in force."""

    question_id: int
    item: KeyedItem
    times: int
    wrong_at: datetime
    right_in_row: int
    practised_at: datetime | None
    learnt_at: datetime | None

    def marks(self, answer: Mapping[str, Any]) -> bool:
        """Whether an answer is right: it would get all points."""
        return marking.is_right(self.item, answer)


@dataclass(frozen=True, slots=True)
class WrongAnswerBook:
    """Wrong-answer book of a shop."""

    retailer_id: int
    #: What is not learnt yet, that which was practised longest ago in front.
    open: Sequence[BookLine]
    learnt: Sequence[BookLine]

    def line(self, question_id: int) -> BookLine | None:
        """The line of a question that is not learnt yet; None where it has left the book."""
        return next((line for line in self.open if line.question_id == question_id), None)


def book(session: Session, openid: str, *, now: datetime) -> WrongAnswerBook | None:
    """Return the book of the shop behind an openid; None where the openid is bound to no shop. Two statements, and one
    for questions not shown lately.

    Left out is what may not be shown yet, what was retired, struck, or given to all; and what the key in force makes
    right after all.
    """
    rows = session.execute(_BOOK, {"openid": openid, "now": now, "most": MOST}).all()
    if not rows:
        return None
    found = [line for _, line in _lines(session, [row for row in rows if row.question_id is not None])]
    return WrongAnswerBook(
        rows[0].retailer_id,
        [line for line in found if line.learnt_at is None],
        [line for line in found if line.learnt_at is not None],
    )


def of_shops(
    session: Session, retailer_ids: Collection[int], question_ids: Collection[int], *, now: datetime
) -> list[tuple[int, BookLine]]:
    """Return the lines of these shops with these questions, learnt or not, each with its shop; left out is what `book`
    leaves out. Two statements, and one for questions not shown lately."""
    theirs = _SHOWN.where(_mistake.c.retailer_id.in_(retailer_ids), _mistake.c.question_id.in_(question_ids))
    return _lines(session, session.execute(theirs, {"now": now}).all())


def _lines(session: Session, rows: Sequence[Any]) -> list[tuple[int, BookLine]]:
    """Return the lines that count, each with its shop."""
    keys = papers.keys_in_several(session, [(row.version_id, row.quiz_id) for row in rows])
    items = papers.items(session, [PaperPlace(row.version_id, row.digest, row.points) for row in rows], {})
    found = []
    for row, shown in zip(rows, items, strict=True):
        item = replace(shown, key=keys[row.version_id, row.quiz_id].key)
        is_first = row.times == 1 and row.practised_at is None
        was_right = is_first and marking.mark(item, row.answers.get(item.code)) == item.points
        if item.key.effect is KeyEffect.MARKED and not was_right:
            seen = row.times, row.wrong_at, row.right_in_row, row.practised_at, row.learnt_at
            found.append((row.retailer_id, BookLine(row.question_id, item, *seen)))
    return found


_retailer, _mistake, _attempt = map(table_of, (Retailer, Mistake, Attempt))
_quiz, _question, _version = map(table_of, (Quiz, BankQuestion, QuestionVersion))
_SHOP = select(_retailer.c.id).where(_retailer.c.openid == bindparam("openid")).scalar_subquery()
_SHOWN = (
    select(
        _mistake,
        _attempt.c.quiz_id,
        _attempt.c.answers,
        _version.c.digest,
        _question.c.points,
    )
    .join(_attempt, _attempt.c.id == _mistake.c.attempt_id)
    .join(_quiz, _quiz.c.id == _attempt.c.quiz_id)
    .join(_question, _question.c.id == _mistake.c.question_id)
    .join(_version, _version.c.id == _mistake.c.version_id)
    .where(
        _question.c.is_retired.is_(False),
        or_(
            _mistake.c.closing_quiz_id.is_(None),
            _quiz.c.closes_at <= bindparam("now", type_=Quiz.created_at.type),
        ),
    )
)
# The shop is said here too: SQLite would read the lines of all shops.
_LINES = _SHOWN.where(_mistake.c.retailer_id == _SHOP).subquery()
_BOOK = (
    select(_retailer.c.id.label("retailer_id"), *(each for each in _LINES.c if each.key != "retailer_id"))
    .select_from(_retailer)
    .outerjoin(_LINES, _LINES.c.retailer_id == _retailer.c.id)
    .where(_retailer.c.openid == bindparam("openid"))
    .order_by(
        _LINES.c.learnt_at.is_not(None),
        _LINES.c.practised_at.is_not(None),
        _LINES.c.practised_at,
        _LINES.c.wrong_at,
        _LINES.c.question_id,
    )
    .limit(bindparam("most"))
)
