"""Lists of changed keys for the console: the changes of a quiz, one of them with what it does, the shops it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from console.models import User
from foundation import paging
from foundation.database import count_to
from foundation.paging import Cursor, Order, Page
from people.models import Area, Manager, Retailer
from questions.keyed.items import KeyedItem, KeyEffect
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BankQuestion
from quizzes.models.quizzes import Quiz
from quizzes.models.regrades import Regrade, RegradeShop, RegradeState
from quizzes.queries import regrades
from quizzes.rules.regrading import RegradeCounts
from quizzes.texts import regrades as texts

#: Attempts that ended since a change was reckoned, counted so far.
MOST_SINCE = 999


@dataclass(frozen=True, slots=True)
class RegradeLine:
    """Change of a key in a list."""

    id: int
    quiz_id: int
    quiz: str
    question_id: int
    question: str
    state: RegradeState
    effect: KeyEffect
    made_by: str
    made_at: datetime
    counts: RegradeCounts


@dataclass(frozen=True, slots=True)
class RegradeDetail:
    """Change of a key with what is needed to decide it."""

    row: Regrade
    state: RegradeState
    effect: KeyEffect
    #: The question with the key as it is to be.
    item: KeyedItem
    #: What was right before, in words, and whether it was struck or gave everybody its points.
    before: KeyedItem
    counts: RegradeCounts
    planned: RegradeCounts | None
    #: Attempts that ended since it was reckoned, counted up to `MOST_SINCE` and one; they are marked anew as well.
    since: int

    @property
    def kept(self) -> Mapping[str, Any]:
        """What whoever decides has read, as labels and texts."""
        found = {"新答案": said(self.item), "状态": texts.STATES[self.state]}
        if self.planned is not None:
            found |= {word: str(getattr(self.planned, name)) for name, word in texts.MOVES.items()}
        return found | {"算过以后又交卷": str(self.since)}


@dataclass(frozen=True, slots=True)
class MovedShop:
    """Shop whose result a change moves."""

    retailer_id: int
    licence: str
    shop: str
    area: str
    manager: str
    total_before: int
    total_after: int
    maximum_before: int
    maximum_after: int
    passed_before: bool
    passed_after: bool
    told_at: datetime | None


def said(item: KeyedItem) -> str:
    """Return a key in words."""
    effect = item.key.effect
    return item.right_words if effect is KeyEffect.MARKED else texts.EFFECTS[effect]


def of_quiz(session: Session, quiz_id: int, cursor: Cursor, limit: int) -> Page[RegradeLine]:
    """Return a page of a quiz's changes, the newest first."""
    statement = _LINES.where(Regrade.quiz_id == quiz_id)
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=_line)


def awaiting(session: Session, user_id: int, limit: int) -> Sequence[RegradeLine]:
    """Return the changes that wait for this user's decision, the oldest first."""
    rows = session.execute(
        _LINES.where(
            text("quiz_regrade.state in ('submitted', 'running', 'undoing')"),
            Regrade.state == RegradeState.SUBMITTED,
            Regrade.made_by_id.is_distinct_from(user_id),
        )
        .order_by(Regrade.id)
        .limit(limit)
    )
    return [_line(*row) for row in rows]


def detail(session: Session, quiz_id: int, regrade_id: int) -> RegradeDetail | None:
    """Return a change of a quiz; None where there is none."""
    row = session.get(Regrade, regrade_id)
    if row is None or row.quiz_id != quiz_id:
        return None
    state = RegradeState(row.state)
    item = regrades.item(session, row)
    return RegradeDetail(
        row,
        state,
        KeyEffect(row.key["effect"]),
        item,
        replace(item, key=regrades.before(session, row)),
        RegradeCounts(**row.counts),
        RegradeCounts(**row.planned) if row.planned is not None else None,
        _since(session, row) if state in (RegradeState.PLANNED, RegradeState.SUBMITTED) else 0,
    )


def approvers(session: Session, row: Regrade, roles: Sequence[str]) -> Sequence[str]:
    """Return the names of those who may decide a change."""
    able = select(User.name).where(User.role.in_(roles), User.disabled_at.is_(None))
    return session.scalars(able.where(User.id.is_distinct_from(row.made_by_id)).order_by(User.id)).all()


def shops(session: Session, regrade_id: int, move: str, cursor: Cursor, limit: int) -> Page[MovedShop]:
    """Return a page of the shops whose results a change moves, all or in one of `regrades.MOVES`."""
    statement = (
        select(
            Retailer.id,
            Retailer.licence,
            Retailer.shop,
            Area.name,
            Manager.name,
            RegradeShop.total_before,
            RegradeShop.total_after,
            RegradeShop.maximum_before,
            RegradeShop.maximum_after,
            RegradeShop.passed_before,
            RegradeShop.passed_after,
            RegradeShop.told_at,
        )
        .select_from(RegradeShop)
        .join(Retailer, Retailer.id == RegradeShop.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(Manager, Manager.id == func.coalesce(Retailer.manager_id, Area.manager_id))
        .where(RegradeShop.regrade_id == regrade_id)
    )
    if move in regrades.MOVES:
        statement = statement.where(regrades.MOVES[move])
    order: Order[MovedShop] = Order((RegradeShop.retailer_id,), lambda line: (line.retailer_id,))
    return paging.page(session, statement, order, cursor, limit=limit, read=_shop)


def _since(session: Session, row: Regrade) -> int:
    ended = select(Attempt.id).where(Attempt.quiz_id == row.quiz_id, Attempt.ended_at > row.made_at)
    return count_to(session, ended, MOST_SINCE)


def _line(row: Regrade, quiz: str, question: str) -> RegradeLine:
    return RegradeLine(
        row.id,
        row.quiz_id,
        quiz,
        row.question_id,
        question,
        RegradeState(row.state),
        KeyEffect(row.key["effect"]),
        row.made_by,
        row.made_at,
        RegradeCounts(**row.counts),
    )


def _shop(*columns: Any) -> MovedShop:
    retailer_id, licence, shop, area, manager, *rest = columns
    return MovedShop(retailer_id, licence, shop, area, manager or "", *rest)


_NEWEST: Order[RegradeLine] = Order((Regrade.id,), lambda line: (line.id,), is_down=True)
_LINES = (
    select(Regrade, Quiz.title, BankQuestion.text)
    .join(Quiz, Quiz.id == Regrade.quiz_id)
    .join(BankQuestion, BankQuestion.id == Regrade.question_id)
)
