"""Bank of questions: its items with the newest version and the key in force, and what a file would do to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questions.authoring.layout import AuthoredFile
from questions.keyed.items import Difficulty, KeyedItem, folded, from_json
from quizzes.models.bank import BANK, AnswerKey, BankQuestion, QuestionVersion
from quizzes.queries import papers
from quizzes.rules import bank_review
from quizzes.rules.bank_review import BankReview, StoredItem

#: Questions read at once.
LOT = 1000


def look(session: Session, file: AuthoredFile) -> BankReview:
    """Return what a file would do to the bank. Raises Refused naming every fault by its place. A few statements,
    however many questions the file has."""
    coded = bank_review.with_codes(file, numbered(session))
    codes = bank_review.codes(coded)
    found = bank_review.review(coded, known=items(session, codes), twins=_twins(session, coded, codes))
    return replace(found, mark=mark(session))


def mark(session: Session) -> tuple[int, ...]:
    """Return what is another after each change of a question or a key."""
    changes = select(func.coalesce(func.sum(BankQuestion.stamp), 0)).where(BankQuestion.home_quiz_id == BANK)
    keys = select(func.coalesce(func.max(AnswerKey.id), 0))
    return session.scalar(changes) or 0, session.scalar(keys) or 0


def numbered(session: Session) -> Iterable[str]:
    """Return the codes of the bank that may have been given by us."""
    given = (BankQuestion.home_quiz_id == BANK, BankQuestion.code.startswith(bank_review.PREFIX))
    return session.scalars(select(BankQuestion.code).where(*given))


def twin(session: Session, item: KeyedItem) -> str:
    """Return the code of another question of the bank with this text; empty where there is none."""
    same = (BankQuestion.home_quiz_id == BANK, BankQuestion.folded == folded(item.question.text))
    return session.scalar(select(BankQuestion.code).where(*same, BankQuestion.code != item.code).limit(1)) or ""


def items(session: Session, codes: Sequence[str]) -> dict[str, StoredItem]:
    """Return the bank's items with these codes."""
    found = select(BankQuestion).where(BankQuestion.home_quiz_id == BANK, BankQuestion.code.in_(codes))
    return _stored(session, session.scalars(found).all())


def every(session: Session) -> Iterator[StoredItem]:
    """Return the bank's items that are not retired, in the order they were written, read in lots."""
    last_id = 0
    while questions := session.scalars(
        select(BankQuestion)
        .where(BankQuestion.home_quiz_id == BANK, ~BankQuestion.is_retired, BankQuestion.id > last_id)
        .order_by(BankQuestion.id)
        .limit(LOT)
    ).all():
        yield from _stored(session, questions).values()
        last_id = questions[-1].id


def own(session: Session, quiz_id: int) -> dict[str, StoredItem]:
    """Return the questions that were written in a quiz and published, by their codes."""
    return _stored(session, session.scalars(select(BankQuestion).where(BankQuestion.home_quiz_id == quiz_id)).all())


def _stored(session: Session, questions: Sequence[BankQuestion]) -> dict[str, StoredItem]:
    versions = [question.version_id for question in questions if question.version_id is not None]
    bodies = {
        row.id: row.body
        for row in session.execute(
            select(QuestionVersion.id, QuestionVersion.body).where(QuestionVersion.id.in_(versions))
        )
    }
    keys = papers.keys_in_force(session, BANK, versions)
    tags = papers.tags(session, versions)
    return {
        question.code: StoredItem(
            from_json(
                bodies[question.version_id],
                keys[question.version_id].key,
                points=question.points,
                tags=tags.get(question.version_id, ()),
                difficulty=Difficulty(question.difficulty),
            ),
            question.is_retired,
        )
        for question in questions
        if question.version_id is not None
    }


def _twins(session: Session, file: AuthoredFile, codes: Sequence[str]) -> dict[str, str]:
    """Return the codes of other questions of the bank with a text of the file, by the folded text."""
    rows = session.execute(
        select(BankQuestion.folded, BankQuestion.code).where(
            BankQuestion.home_quiz_id == BANK, BankQuestion.folded.in_(bank_review.texts(file))
        )
    )
    own = {*codes}
    return {row.folded: row.code for row in rows if row.code not in own}
