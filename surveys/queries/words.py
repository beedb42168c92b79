"""Search in what people wrote, in keyset pages: the newest, or those that contain a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation import paging, search_index
from foundation.paging import FIRST, Cursor, Order, Page
from foundation.text import folded
from foundation.text import keys as parts
from people.models import Area, Retailer
from people.visibility import within
from surveys.models import SHEET_SEARCH, Submission, Words
from surveys.rules import crossing

PAGE = 50


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """Text somebody wrote; with its writer only where the survey is not anonymous."""

    submission_id: int
    said: str
    licence: str = ""
    shop: str = ""
    keeper: str = ""
    area: str = ""
    submitted_at: datetime | None = None


#: The newest first; for an anonymous survey, whose sheets have random numbers, in no order.
NEWEST: Order[WrittenAnswer] = Order((Words.submission_id,), lambda line: (line.submission_id,), is_down=True)


def said(
    session: Session,
    visitor: Visitor,
    survey_id: int,
    question: str,
    search: str,
    *,
    is_anonymous: bool,
    today: date,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[WrittenAnswer]:
    """Return a page of what was written in answer to a question and contains `search`; of an identified survey by this
    visitor's shops."""
    mine = None if is_anonymous else within(session, visitor, today=today)
    columns: list[Any] = [Words.submission_id, Words.said]
    base = select(*columns).where(
        Words.survey_id == survey_id, Words.question == question, *paging.beyond(NEWEST, cursor)
    )
    if mine is not None:
        base = _of(base, visitor, survey_id, mine)
    is_up = paging.goes_up(NEWEST, cursor)
    found = _found(session, base, survey_id, question, search, is_up=is_up, limit=limit + 1)
    who = {} if is_anonymous else _who(session, [submission_id for submission_id, _ in found])
    lines = [WrittenAnswer(submission_id, words, *who.get(submission_id, ())) for submission_id, words in found]
    return paging.cut(lines, NEWEST, cursor, limit=limit)


def _of(base: Select[Any], visitor: Visitor, survey_id: int, mine: ColumnElement[bool]) -> Select[Any]:
    """Narrow the select to what shops of somebody's part wrote."""
    part = (
        select(Submission.id)
        .join(Retailer, Retailer.id == Submission.retailer_id)
        .where(Submission.survey_id == survey_id, mine)
    )
    if visitor.role is Role.MANAGER:
        # Few shops: found first, because in the order of the words they are far apart.
        few = part.cte("few").prefix_with("MATERIALIZED")
        return base.join(few, few.c.id == Words.submission_id)
    return base.join(part.subquery("part"), literal_column("part.id") == Words.submission_id)


def _found(
    session: Session, base: Select[Any], survey_id: int, question: str, search: str, *, is_up: bool, limit: int
) -> list[tuple[int, str]]:
    key: Any = Words.submission_id
    order = key if is_up else key.desc()
    if not search:
        return [(row[0], row[1]) for row in session.execute(base.order_by(order).limit(limit))]

    def holds(columns: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = columns.folded.contains(folded(search), autoescape=True)
        return found

    def look_up(rest: Any, most: int) -> Sequence[Any]:
        behind = base.where(key >= rest[0] if is_up else key <= rest[0], holds(Words))
        words, by = crossing.keys(survey_id, question, parts(search)), key
        if words:
            known = SHEET_SEARCH.holding(session, words).cte("known").prefix_with("MATERIALIZED")
            # Sorted by the key of the rows found in the index, or SQLite would read all words.
            behind, by = behind.join(known, known.c.id == key), known.c.id
        # Signs alone are in no index: all words are read for them.
        return session.execute(behind.order_by(by if is_up else by.desc()).limit(most)).all()

    rows = base.add_columns(Words.folded).order_by(order)
    way = ["submission_id" if is_up else "-submission_id"]
    met, _ = search_index.find(session, rows, way, holds, look_up, limit)
    return [(row[0], row[1]) for row in met]


def _who(session: Session, submission_ids: list[int]) -> dict[int, tuple[Any, ...]]:
    rows = session.execute(
        select(Submission.id, Retailer.licence, Retailer.shop, Retailer.keeper, Area.name, Submission.submitted_at)
        .join(Retailer, Retailer.id == Submission.retailer_id)
        .join(Area, Area.id == Submission.area_id)
        .where(Submission.id.in_(submission_ids))
    )
    return {row[0]: tuple(row[1:]) for row in rows}
