"""Questions that shops answered wrong three times in a row, in keyset pages: what their customer managers go through
with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from courses.models.weak_spots import WeakSpot
from courses.queries import weak_spots
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.shops import listed
from people.shops.listed import ShopOfRow
from questions.weak_spots import WeakSpotSource

PAGE = 50


@dataclass(frozen=True, slots=True)
class StubbornSpot(ShopOfRow):
    """Question of a shop that was wrong three times in a row or more."""

    id: int
    in_row: int
    times: int
    wrong_at: datetime
    #: The question and what was right; empty where it counts no longer.
    question: str = ""
    key: str = ""
    #: The link to what teaches it; empty where there is none.
    lesson: str = ""


_NEWEST: Order[Any] = Order((WeakSpot.id,), lambda line: (line.id,), is_down=True)


def page(
    session: Session,
    sources: Mapping[str, WeakSpotSource],
    conditions: Sequence[ColumnElement[bool]],
    *,
    now: datetime,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[StubbornSpot]:
    """Return a page of the questions of shops for which conditions on `Retailer` hold, the newest weak spot first."""
    # Written as in the partial index.
    rows = select(WeakSpot.id).where(text("course_weak_spot.in_row >= 3"))
    met = listed.keys(session, rows, _NEWEST, WeakSpot.retailer_id, conditions, cursor=cursor, limit=limit + 1)
    lines = _lines(session, sources, [row[0] for row in met], now)
    return paging.cut([lines[row[0]] for row in met], _NEWEST, cursor, limit=limit)


def _lines(
    session: Session, sources: Mapping[str, WeakSpotSource], ids: Sequence[int], now: datetime
) -> dict[int, StubbornSpot]:
    figures = (WeakSpot.id, WeakSpot.in_row, WeakSpot.times, WeakSpot.wrong_at)
    statement = select(*listed.OF_SHOP, *figures).select_from(WeakSpot)
    shown = [
        StubbornSpot(*row)
        for row in session.execute(listed.joined(statement, WeakSpot.retailer_id).where(WeakSpot.id.in_(ids)))
    ]
    spots = session.scalars(select(WeakSpot).where(WeakSpot.id.in_(ids))).all()
    asked = weak_spots.questions(session, sources, spots, now=now)
    found = {}
    for line in shown:
        if line.id in asked:
            item = asked[line.id].item
            line = replace(line, question=item.question.text, key=item.right_words, lesson=item.lesson)
        found[line.id] = line
    return found
