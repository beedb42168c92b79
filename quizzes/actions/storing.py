"""Storing of questions: a version for what is shown, a key beside it; an unchanged question gets neither."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.digest_cache import digest
from questions.keyed.items import KeyedItem, folded, key_to_json, to_json
from quizzes.actions import pictures
from quizzes.models.bank import BANK, AnswerKey, BankQuestion, QuestionTag, QuestionUse, QuestionVersion
from quizzes.queries.papers import PaperPlace


def store(
    session: Session, items: Sequence[KeyedItem], *, home_quiz_id: int, who: str, now: datetime
) -> tuple[PaperPlace, ...]:
    """Store the items of the bank (`home_quiz_id` 0) or of one quiz, new ones and changed ones; gives the place of each
    in a paper.

    A known code gets a new version where what is shown or the key differs from the newest: earlier papers keep theirs.
    Statements in lots, not one for each item.
    """
    known = _known(session, items, home_quiz_id)
    for item in items:
        if item.code not in known:
            known[item.code] = BankQuestion(
                home_quiz_id=home_quiz_id, code=item.code, created_at=now, changed_at=now, changed_by=who, stamp=0
            )
    for item in items:
        _describe(known[item.code], item, who=who, now=now)
    session.add_all(known.values())
    session.flush()
    _tag(session, items, known)
    pictures.keep(session, items)
    versions = _versions(session, items, known, home_quiz_id=home_quiz_id, who=who, now=now)
    return tuple(PaperPlace(versions[item.code].id, versions[item.code].digest, item.points) for item in items)


def note_use(session: Session, quiz_id: int, version_ids: Sequence[int]) -> None:
    """Note that the published paper of a quiz has these versions of questions."""
    shown = select(QuestionVersion.question_id, literal(quiz_id)).where(QuestionVersion.id.in_(version_ids)).distinct()
    put = upsert(session, QuestionUse).from_select(["question_id", "quiz_id"], shown)
    session.execute(put.on_conflict_do_nothing())


def _known(session: Session, items: Sequence[KeyedItem], home_quiz_id: int) -> dict[str, BankQuestion]:
    codes = [item.code for item in items]
    found = session.scalars(
        select(BankQuestion)
        .where(BankQuestion.home_quiz_id == home_quiz_id, BankQuestion.code.in_(codes))
        .with_for_update(key_share=True)
    )
    return {question.code: question for question in found}


def _describe(question: BankQuestion, item: KeyedItem, *, who: str, now: datetime) -> None:
    question.kind, question.text = item.kind.value, item.question.text
    question.folded = folded(item.question.text)
    question.difficulty, question.points = item.difficulty.value, item.points
    question.is_retired = False
    question.stamp += 1
    question.changed_at, question.changed_by = now, who


def _tag(session: Session, items: Sequence[KeyedItem], known: dict[str, BankQuestion]) -> None:
    ids = [known[item.code].id for item in items]
    session.execute(delete(QuestionTag).where(QuestionTag.question_id.in_(ids)))
    tags = [{"question_id": known[item.code].id, "tag": tag} for item in items for tag in item.tags]
    if tags:
        session.execute(insert(QuestionTag), tags)


def _versions(
    session: Session,
    items: Sequence[KeyedItem],
    known: dict[str, BankQuestion],
    *,
    home_quiz_id: int,
    who: str,
    now: datetime,
) -> dict[str, QuestionVersion]:
    """Return the version of each item by its code, new ones where it differs from the newest."""
    newest = _newest(session, known.values(), home_quiz_id)
    found: dict[str, QuestionVersion] = {}
    made: list[tuple[KeyedItem, QuestionVersion]] = []
    for item in items:
        question = known[item.code]
        body = to_json(item)
        version, key = newest.get(question.id, (None, None))
        if version is None or version.digest != digest(body) or key != key_to_json(item.key):
            version = QuestionVersion(
                question_id=question.id,
                number=version.number + 1 if version else 1,
                body=body,
                digest=digest(body),
                made_at=now,
                made_by=who,
            )
            made.append((item, version))
        found[item.code] = version
    session.add_all(version for _, version in made)
    session.flush()
    if made:
        session.execute(
            insert(AnswerKey),
            [
                {
                    "version_id": version.id,
                    "number": 1,
                    "quiz_id": BANK,
                    "key": key_to_json(item.key),
                    "reason": "",
                    "made_at": now,
                    "made_by": who,
                }
                for item, version in made
            ],
        )
    for item, version in made:
        known[item.code].version_id = version.id
    session.flush()
    return found


def _newest(
    session: Session, questions: Iterable[BankQuestion], home_quiz_id: int
) -> dict[int, tuple[QuestionVersion, Any]]:
    """Return the newest version of each question, by its id, with the key in force. One that was corrected for the quiz
    a question lives in is its key."""
    rows = session.execute(
        select(QuestionVersion, AnswerKey.key)
        .join(AnswerKey, AnswerKey.version_id == QuestionVersion.id)
        .where(
            QuestionVersion.id.in_([each.version_id for each in questions if each.version_id is not None]),
            AnswerKey.quiz_id.in_((BANK, home_quiz_id)),
            ~AnswerKey.is_withdrawn,
        )
        .order_by(AnswerKey.number)
    )
    return {version.question_id: (version, key) for version, key in rows}  # the last key of each is in force
