"""Changed keys of a quiz: those that wait, which question is changed, and what each change does to whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people.models import Retailer
from questions.keyed.items import HUNDREDTHS, Key, KeyedItem, KeyEffect, key_from_json
from quizzes.models.bank import BANK, BankQuestion, QuestionVersion
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.models.regrades import Regrade, RegradeShop, RegradeState
from quizzes.queries import papers
from quizzes.queries.papers import PaperPlace
from quizzes.rules.definition import fixed_paper
from quizzes.texts import regrades as texts

PENDING = "这道题的答案正在更正"
"""Beside a question whose key is being changed: until it is regraded, a page shows the key it was marked by."""


#: What a change does to results, by the names a command gives it.
MOVES: Mapping[str, ColumnElement[bool]] = {
    "up": RegradeShop.direction == 1,
    "down": RegradeShop.direction == -1,
    "newly_passed": RegradeShop.passed_after & ~RegradeShop.passed_before,
    "newly_failed": RegradeShop.passed_before & ~RegradeShop.passed_after,
}


class PendingChange(NamedTuple):
    """Change of a question's key that is not finished."""

    regrade_id: int
    question_id: int
    #: The question's version, as in papers.
    version_id: int
    state: RegradeState

    @property
    def is_decided(self) -> bool:
        """Whether it was approved, or is being undone: before that nothing is sure to change."""
        return self.state is not RegradeState.SUBMITTED


@dataclass(frozen=True, slots=True)
class AskedVersion:
    """Question of a quiz in the newest version it was asked in, with the key it is marked by."""

    question_id: int
    version_id: int
    item: KeyedItem
    key: Key
    #: Whether it is the bank's: other quizzes may ask it too.
    is_of_bank: bool


def pending(session: Session, quiz_id: int) -> Sequence[PendingChange]:
    """Return the changes of a quiz that wait for a decision or are being carried out. One cheap statement."""
    rows = session.execute(
        select(Regrade.id, Regrade.question_id, Regrade.question_version_id, Regrade.state)
        # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
        .where(Regrade.quiz_id == quiz_id, text("quiz_regrade.state in ('submitted', 'running', 'undoing')"))
        .order_by(Regrade.id)
    )
    return [PendingChange(row.id, row.question_id, row.question_version_id, RegradeState(row.state)) for row in rows]


def changing(session: Session, quiz_id: int) -> frozenset[int]:
    """Return the versions of the questions of a quiz whose keys are being changed. No statement beside `pending` where
    there are none."""
    questions = {each.question_id for each in pending(session, quiz_id)}
    if not questions:
        return frozenset()
    return frozenset(session.scalars(select(QuestionVersion.id).where(QuestionVersion.question_id.in_(questions))))


def asked(session: Session, quiz_id: int, *, code: str = "", question_id: int | None = None) -> AskedVersion:
    """Return a question of a quiz, by its code or its id. Raises Refused where there is no such quiz or question."""
    quiz = session.get(Quiz, quiz_id)
    if quiz is None:
        raise Refused(f"没有编号为 {quiz_id} 的测试。")
    if quiz.version_id is None:
        raise Refused(texts.NOT_PUBLISHED)
    named = BankQuestion.code == code if question_id is None else BankQuestion.id == question_id
    found = session.scalars(
        select(BankQuestion)
        .where(named, BankQuestion.home_quiz_id.in_((BANK, quiz_id)))
        .order_by(BankQuestion.home_quiz_id.desc())
    ).all()
    version = _version(session, quiz_id, [each.id for each in found])
    if version is None:
        raise Refused(texts.NO_SUCH_QUESTION.format(code or question_id))
    key = papers.keys_in_force(session, quiz_id, [version.id])[version.id].key
    (item,) = papers.items(session, [PaperPlace(version.id, version.digest, 0)], {version.id: key})
    homes = {each.id: each.home_quiz_id for each in found}
    return AskedVersion(version.question_id, version.id, item, key, homes[version.question_id] == BANK)


def _version(session: Session, quiz_id: int, question_ids: Sequence[int]) -> QuestionVersion | None:
    """Return the newest version of one of these questions in the papers of a quiz; None where none has it. Of a drawn
    paper it is the newest of the bank."""
    definitions = session.scalars(
        select(QuizVersion.definition).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc())
    ).all()
    places = [place.version_id for each in definitions for place in papers.places(fixed_paper(each))]
    newest = (QuestionVersion.id == BankQuestion.version_id) & (BankQuestion.home_quiz_id == BANK)
    which = [QuestionVersion.id.in_(places), *([newest] if any(each["draw"] for each in definitions) else [])]
    found = {
        version.id: version
        for version in session.scalars(
            select(QuestionVersion)
            .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
            .where(QuestionVersion.question_id.in_(question_ids), or_(*which))
        )
    }
    if not found:
        return None
    return next((found[each] for each in places if each in found), found[max(found)])


def versions(session: Session, regrade: Regrade) -> list[int]:
    """Return the versions of a question that a change is about: all that showed the same as its own, and all of a
    question that is struck or gives everybody its points."""
    mine = select(QuestionVersion.digest).where(QuestionVersion.id == regrade.question_version_id).scalar_subquery()
    found = select(QuestionVersion.id).where(QuestionVersion.question_id == regrade.question_id)
    if KeyEffect(regrade.key["effect"]) is KeyEffect.MARKED:
        found = found.where(QuestionVersion.digest == mine)
    return list(session.scalars(found.order_by(QuestionVersion.id)))


def may_decide(regrade: Regrade, user_id: int | None) -> bool:
    """Whether a user had no hand in a change; nobody without an account decides one."""
    return user_id is not None and user_id != regrade.made_by_id


def places(session: Session, version_ids: Sequence[int]) -> list[PaperPlace]:
    """Return places for versions of a question, worth nothing yet, in their order."""
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.digest).where(QuestionVersion.id.in_(version_ids))
    )
    digests = {row.id: row.digest for row in rows}
    return [PaperPlace(version_id, digests[version_id], 0) for version_id in version_ids]


def before(session: Session, regrade: Regrade) -> Key:
    """Return the key that was in force before a change, or still is while it is not approved."""
    version_id = regrade.question_version_id
    found = papers.keys_in_force(session, regrade.quiz_id, [version_id], before=regrade.key_number)
    return found[version_id].key


def item(session: Session, regrade: Regrade) -> KeyedItem:
    """Return the question of a change with the key as it is to be."""
    (found,) = papers.items(
        session,
        places(session, [regrade.question_version_id]),
        {regrade.question_version_id: key_from_json(regrade.key)},
    )
    return found


def moved(session: Session, regrade_id: int, move: str) -> Iterator[dict[str, Any]]:
    """Yield the shops whose results a change moves in one of `MOVES`, by licence, with their points before and after.
    One statement."""
    rows = session.execute(
        select(Retailer.licence, RegradeShop.total_before, RegradeShop.total_after)
        .join(Retailer, Retailer.id == RegradeShop.retailer_id)
        .where(RegradeShop.regrade_id == regrade_id, MOVES[move])
        .order_by(Retailer.licence)
    )
    for licence, before, after in rows:
        yield {"licence": licence, "before": before / HUNDREDTHS, "after": after / HUNDREDTHS}
