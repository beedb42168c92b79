"""Detail of one quiz for its console pages: what is asked now, and the draft of what would be asked next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.authored import AuthoredState
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.queries import papers
from quizzes.rules.definition import QuizDefinition, from_json


@dataclass(frozen=True, slots=True)
class QuizDetail:
    """Quiz with what would be published next."""

    id: int
    title: str
    state: AuthoredState
    opens_at: datetime | None
    closes_at: datetime | None
    published_at: datetime | None
    #: The newest version with its number and definition; None before the first publication.
    version_id: int | None
    version: int | None
    asked: QuizDefinition | None
    draft: QuizDefinition
    #: The draft's stamp: whoever overwrites it says which one they read.
    stamp: int
    drafted_at: datetime | None
    drafted_by: str
    #: Planned invitations.
    waves: int

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
    quiz: Quiz = row.Quiz
    return QuizDetail(
        quiz.id,
        quiz.title,
        quiz.state(now),
        quiz.opens_at,
        quiz.closes_at,
        quiz.published_at,
        row.id,
        row.number,
        papers.definition(session, row.id, row.digest) if row.id is not None else None,
        from_json(quiz.draft),
        quiz.stamp,
        quiz.drafted_at,
        quiz.drafted_by,
        quiz.waves,
    )
