"""Importing into the bank: a whole file, or nothing of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from foundation.database import one_at_a_time
from questions.authoring.layout import AuthoredFile
from quizzes.actions import storing
from quizzes.actions.bank import CODES
from quizzes.models.bank import BANK
from quizzes.queries import bank
from quizzes.rules.bank_review import BankReview

CHECK, BRING = "quizzes.bank.check", "quizzes.bank.import"
"""Kinds of long work: a file looked at, and taken."""

TOLD = 200
"""Faults of a file, and questions that it changes, that a page lists."""


def take(session: Session, file: AuthoredFile, *, seen: BankReview, who: str, now: datetime) -> BankReview:
    """Store what is new or changed in a file, and tell it. Raises Refused naming every fault by its place; nothing is
    stored then.

    `seen` is what `bank.look` found before this transaction: unless the bank has changed since, nobody waits for the
    looking.
    """
    one_at_a_time(session, CODES)
    found = seen if seen.mark == bank.mark(session) else bank.look(session, file)
    if found.to_store:
        storing.store(session, found.to_store, home_quiz_id=BANK, who=who, now=now)
    return found
