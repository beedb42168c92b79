"""Learners of a course, in keyset pages: how far each is, and the number of their certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, text
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from courses.models.certificates import Certificate
from courses.models.learning import Enrolment
from courses.rules import certificate_numbers
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Manager, Retailer
from people.shops import listed
from people.shops.listed import ShopOfRow

PAGE = 50


class LearnerState(StrEnum):
    """How far a learner is in a course."""

    NOT_BEGUN = "not_begun"
    BEGUN = "begun"
    FINISHED = "finished"


WORDS = {LearnerState.NOT_BEGUN: "没开始", LearnerState.BEGUN: "没学完", LearnerState.FINISHED: "学完了"}
#: Written as in the partial indexes: SQLite does not match SQLAlchemy's own form of them.
_IS = {
    LearnerState.NOT_BEGUN: text("course_enrolment.started_at is null"),
    LearnerState.BEGUN: text("course_enrolment.started_at is not null and course_enrolment.finished_at is null"),
    LearnerState.FINISHED: text("course_enrolment.finished_at is not null"),
}


@dataclass(frozen=True, slots=True)
class LearnerLine(ShopOfRow):
    """Learner of a course with their shop; of a customer manager the name stands for the keeper's."""

    id: int
    started_at: datetime | None
    finished_at: datetime | None
    last_at: datetime | None
    lessons: int
    seconds: int
    number: str | None

    @property
    def certificate(self) -> str:
        """The number of their certificate as it is printed; empty where they have none."""
        return certificate_numbers.printed(self.number) if self.number else ""

    @property
    def state(self) -> LearnerState:
        if self.finished_at is not None:
            return LearnerState.FINISHED
        return LearnerState.BEGUN if self.started_at is not None else LearnerState.NOT_BEGUN


def page(
    session: Session,
    course_id: int,
    conditions: Sequence[ColumnElement[bool]],
    state: LearnerState | None,
    *,
    search: str = "",
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[LearnerLine]:
    """Return a page of the shops for which conditions on `Retailer` hold."""
    rows = _of_course(select(Enrolment.id), course_id, state)
    shop = Enrolment.retailer_id
    met = listed.keys(session, rows, _BY_ID, shop, conditions, search=search, cursor=cursor, limit=limit + 1)
    ids = [row[0] for row in met]
    read = select(*listed.OF_SHOP, *_HOW_FAR).select_from(Enrolment).outerjoin(Certificate, _CERTIFICATE)
    lines = {
        row.id: LearnerLine(*row) for row in session.execute(listed.joined(read, shop).where(Enrolment.id.in_(ids)))
    }
    return paging.cut([lines[each] for each in ids], _BY_ID, cursor, limit=limit)


def page_of_staff(
    session: Session,
    course_id: int,
    visitor: Visitor,
    state: LearnerState | None,
    *,
    search: str = "",
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[LearnerLine]:
    """Return a page of the customer managers of a course for them, with this text in their names, or only the visitor
    where they see no more."""
    statement = _of_course(select(Manager.name, *_HOW_FAR), course_id, state).join(
        Manager, Manager.id == Enrolment.staff_id
    )
    statement = statement.outerjoin(Certificate, _CERTIFICATE)
    if not visitor.is_company_wide:
        own = Enrolment.staff_id == visitor.manager_id if visitor.manager_id is not None else false()
        statement = statement.where(own)
    if search:
        statement = statement.where(Manager.name.contains(search, autoescape=True))
    return paging.page(session, statement, _BY_ID, cursor, limit=limit, read=_staff)


def unfinished(course_id: int, conditions: Sequence[ColumnElement[bool]], state: LearnerState | None) -> Select[Any]:
    """Return a select of the shops that have not finished a course, for which conditions on `Retailer` hold."""
    found: Select[Any] = _of_course(select(Enrolment.retailer_id), course_id, state)
    return found.join(Retailer, Retailer.id == Enrolment.retailer_id).where(
        Enrolment.finished_at.is_(None), *conditions
    )


def _of_course(statement: Any, course_id: int, state: LearnerState | None) -> Select[Any]:
    found: Select[Any] = statement.where(Enrolment.course_id == course_id)
    return found if state is None else found.where(_IS[state])


def _staff(*row: Any) -> LearnerLine:
    name, *how_far = row
    return LearnerLine("", "", name, "", "", "", None, *how_far)


_BY_ID: Order[Any] = Order((Enrolment.id,), lambda line: (line.id,))
_CERTIFICATE = (Certificate.enrolment_id == Enrolment.id) & Certificate.revoked_at.is_(None)
_HOW_FAR = (
    Enrolment.id,
    Enrolment.started_at,
    Enrolment.finished_at,
    Enrolment.last_at,
    Enrolment.lessons,
    Enrolment.seconds,
    Certificate.number,
)
