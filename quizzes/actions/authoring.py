"""Authoring of a quiz by staff: keep its draft, publish it, close it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console import drafting
from console.drafting import Published
from people import audiences, enlisting
from questions.authoring.spelling import Mistaken
from quizzes.actions import pictures, storing, turnout
from quizzes.models.quizzes import Quiz, Standing
from quizzes.queries import readiness
from quizzes.queries.papers import WORKS, PaperPlace
from quizzes.rules.definition import QuizDefinition, from_json, frozen
from quizzes.rules.review import CALLED
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]


def load(session: Session, definition: QuizDefinition, *, who: str, now: datetime) -> Quiz:
    """Save a definition as a new quiz's draft; nobody can take it yet, and its paper may still be empty."""
    return drafting.begin(session, WORKS, definition, who=who, now=now)


def keep(session: Session, quiz_id: int, definition: QuizDefinition, *, stamp: int, who: str, now: datetime) -> Quiz:
    """Save a draft, complete or not; `stamp` is that of the draft it is based on. Raises as `drafting.keep` does."""
    pictures.keep(session, definition.questions)
    return drafting.keep(session, WORKS, quiz_id, definition, stamp=stamp, who=who, now=now)


def take_back(session: Session, quiz_id: int, *, stamp: int, who: str, now: datetime) -> Quiz:
    """Put the draft back as it was before its last change. Raises as `keep` does, and Refused where nothing was
    changed."""
    return keep(session, quiz_id, drafting.before(session, WORKS, quiz_id), stamp=stamp, who=who, now=now)


def publish(session: Session, quiz_id: int, *, criteria: Criteria, stamp: int, who: str, now: datetime) -> Published:
    """Freeze the draft into the version that is taken from now on, and its questions into versions of theirs.

    The first publication lists the audience; a later one lists it again only where it was changed, and never removes
    anybody. An attempt that has begun ends under its own version. Publishing an unchanged draft makes no version.
    Raises Refused: no such quiz, a draft that is unfinished or not the one looked at, an end in the past, a bank that
    lacks questions, an audience that is broken or empty.
    """
    quiz = drafting.locked(session, WORKS, quiz_id)
    drafting.check_looked_at(quiz, stamp=stamp)
    definition = from_json(quiz.draft)
    faults = readiness.faults(session, definition, now=now)
    if faults:
        raise Mistaken(faults, CALLED)
    paper = () if definition.is_drawn else _paper(session, quiz_id, definition, who=who, now=now)
    last, before = drafting.newest(session, WORKS, quiz_id)
    content = frozen(definition, [place.to_json() for place in paper])
    version = drafting.freeze(session, WORKS, quiz, definition, last, content, now=now)
    storing.note_use(session, quiz_id, [place.version_id for place in paper])
    listed = enlisting.at_publication(
        before, definition, lambda: enlist(session, quiz_id, definition.audience, criteria, now)
    )
    turnout.count(session, quiz_id, asked=listed)
    return Published(version.number, listed)


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
    those = audiences.select_ids(session, audience_spec, criteria, now=now).where(*of_those)
    return enlisting.enlist(session, Standing, those, "retailer_id", {"quiz_id": quiz_id, "asked_at": now})
