"""One question of the bank: as it is, its versions with their keys, and the quizzes it was used in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from questions.keyed.items import Key, KeyedItem, from_json, key_from_json
from quizzes.models.bank import BANK, AnswerKey, BankQuestion, QuestionVersion
from quizzes.models.quizzes import Quiz
from quizzes.queries import bank
from quizzes.queries.bank_lines import NOBODY, QuestionResult, used_in


@dataclass(frozen=True, slots=True)
class KeyLine:
    """Key of a version: from when on, whose, why; for one quiz alone where it has a title."""

    number: int
    key: Key
    made_at: datetime
    made_by: str
    reason: str
    quiz_title: str


@dataclass(frozen=True, slots=True)
class BankVersion:
    """Version of a question, as it was shown."""

    number: int
    item: KeyedItem
    made_at: datetime
    made_by: str
    keys: tuple[KeyLine, ...]


@dataclass(frozen=True, slots=True)
class UseLine:
    """Quiz that has a question, with how it was answered there."""

    quiz_id: int
    title: str
    answered: QuestionResult


@dataclass(frozen=True, slots=True)
class BankDetail:
    """Question of the bank."""

    id: int
    item: KeyedItem
    is_retired: bool
    #: Increased by each change.
    stamp: int
    changed_at: datetime
    changed_by: str
    #: The newest first.
    versions: Sequence[BankVersion]
    uses: Sequence[UseLine]

    @property
    def answered(self) -> QuestionResult:
        return sum((use.answered for use in self.uses), NOBODY)


def item(session: Session, question_id: int) -> KeyedItem | None:
    """Return a question of the bank as it is now; None where there is none."""
    question = session.get(BankQuestion, question_id)
    if question is None or question.home_quiz_id != BANK:
        return None
    return bank.items(session, [question.code])[question.code].item


def find(session: Session, question_id: int) -> BankDetail | None:
    """Return a question of the bank with all that is known of it; None where there is none."""
    now = item(session, question_id)
    if now is None:
        return None
    question = session.get_one(BankQuestion, question_id)
    used = used_in(session, [question_id]).get(question_id, {})
    titles = session.execute(select(Quiz.id, Quiz.title).where(Quiz.id.in_(used)).order_by(Quiz.id.desc()))
    return BankDetail(
        question.id,
        now,
        question.is_retired,
        question.stamp,
        question.changed_at,
        question.changed_by,
        _versions(session, question),
        [UseLine(quiz_id, title, used[quiz_id]) for quiz_id, title in titles],
    )


def _versions(session: Session, question: BankQuestion) -> list[BankVersion]:
    rows = session.execute(
        select(QuestionVersion, AnswerKey, Quiz.title)
        .join(AnswerKey, AnswerKey.version_id == QuestionVersion.id)
        .outerjoin(Quiz, Quiz.id == AnswerKey.quiz_id)
        .where(QuestionVersion.question_id == question.id)
        .order_by(QuestionVersion.number.desc(), AnswerKey.number)
    ).all()
    versions = {version.id: version for version, _, _ in rows}
    keys: dict[int, list[KeyLine]] = {}
    for version, key, title in rows:
        line = KeyLine(key.number, key_from_json(key.key), key.made_at, key.made_by, key.reason, title or "")
        keys.setdefault(version.id, []).append(line)
    return [
        BankVersion(
            each.number,
            from_json(each.body, keys[each.id][-1].key, points=question.points),
            each.made_at,
            each.made_by,
            tuple(keys[each.id]),
        )
        for each in versions.values()
    ]
