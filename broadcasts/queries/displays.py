"""Display photos: in pages for staff, those of one shop, and the files behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from broadcasts.models.displays import Display, DisplayState
from broadcasts.models.library import ArticleState, LibraryArticle
from foundation.paging import Cursor, Order, Page, page
from people.models import Area, Retailer

#: Photos a shop is shown on its page.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class DisplayLine:
    """Display photo in the list of staff."""

    id: int
    licence: str
    shop: str
    area: str
    words: str
    sent_at: datetime
    state: str
    media_key: str
    article_id: int | None


@dataclass(frozen=True, slots=True)
class OwnDisplay:
    """Display photo as its shop sees it: `shown` leads to the article that shows it."""

    id: int
    words: str
    sent_at: datetime
    state: str
    shown: str


_COLUMNS: tuple[Any, ...] = (
    Display.id,
    Retailer.licence,
    Retailer.shop,
    Area.name,
    Display.words,
    Display.sent_at,
    Display.state,
    Display.media_key,
    Display.article_id,
)
_NEWEST: Order[DisplayLine] = Order((Display.sent_at, Display.id), lambda line: (line.sent_at, line.id), is_down=True)


def found_page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    states: Sequence[DisplayState],
    cursor: Cursor,
    *,
    limit: int,
) -> Page[DisplayLine]:
    """A page of display photos, the newest first; `conditions` are on their shops."""
    statement = _lines().where(*conditions)
    if states:
        statement = statement.where(Display.state.in_(states))
    return page(session, statement, _NEWEST, cursor, limit=limit, read=DisplayLine)


def some(session: Session, conditions: Sequence[ColumnElement[bool]], ids: Sequence[int]) -> list[DisplayLine]:
    """These photos of shops that fulfil the conditions, those sent first at the top."""
    rows = session.execute(_lines().where(*conditions, Display.id.in_(ids)).order_by(Display.sent_at, Display.id))
    return [DisplayLine(*row) for row in rows]


def of_shop(session: Session, retailer_id: int) -> list[OwnDisplay]:
    """The newest photos a shop sent in."""
    rows = session.execute(
        select(Display.id, Display.words, Display.sent_at, Display.state, LibraryArticle.token, LibraryArticle.state)
        .outerjoin(LibraryArticle, LibraryArticle.id == Display.article_id)
        .where(Display.retailer_id == retailer_id)
        .order_by(Display.day_on.desc(), Display.number.desc())
        .limit(SHOWN)
    )
    return [
        OwnDisplay(
            row[0],
            row[1],
            row[2],
            "shown" if row[5] == ArticleState.PUBLISHED else row[3],
            f"/m/library/{row[4]}" if row[5] == ArticleState.PUBLISHED else "",
        )
        for row in rows
    ]


def own(session: Session, retailer_id: int, display_id: int) -> Display | None:
    """A photo of this shop; None where it has no such photo."""
    found = session.get(Display, display_id)
    return found if found is not None and found.retailer_id == retailer_id else None


def _lines() -> Any:
    return (
        select(*_COLUMNS)
        .select_from(Display)
        .join(Retailer, Retailer.id == Display.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
    )
