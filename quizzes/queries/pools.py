"""Pool of a drawn paper: the questions of the bank that its strata may take."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from questions.keyed.items import Difficulty
from quizzes.models.bank import BANK, BankQuestion, QuestionTag, QuestionVersion
from quizzes.rules.definition import Stratum
from quizzes.rules.drawing import PoolQuestion


def candidates(session: Session, strata: Sequence[Stratum]) -> list[PoolQuestion]:
    """Return the questions in use that have the tag of any stratum. One statement."""
    tags = {one.tag for one in strata}
    rows = session.execute(
        select(
            BankQuestion.id,
            BankQuestion.difficulty,
            BankQuestion.points,
            QuestionTag.tag,
            QuestionVersion.id.label("version_id"),
            QuestionVersion.digest,
        )
        .join(QuestionTag, QuestionTag.question_id == BankQuestion.id)
        .join(QuestionVersion, QuestionVersion.id == BankQuestion.version_id)
        .where(BankQuestion.home_quiz_id == BANK, BankQuestion.is_retired.is_(False), QuestionTag.tag.in_(tags))
        .order_by(BankQuestion.id)
    )
    found: dict[int, PoolQuestion] = {}
    for row in rows:
        seen = found.get(row.id)
        tagged = frozenset({row.tag}) | (seen.tags if seen else frozenset())
        found[row.id] = PoolQuestion(row.version_id, row.digest, row.id, tagged, Difficulty(row.difficulty), row.points)
    return list(found.values())
