"""Errands: what a shop's customer manager should tell it, because a message did not reach it.

An errand belongs to a shop and not to a manager: whoever looks after the shop today has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, func, literal, select, text, update
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Visitor
from foundation import paging
from foundation.database import Moment, changed, count_to, upsert
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from people import visibility
from people.models import IS_THERE, Area, Errand, Manager, Retailer, ShopClass

PAGE = 50
#: Errands that are handed over at once: more than the managers could do in weeks, and one short transaction.
MOST_AT_ONCE = 20_000
#: Errands counted for the front page and the menu.
COUNTED = 999
NO_SUCH = "没有这件事，或不归您负责。"
IS_DONE = "这件事已经办完了。"
TOO_MANY = "一次最多交出 {:,} 件，请先按片区或原因筛选。"


class ErrandEnd(StrEnum):
    """End of an errand: how it was done, or why nobody needs to do it."""

    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    #: The shop opened meanwhile what it had missed.
    OPENED = "opened"
    WITHDRAWN = "withdrawn"


WORDS: Mapping[str, str] = {
    ErrandEnd.VISIT: "上门",
    ErrandEnd.CALL: "电话",
    ErrandEnd.MESSAGE: "写消息",
    ErrandEnd.OPENED: "自己打开",
    ErrandEnd.WITHDRAWN: "收回",
}
#: The ways in which somebody does one.
WAYS = (ErrandEnd.VISIT, ErrandEnd.CALL, ErrandEnd.MESSAGE)
#: Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
IS_LEFT = text("errand.done_at IS NULL")


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """Errand with its shop, and the manager who has it today."""

    id: int
    source: str
    title: str
    due_on: date | None
    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    class_name: str
    area: str
    address: str
    manager: str


@dataclass(frozen=True, slots=True)
class ErrandFigures:
    """Figures of the errands of one source: how many there are, and how many ended in each way."""

    given: int
    ended: Mapping[str, int]

    @property
    def done(self) -> int:
        """How many need nobody any more."""
        return sum(count for how, count in self.ended.items() if how != ErrandEnd.WITHDRAWN)


def give(
    session: Session,
    source: str,
    title: str,
    shops: Select[Any],
    *,
    due_on: date | None,
    by: str,
    now: datetime,
    most: int = MOST_AT_ONCE,
) -> int:
    """Make an errand for each of these shops (a select of their ids) that has none of this source; gives how many were
    made. Raises Refused where they are too many for one time."""
    if count_to(session, shops, most) > most:
        raise Refused(TOO_MANY.format(most))
    those = shops.subquery().c[0]
    made = (
        select(
            literal(source, String),
            Retailer.id,
            literal(title, String),
            literal(due_on, Date),
            literal(now, Moment),
            literal(by[:40], String),
        )
        .where(Retailer.id.in_(select(those)), IS_THERE)
        .order_by(Retailer.id)
    )
    columns = [Errand.source, Errand.retailer_id, Errand.title, Errand.due_on, Errand.made_at, Errand.made_by]
    return changed(session, upsert(session, Errand).from_select(columns, made).on_conflict_do_nothing())


def opened(session: Session, source: str, retailer_id: int, *, now: datetime) -> bool:
    """Note that a shop has opened what it had missed: nobody needs to tell it any more."""
    theirs = (Errand.source == source, Errand.retailer_id == retailer_id)
    return _end(session, ErrandEnd.OPENED, "", now, *theirs) > 0


def told(session: Session, retailer_id: int, how: ErrandEnd, *, by: str, now: datetime) -> int:
    """Note that a shop was told in person, on a visit, by phone or by a message: all its errands are done then."""
    return _end(session, how, by, now, Errand.retailer_id == retailer_id)


def untold(session: Session, retailer_id: int, *, by: str, at: datetime) -> int:
    """Take back what `told` noted at this moment."""
    noted = (Errand.retailer_id == retailer_id, Errand.done_at == at, Errand.done_by == by[:40])
    again = update(Errand).where(*noted).values(**_OPEN)
    return changed(session, again)


def finish(session: Session, visitor: Visitor, errand_id: int, how: str, *, today: date, now: datetime) -> ErrandLine:
    """Note how one errand was done; gives it. Raises Refused for one the visitor may not see, or that is done."""
    if how not in WAYS:
        raise Refused("请选上门、电话或写消息。")
    found = session.execute(_select(_seen(session, visitor, today)).where(Errand.id == errand_id)).first()
    if found is None:
        raise Refused(NO_SUCH)
    if not _end(session, ErrandEnd(how), visitor.name, now, Errand.id == errand_id):
        raise Refused(IS_DONE)
    return ErrandLine(*found)


def reopen(session: Session, visitor: Visitor, errand_id: int, stamp: str, *, today: date) -> ErrandLine:
    """Take back that an errand was done, at the moment that was seen (`stamp`). Raises Refused where it was not."""
    found = session.execute(_select(_seen(session, visitor, today)).where(Errand.id == errand_id)).first()
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        at = None
    if found is None or at is None:
        raise Refused(NO_SUCH)
    noted = (Errand.id == errand_id, Errand.done_at == at, Errand.done_how.in_(WAYS))
    again = update(Errand).where(*noted).values(**_OPEN)
    if not changed(session, again):
        raise Refused(NO_SUCH)
    return ErrandLine(*found)


_BY_ID: Order[ErrandLine] = Order((Errand.id,), lambda line: (line.id,))


def page(
    session: Session,
    which: ColumnElement[bool] | None,
    *,
    source: str = "",
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[ErrandLine]:
    """Return a page of the errands that are left, of the shops a condition on `Retailer` holds for, the oldest
    first."""
    statement = _select(which).where(IS_LEFT)
    if source:
        statement = statement.where(Errand.source == source)
    return paging.page(session, statement, _BY_ID, cursor, limit=limit, read=ErrandLine)


def left(session: Session, which: ColumnElement[bool] | None, *, most: int = COUNTED) -> int:
    """Count the errands that are left in these shops, up to `most` and one."""
    found = select(Errand.id).join(Retailer, Retailer.id == Errand.retailer_id).where(IS_LEFT, IS_THERE)
    return count_to(session, found if which is None else found.where(which), most)


def overdue(session: Session, which: ColumnElement[bool] | None, *, today: date, most: int = COUNTED) -> int:
    """Count the errands that are left in these shops although their day is over, up to `most` and one."""
    found = select(Errand.id).join(Retailer, Retailer.id == Errand.retailer_id)
    found = found.where(IS_LEFT, IS_THERE, Errand.due_on < today)
    return count_to(session, found if which is None else found.where(which), most)


def figures(session: Session, source: str, which: ColumnElement[bool] | None = None) -> ErrandFigures:
    """Return the figures of the errands of one source, in the shops a condition on `Retailer` holds for."""
    counted = select(Errand.done_how, func.count()).where(Errand.source == source).group_by(Errand.done_how)
    if which is not None:
        counted = counted.join(Retailer, Retailer.id == Errand.retailer_id).where(which)
    rows = {row[0]: int(row[1]) for row in session.execute(counted)}
    return ErrandFigures(sum(rows.values()), {how: count for how, count in rows.items() if how is not None})


def _end(session: Session, how: ErrandEnd, by: str, now: datetime, *which: ColumnElement[bool]) -> int:
    ended = update(Errand).where(*which, IS_LEFT).values(done_at=now, done_how=how.value, done_by=by[:40], **_SHOP)
    return changed(session, ended)


def _seen(session: Session, visitor: Visitor, today: date) -> ColumnElement[bool] | None:
    return visibility.within(session, visitor, today=today)


_own, _head = aliased(Manager), aliased(Manager)
_area = aliased(Area)
_shop = select(Retailer.area_id).where(Retailer.id == Errand.retailer_id)
_MANAGER = func.coalesce(Retailer.manager_id, _area.manager_id)
#: The shop as it is when an errand ends, and nothing where it is open again.
_SHOP: Mapping[str, Any] = {
    "area_id": _shop.scalar_subquery(),
    "class_id": _shop.with_only_columns(Retailer.class_id).scalar_subquery(),
    "manager_id": _shop.join(_area, _area.id == Retailer.area_id).with_only_columns(_MANAGER).scalar_subquery(),
}
_OPEN: Mapping[str, Any] = dict.fromkeys(("done_at", "done_how", "done_by", *_SHOP))


def _select(which: ColumnElement[bool] | None) -> Any:
    found: Any = (
        select(
            Errand.id,
            Errand.source,
            Errand.title,
            Errand.due_on,
            Retailer.id,
            Retailer.licence,
            Retailer.shop,
            Retailer.keeper,
            Retailer.phone,
            ShopClass.name,
            Area.name,
            Retailer.address,
            func.coalesce(_own.name, _head.name, ""),
        )
        .select_from(Errand)
        .join(Retailer, Retailer.id == Errand.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .where(IS_THERE)
    )
    return found if which is None else found.where(which)
