"""Questions about wishes: the list, the shops that wished for something, how many there were in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.clock import Period
from foundation.paging import Cursor, Order, Page
from people.models import Retailer
from tests.toy.models import Wish
from wechat_bot.criterion import Choice, Criterion, Field, Input
from wechat_bot.measure import Measure, columns


@dataclass(frozen=True, slots=True)
class Line:
    """A wish in the list."""

    id: int
    licence: str
    shop: str
    phone: str
    what: str
    boxes: int
    made_at: datetime


_NEWEST: Order[Line] = Order((Wish.id,), lambda line: (line.id,), is_down=True)


def page(session: Session, conditions: Sequence[ColumnElement[bool]], cursor: Cursor, limit: int) -> Page[Line]:
    """Wishes of the shops and goods that the conditions name, the newest first."""
    columns = (Wish.id, Retailer.licence, Retailer.shop, Retailer.phone, Wish.what, Wish.boxes, Wish.made_at)
    statement = select(*columns).join(Retailer, Retailer.id == Wish.retailer_id).where(*conditions)
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=Line)


def goods(session: Session) -> list[tuple[str, str]]:
    """What was wished for, to choose from."""
    return [(what, what) for what in session.scalars(select(Wish.what).distinct().order_by(Wish.what))]


def _made(session: Session, period: Period) -> Select[Any]:
    made = select(*columns(Retailer.area_id, Retailer.class_id)).join(Wish, Wish.retailer_id == Retailer.id)
    return made.where(Wish.made_at >= period.begins_at, Wish.made_at < period.ends_at)


WISHED = Criterion(
    "wished",
    "想要某种货的店",
    "想要的货",
    (Field("货名", Input.ONE, lambda session, given: [Choice(*each) for each in goods(session)]),),
    select=lambda session, what, now: exists().where(Wish.retailer_id == Retailer.id, Wish.what == what),
)
MADE = Measure("wishes", "进货愿望", _made)
