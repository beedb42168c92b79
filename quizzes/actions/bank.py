"""Editing of the bank by staff: a question saved, retired, brought back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import one_at_a_time
from foundation.errors import Refused
from questions.authoring.spelling import FieldRefused
from questions.keyed.items import KeyedItem
from quizzes.actions import storing
from quizzes.models.bank import BANK, BankQuestion
from quizzes.queries import bank
from quizzes.queries import pictures as kept_pictures
from quizzes.rules import bank_review

CODES = 13_201
"""Key of an advisory lock (any number) on codes and texts of the bank, each of which is there once."""


def add(session: Session, item: KeyedItem, *, code: str, who: str, now: datetime) -> BankQuestion:
    """Save a new question; `code` is its author's, empty where the next number is wanted. Raises Refused where the code
    is taken, the text is in the bank already, or a picture is gone."""
    one_at_a_time(session, CODES)
    if code and bank.items(session, [code]):
        raise FieldRefused("code", f"编码“{code}”在题库里已经有了，请换一个，或不写。")
    return _store(session, item.under(code or next(bank_review.free_codes(bank.numbered(session)))), who=who, now=now)


def change(session: Session, question_id: int, item: KeyedItem, *, who: str, now: datetime) -> tuple[str, ...]:
    """Save a question of the bank that was edited; gives in what it differs, in words.

    What was shown before, and the key it is marked by, stay: the change makes a new version with a key of its own, for
    papers from now on. Raises Refused where there is no such question, or it is retired, and as `add`.
    """
    one_at_a_time(session, CODES)  # of two that become the same text the second is told
    question = locked(session, question_id)
    if question.is_retired:
        raise Refused("这一题已停用，请先恢复，再改。")
    old, new = bank.items(session, [question.code])[question.code].item, item.under(question.code)
    what = bank_review.differences(old, new)
    if what:
        _store(session, new, who=who, now=now)
    return what


def retire(session: Session, question_id: int, *, is_retired: bool, who: str, now: datetime) -> BankQuestion:
    """Take a question out of use, or back; papers that have it keep it. Raises Refused where there is none."""
    question = locked(session, question_id)
    if question.is_retired != is_retired:
        question.is_retired, question.stamp = is_retired, question.stamp + 1
        question.changed_at, question.changed_by = now, who
        session.flush()
    return question


def locked(session: Session, question_id: int) -> BankQuestion:
    """Lock and return a question of the bank. Raises Refused where there is none."""
    found = select(BankQuestion).where(BankQuestion.id == question_id, BankQuestion.home_quiz_id == BANK)
    question = session.scalar(found.with_for_update(key_share=True))
    if question is None:
        raise Refused("题库里没有这一题。")
    return question


def _store(session: Session, item: KeyedItem, *, who: str, now: datetime) -> BankQuestion:
    twin = bank.twin(session, item)
    if twin:
        raise FieldRefused("text", f"题库里已经有这一题了，编码是 {twin}。")
    if not kept_pictures.are_kept(session, item):
        raise FieldRefused("picture", "图片放得太久，已经不在了，请再选一次。")
    storing.store(session, (item,), home_quiz_id=BANK, who=who, now=now)
    return session.scalars(
        select(BankQuestion).where(BankQuestion.home_quiz_id == BANK, BankQuestion.code == item.code)
    ).one()
