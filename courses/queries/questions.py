"""Questions that nothing answered, for staff: the list, one with those who asked it, and what its forms edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, true
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from console.stamps import Editable, Kept
from courses.models.asking import Asker, OpenQuestion, Settled, StaffAnswer
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people import visibility
from people.models import Manager, Retailer

#: Askers shown with a question, the newest.
SHOWN = 50
WORDS = {Settled.ANSWERED: "已答复", Settled.WORDS: "已添加用词", Settled.ASIDE: "放在一边"}


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Question in the list: in the words it was asked in last, by somebody the visitor may see."""

    id: int
    words: str
    asked: int
    last_at: datetime
    settled_at: datetime | None
    settled_how: str | None
    settled_by: str | None

    @property
    def state(self) -> str:
        return WORDS[Settled(self.settled_how)] if self.settled_how else "没答上"


@dataclass(frozen=True, slots=True)
class AskerLine:
    """Somebody who asked: their shop and its licence, or the customer manager; their words."""

    shop: str | None
    licence: str | None
    manager: str | None
    words: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class AskedDetail:
    """Question with those who asked it, and the answer it has."""

    line: AskedLine
    askers: Sequence[AskerLine]
    answer: StaffAnswer | None


def page(
    session: Session,
    visitor: Visitor,
    *,
    how: Settled | None = None,
    today: date,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[AskedLine]:
    """Return a page of the questions settled in one way, or of those that are open; those asked last in front. A
    visitor who sees a part of the shops sees what these asked."""
    state = OpenQuestion.settled_how == how if how else OpenQuestion.settled_how.is_(None)
    statement = _select(session, visitor, today).where(state)
    return paging.page(session, statement, _LAST, cursor, limit=limit, read=AskedLine)


def find(session: Session, visitor: Visitor, question_id: int, *, today: date) -> AskedDetail | None:
    """Return a question; None where there is none that this visitor may see."""
    row = session.execute(_select(session, visitor, today).where(OpenQuestion.id == question_id)).first()
    if row is None:
        return None
    askers = session.execute(
        select(Retailer.shop, Retailer.licence, Manager.name, Asker.words, Asker.asked_at)
        .outerjoin(Retailer, Retailer.id == Asker.retailer_id)
        .outerjoin(Manager, and_(Manager.openid == Asker.openid, Asker.retailer_id.is_(None)))
        .where(Asker.question_id == question_id, _seen(session, visitor, today))
        .order_by(Asker.asked_at.desc(), Asker.id.desc())
        .limit(SHOWN)
    )
    answer_id = session.scalar(select(OpenQuestion.answer_id).where(OpenQuestion.id == question_id))
    answer = session.get(StaffAnswer, answer_id) if answer_id is not None else None
    return AskedDetail(AskedLine(*row), [AskerLine(*each) for each in askers], answer)


def editable(question_id: int) -> Editable:
    """What the form of an answer edits."""
    rows = select(OpenQuestion.id).where(OpenQuestion.id == question_id)
    return Editable(f"question-asked:{question_id}", rows, lambda session: kept(session, question_id))


def kept(session: Session, question_id: int) -> Kept:
    """What is kept of a question, label and value in words."""
    which = select(OpenQuestion.settled_how, StaffAnswer.text, StaffAnswer.link, StaffAnswer.withdrawn_at)
    row = session.execute(
        which.outerjoin(StaffAnswer, StaffAnswer.id == OpenQuestion.answer_id).where(OpenQuestion.id == question_id)
    ).first()
    if row is None:
        return {}
    state = WORDS[Settled(row.settled_how)] if row.settled_how else "没答上"
    return {"状态": state, "答复": row.text or "", "链接": row.link or ""}


_LAST: Order[AskedLine] = Order(
    (OpenQuestion.last_at, OpenQuestion.id), lambda line: (line.last_at, line.id), is_down=True
)


def _seen(session: Session, visitor: Visitor, today: date) -> ColumnElement[bool]:
    """The askers whom a visitor sees: with a part of the shops, these."""
    shops = visibility.scope(session, visitor, today=today)
    return true() if shops is None else Asker.retailer_id.in_(shops)


def _select(session: Session, visitor: Visitor, today: date) -> Any:
    theirs = and_(Asker.question_id == OpenQuestion.id, _seen(session, visitor, today))
    words = select(Asker.words).where(theirs).order_by(Asker.asked_at.desc(), Asker.id.desc()).limit(1)
    return select(
        OpenQuestion.id,
        words.correlate(OpenQuestion).scalar_subquery(),
        OpenQuestion.asked,
        OpenQuestion.last_at,
        OpenQuestion.settled_at,
        OpenQuestion.settled_how,
        OpenQuestion.settled_by,
    ).where(exists().where(theirs))
