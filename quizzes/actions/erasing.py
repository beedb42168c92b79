"""Erasing: what quizzes forget of a person or a shop."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from people.models import Binding
from quizzes.actions import filing
from quizzes.models.attempts import Attempt, Mistake
from wechat_bot.erasure import Forgetting

Answers = Mapping[str, Mapping[str, Any]]


def forget(session: Session, whom: Forgetting) -> None:
    """Erase the words from the answers somebody gave while they kept the shop, and the shop's wrong-answer book. Marks
    and chosen options stay, as they were counted."""
    if whom.kinds:  # there are no files in answers to a test
        return
    # The newest first, as whoever ends an attempt holds it and then goes on to earlier ones of its shop.
    theirs = select(Attempt.id, Attempt.answers, Attempt.late).where(_kept_by(whom)).order_by(Attempt.id.desc())
    rows = session.execute(theirs.with_for_update()).all()
    # The words of fill-ins are counted too; filed anew, the marks and choices are again, and the words no longer.
    filing.take_back(session, [row.id for row in rows])
    for row in rows:
        late = {code: each["answer"] for code, each in row.late.items()}
        whom.words += [str(each["t"]) for answers in (row.answers, late) for each in answers.values() if each.get("t")]
        left = {
            code: {**each, "answer": _without_words({code: each["answer"]})[code]} for code, each in row.late.items()
        }
        session.execute(
            update(Attempt).where(Attempt.id == row.id).values(answers=_without_words(row.answers), late=left)
        )
    shops = select(Attempt.retailer_id).where(_kept_by(whom))
    session.execute(delete(Mistake).where(Mistake.retailer_id.in_(shops)))


def _without_words(answers: Answers) -> dict[str, Any]:
    """Return the answers without texts.

    >>> _without_words({"k1": {"o": 2}, "k2": {"t": "三十天"}})
    {'k1': {'o': 2}, 'k2': {'t': ''}}
    """
    return {
        code: {name: "" if name == "t" else value for name, value in given.items()} for code, given in answers.items()
    }


def _kept_by(whom: Forgetting) -> ColumnElement[bool]:
    """Return the condition that an attempt belongs to a shop they kept at that moment; for an erased shop all do."""
    kept = select(Binding.id).where(
        Binding.openid == whom.openid,
        Binding.retailer_id == Attempt.retailer_id,
        Binding.bound_at <= Attempt.started_at,
        or_(Binding.unbound_at.is_(None), Attempt.started_at <= Binding.unbound_at),
    )
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    by_them = and_(Attempt.retailer_id.in_(shops), kept.exists())
    return by_them if whom.shop_id is None else or_(by_them, Attempt.retailer_id == whom.shop_id)
