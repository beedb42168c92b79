"""Extent of a paper: how many questions it has and what they are worth; and what is said before the first of them."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from questions.keyed.items import KeyEffect
from quizzes.queries import papers
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.rules.definition import QuizDefinition
from quizzes.texts import chat


class PaperExtent(NamedTuple):
    """Extent of a paper: how many questions, and the greatest sum of points in hundredths; None where each paper is
    drawn from questions that are worth different points."""

    questions: int
    maximum: int | None


def of_version(session: Session, quiz_id: int, version_id: int, definition: QuizDefinition) -> PaperExtent:
    """Return the extent of a version's paper; a struck question is worth nothing."""
    if definition.is_drawn:
        return of_drawn(definition)
    paper = papers.fixed(session, version_id)
    keys = papers.keys_in_force(session, quiz_id, [place.version_id for place in paper])
    struck = {version for version, each in keys.items() if each.key.effect is KeyEffect.STRUCK}
    return PaperExtent(len(paper), sum(place.points for place in paper if place.version_id not in struck))


def introduction(session: Session, sheet: AttemptSheet, *, now: datetime, zone: ZoneInfo) -> str:
    """Return what is said before the first question of an attempt that would begin now."""
    questions, maximum = of_version(session, sheet.quiz_id, sheet.version_id, sheet.definition)
    ends_at = sheet.ends_at(now)
    # Said only where the end of the quiz leaves less than the whole time.
    early = ends_at.astimezone(zone) if ends_at is not None and ends_at == sheet.closes_at else None
    return chat.intro(sheet.definition, questions, maximum, left=sheet.left, ends_at=early)


def of_drawn(definition: QuizDefinition) -> PaperExtent:
    """Return the extent of a drawn paper."""
    questions = sum(one.count for one in definition.draw)
    if any(one.points is None for one in definition.draw):
        return PaperExtent(questions, None)
    return PaperExtent(questions, sum(one.count * (one.points or 0) for one in definition.draw))
