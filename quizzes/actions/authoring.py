"""Authoring of a quiz by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session

from console import authored
from foundation.database import Moment, changed, upsert
from people import audiences
from questions.authoring.spelling import Mistaken
from quizzes.actions import pictures, storing, turnout
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import readiness
from quizzes.queries.papers import PaperPlace
from quizzes.rules.definition import QuizDefinition, from_json, frozen, to_json
from quizzes.rules.review import CALLED
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class QuizPublished:
    """Result of a publication: the version now taken, and how many shops it newly listed."""

    number: int
    listed: int


def load(session: Session, definition: QuizDefinition, *, who: str, now: datetime) -> Quiz:
    """Save a definition as a new quiz's draft; nobody can take it yet, and its paper may still be empty."""
    return authored.begin(session, Quiz, definition.title, to_json(definition), who=who, now=now)


def keep(session: Session, quiz_id: int, definition: QuizDefinition, *, stamp: int, who: str, now: datetime) -> Quiz:
    """Save a draft, complete or not; `stamp` is that of the draft it is based on, which is kept for an undo.

    Raises Refused where the quiz does not exist, DraftOvertaken where another draft was saved meanwhile: nothing is
    overwritten unseen.
    """
    pictures.keep(session, definition.questions)
    return authored.keep(
        session,
        Quiz,
        quiz_id,
        to_json(definition),
        title=definition.title,
        stamp=stamp,
        who=who,
        unknown=unknown(quiz_id),
        now=now,
    )


def take_back(session: Session, quiz_id: int, *, stamp: int, who: str, now: datetime) -> Quiz:
    """Put the draft back as it was before its last change. Raises as `keep` does, and Refused where nothing was
    changed."""
    before = authored.before(session, Quiz, quiz_id)
    return keep(session, quiz_id, from_json(before), stamp=stamp, who=who, now=now)


def discard(session: Session, quiz_id: int, *, stamp: int) -> None:
    """Delete a quiz that was never published. Raises Refused where it was or does not exist, DraftOvertaken where
    `stamp` is no longer that of the draft."""
    authored.check_discardable(locked(session, quiz_id), stamp=stamp, unit="测试")
    session.execute(delete(Quiz).where(Quiz.id == quiz_id))


def publish(
    session: Session, quiz_id: int, *, criteria: Criteria, stamp: int, who: str, now: datetime
) -> QuizPublished:
    """Freeze the draft into the version that is taken from now on, and its questions into versions of theirs.

    The first publication lists the audience; a later one lists it again only where it was changed, and never removes
    anybody. An attempt that has begun ends under its own version. Publishing an unchanged draft makes no version.
    Raises Refused: no such quiz, a draft that is unfinished or not the one looked at, an end in the past, a bank that
    lacks questions, an audience that is broken or empty.
    """
    quiz = locked(session, quiz_id)
    authored.check_looked_at(quiz, stamp=stamp)
    definition = from_json(quiz.draft)
    faults = readiness.faults(session, definition, now=now)
    if faults:
        raise Mistaken(faults, CALLED)
    paper = () if definition.is_drawn else _paper(session, quiz_id, definition, who=who, now=now)
    last = session.scalar(
        select(QuizVersion).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc()).limit(1)
    )
    before = from_json(last.definition) if last else None
    content = frozen(definition, [place.to_json() for place in paper])
    version = authored.freeze(session, quiz, definition, last, partial(QuizVersion, quiz_id=quiz_id), content, now=now)
    storing.note_use(session, quiz_id, [place.version_id for place in paper])
    listed = 0
    if before is None or before.audience != definition.audience:
        listed = enlist(session, quiz_id, definition.audience, criteria, now)
        if before is None and definition.audience is not None:
            audiences.require_some(listed)
        turnout.count(session, quiz_id, asked=listed)
    return QuizPublished(version.number, listed)


def close(session: Session, quiz_id: int, *, now: datetime) -> None:
    """End a quiz now: nobody may begin any more; who has begun keeps the time they were told. Raises Refused where it
    is not running."""
    quiz = locked(session, quiz_id)
    authored.check_running(quiz, unit="测试", now=now)
    quiz.closes_at = now
    session.flush()


def locked(session: Session, quiz_id: int) -> Quiz:
    """Lock and return a quiz. Raises Refused where there is none."""
    return authored.locked(session, Quiz, quiz_id, unknown=unknown(quiz_id))


def unknown(quiz_id: int) -> str:
    """Return the sentence for staff who named a quiz that does not exist."""
    return f"没有编号为 {quiz_id} 的测试。"


def _paper(
    session: Session, quiz_id: int, definition: QuizDefinition, *, who: str, now: datetime
) -> tuple[PaperPlace, ...]:
    items = definition.questions
    own = storing.store(session, items, home_quiz_id=quiz_id, who=who, now=now)
    places = {item.code: place for item, place in zip(items, own, strict=True)}
    places |= readiness.of_bank(session, definition).places
    return tuple(places[code] for code in definition.codes)


def enlist(
    session: Session, quiz_id: int, audience_spec: Any, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """List an audience in one statement, or its shops for which further conditions hold; gives how many were new."""
    audience = audiences.select_ids(session, audience_spec, criteria, now=now).where(*of_those).subquery()
    columns = {
        "quiz_id": literal(quiz_id),
        "retailer_id": audience.c[0],
        "asked_at": literal(now, Moment()),
    }
    # SQLite accepts ON CONFLICT after a SELECT only with a WHERE between them.
    listed = select(*columns.values()).where(audience.c[0].is_not(None))
    return changed(
        session,
        upsert(session, Standing).from_select(list(columns), listed, include_defaults=False).on_conflict_do_nothing(),
    )
