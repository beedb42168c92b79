"""Shops that were asked to take a quiz and have not begun, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Retailer
from people.shops import listed
from people.shops.listed import ShopOfRow
from quizzes.models.quizzes import Standing

PAGE = 50


@dataclass(frozen=True, slots=True)
class NotBegun(ShopOfRow):
    """Shop that has not begun, and how far it came."""

    retailer_id: int
    openid: str | None
    is_reached: bool
    is_opened: bool


_BY_SHOP: Order[Any] = Order((Standing.retailer_id,), lambda line: (line.retailer_id,))


def page(
    session: Session,
    quiz_id: int,
    conditions: Sequence[ColumnElement[bool]],
    *,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[NotBegun]:
    """Return a page of the shops for which conditions on `Retailer` hold."""
    # Written as in the partial index.
    rows = select(Standing.retailer_id).where(Standing.quiz_id == quiz_id, text("used = 0"))
    met = listed.keys(session, rows, _BY_SHOP, Standing.retailer_id, conditions, cursor=cursor, limit=limit + 1)
    lines = {line.retailer_id: line for line in _lines(session, quiz_id, [row[0] for row in met])}
    return paging.cut([lines[row[0]] for row in met], _BY_SHOP, cursor, limit=limit)


def _lines(session: Session, quiz_id: int, ids: Sequence[int]) -> list[NotBegun]:
    how_far = (Retailer.openid, Standing.is_reached, Standing.is_opened)
    statement = select(*listed.OF_SHOP, Standing.retailer_id, *how_far).select_from(Standing)
    rows = session.execute(
        listed.joined(statement, Standing.retailer_id).where(Standing.quiz_id == quiz_id, Standing.retailer_id.in_(ids))
    )
    return [NotBegun(*row) for row in rows]
