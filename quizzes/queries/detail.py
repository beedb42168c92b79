"""Detail of one quiz for its console pages: what is asked now, and the draft of what would be asked next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.authored import AuthoredDetail
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.queries import papers
from quizzes.rules.definition import QuizDefinition, from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizDetail(AuthoredDetail):
    """Quiz with what would be published next."""

    #: The newest version with its number and definition; None before the first publication.
    version_id: int | None
    version: int | None
    asked: QuizDefinition | None
    draft: QuizDefinition

    @property
    def rules(self) -> QuizDefinition:
        """The definition whose rules hold: the one asked now, or else the draft."""
        return self.asked or self.draft


def detail(session: Session, quiz_id: int, *, now: datetime) -> QuizDetail | None:
    """Return a quiz; None where there is none."""
    row = session.execute(
        select(Quiz, QuizVersion.id, QuizVersion.number, QuizVersion.digest)
        .outerjoin(QuizVersion, QuizVersion.id == Quiz.version_id)
        .where(Quiz.id == quiz_id)
    ).first()
    if row is None:
        return None
    return QuizDetail.of(
        row.Quiz,
        now=now,
        version_id=row.id,
        version=row.number,
        asked=papers.definition(session, row.id, row.digest) if row.id is not None else None,
        draft=from_json(row.Quiz.draft),
    )
