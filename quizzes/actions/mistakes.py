"""Wrong-answer book (错题本): what an attempt got wrong is put in when it ends, and leaves by practice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, delete, or_, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.dialects import table_of
from questions.keyed.items import KeyedItem
from questions.keyed.marking import Mark
from quizzes.models.attempts import Mistake
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.mistakes import BookLine
from quizzes.queries.papers import TaggedQuestion
from quizzes.queries.results import KeptAttempt
from quizzes.rules.definition import Reveal

IS_LEARNT = 2
"""Right answers in a row, after which a question is learnt."""

_mistake = table_of(Mistake)


class JustMarked(NamedTuple):
    """Attempt that has just been marked, with its items and their marks in the order of its paper."""

    sheet: AttemptSheet
    ended: KeptAttempt
    items: tuple[KeyedItem, ...]
    marks: Sequence[Mark]


class WrongAnswer(NamedTuple):
    """Question that a shop got wrong in an attempt which ended at a moment."""

    retailer_id: int
    question_id: int
    version_id: int
    attempt_id: int
    #: Where the key is shown once the quiz is over.
    closing_quiz_id: int | None
    wrong_at: datetime


class Practised(NamedTuple):
    """Outcome of an answer in practice."""

    is_right: bool
    is_learnt: bool


def put_in(session: Session, marked: Iterable[JustMarked], questions: Mapping[int, TaggedQuestion]) -> None:
    """Put what was wrong in attempts that have just ended into their shops' books; `questions` are those of the papers,
    by version. One statement.

    A quiz that never shows its key puts nothing in: practice would tell it.
    """
    wrong = [
        (each, place)
        for each in marked
        if each.sheet.definition.reveal is not Reveal.NEVER
        for place, mark in zip(each.ended.paper, each.marks, strict=True)
        if mark is not None and mark < place.points
    ]
    lines = _rows(
        WrongAnswer(
            each.sheet.retailer_id,
            questions[place.version_id].id,
            place.version_id,
            each.ended.id,
            each.sheet.quiz_id if each.sheet.definition.reveal is Reveal.AFTER_CLOSING else None,
            each.ended.ended_at,
        )
        for each, place in wrong
    )
    if not lines:
        return
    put = upsert(session, _mistake)
    is_sooner = or_(put.excluded.closing_quiz_id.is_(None), _mistake.c.closing_quiz_id.is_not(None))
    session.execute(
        put.on_conflict_do_update(
            index_elements=["retailer_id", "question_id"],
            set_={
                **{
                    name: case((is_sooner, put.excluded[name]), else_=_mistake.c[name])
                    for name in ("version_id", "attempt_id", "closing_quiz_id")
                },
                "times": _mistake.c.times + 1,
                "wrong_at": put.excluded.wrong_at,
                "right_in_row": 0,
                "learnt_at": None,
                "is_given": False,
            },
        ),
        lines,
    )


def correct(session: Session, *, wrong: Sequence[WrongAnswer], right: Sequence[WrongAnswer]) -> None:
    """Correct the books where attempts were marked anew: what is wrong now is put in; what is right after all leaves,
    unless it was wrong in another attempt too, or practised already."""
    if right:
        session.connection().execute(
            _LEAVES,
            [{"shop": each.retailer_id, "question": each.question_id, "attempt": each.attempt_id} for each in right],
        )
    if wrong:
        session.execute(upsert(session, _mistake).on_conflict_do_nothing(), _rows(wrong))


def practise(session: Session, retailer_id: int, line: BookLine, answer: dict[str, Any], *, now: datetime) -> Practised:
    """Mark an answer in practice and note it; a question that is skipped comes again in the next round. One that was
    noted since the line was read changes nothing: a form posted twice counts once."""
    is_right, is_skipped = line.marks(answer), "s" in answer
    in_row = line.right_in_row + 1 if is_right else line.right_in_row if is_skipped else 0
    is_learnt = in_row >= IS_LEARNT
    session.execute(
        update(_mistake)
        .where(
            _mistake.c.retailer_id == retailer_id,
            _mistake.c.question_id == line.question_id,
            _mistake.c.learnt_at.is_(None),
            _mistake.c.practised_at.is_(None)
            if line.practised_at is None
            else _mistake.c.practised_at == line.practised_at,
        )
        .values(
            right_in_row=in_row,
            times=line.times if is_right or is_skipped else line.times + 1,
            practised_at=now,
            learnt_at=now if is_learnt else None,
        ),
    )
    return Practised(is_right, is_learnt)


def _rows(wrong: Iterable[WrongAnswer]) -> list[dict[str, Any]]:
    """Return the rows of new lines, in one order everywhere: so two that end attempts never wait for each other."""
    return [each._asdict() | {"times": 1, "right_in_row": 0} for each in sorted(wrong, key=lambda each: each[:2])]


_LEAVES = delete(_mistake).where(
    _mistake.c.retailer_id == bindparam("shop"),
    _mistake.c.question_id == bindparam("question"),
    _mistake.c.attempt_id == bindparam("attempt"),
    _mistake.c.times == 1,
    _mistake.c.practised_at.is_(None),
)
