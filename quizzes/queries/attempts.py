"""Attempts at a quiz for staff: in keyset pages, the newest first, narrowed by how they went and whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Retailer
from people.shops import listed
from people.shops.listed import ShopOfRow
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing

PAGE = 50
OPEN, PASSED, FAILED, LATE = "open", "passed", "failed", "late"


@dataclass(frozen=True, slots=True)
class AttemptLine(ShopOfRow):
    """Attempt in the list, with its shop as it is today."""

    id: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    source: str
    seconds: int | None
    total: int | None
    maximum: int | None
    is_passed: bool | None
    has_late: bool
    counted_attempt_id: int | None

    @property
    def state(self) -> str:
        return OPEN if self.ended_at is None else PASSED if self.is_passed else FAILED

    @property
    def counts(self) -> bool:
        """Whether it is the attempt of its shop that counts."""
        return self.counted_attempt_id == self.id


_NEWEST: Order[Any] = Order((Attempt.id,), lambda line: (line.id,), is_down=True)
#: Each answered by an index in the order of the list; the last is written as in its partial index, and as an equality
#: too, or SQLite would take the index of all attempts.
_STATES: Mapping[str, Sequence[Any]] = {
    OPEN: (Attempt.is_passed.is_(None),),
    PASSED: (Attempt.is_passed == True,),  # noqa: E712 - an index is looked up by equality alone
    FAILED: (Attempt.is_passed == False,),  # noqa: E712
    LATE: (text("quiz_attempt.has_late"), Attempt.has_late == True),  # noqa: E712
}


def page(
    session: Session,
    quiz_id: int,
    conditions: Sequence[ColumnElement[bool]],
    *,
    state: str = "",
    search: str = "",
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[AttemptLine]:
    """Return a page of the attempts of the shops for which conditions on `Retailer` hold."""
    rows = select(Attempt.id).where(Attempt.quiz_id == quiz_id, *_STATES.get(state, ()))
    met = listed.keys(
        session,
        rows,
        _NEWEST,
        Attempt.retailer_id,
        conditions,
        search=search,
        cursor=cursor,
        limit=limit + 1,
    )
    lines = {line.id: line for line in _lines(session, Attempt.id.in_([row[0] for row in met]))}
    return paging.cut([lines[row[0]] for row in met], _NEWEST, cursor, limit=limit)


def one(
    session: Session, quiz_id: int, attempt_id: int, conditions: Sequence[ColumnElement[bool]]
) -> AttemptLine | None:
    """Return an attempt; None where there is none of this quiz, or conditions on its `Retailer` do not hold."""
    return next(iter(_lines(session, Attempt.id == attempt_id, Attempt.quiz_id == quiz_id, *conditions)), None)


def of_shop(session: Session, quiz_id: int, licence: str) -> Sequence[Any]:
    """Return the id and number of each attempt of a shop, the first one first."""
    return session.execute(
        select(Attempt.id, Attempt.number)
        .join(Retailer, Retailer.id == Attempt.retailer_id)
        .where(Attempt.quiz_id == quiz_id, Retailer.licence == licence)
        .order_by(Attempt.number)
    ).all()


def _lines(session: Session, *which: Any) -> list[AttemptLine]:
    how: tuple[Any, ...] = (
        Attempt.id,
        Attempt.number,
        Attempt.started_at,
        Attempt.ended_at,
        Attempt.ended_by,
        Attempt.source,
        Attempt.seconds,
        Attempt.total,
        Attempt.maximum,
        Attempt.is_passed,
        Attempt.has_late,
        Standing.counted_attempt_id,
    )
    statement = select(*listed.OF_SHOP, *how).join(
        Standing, (Standing.quiz_id == Attempt.quiz_id) & (Standing.retailer_id == Attempt.retailer_id)
    )
    return [AttemptLine(*row) for row in session.execute(listed.joined(statement, Attempt.retailer_id).where(*which))]
