"""History of a shop: its bindings, and the changes of its manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from people.models import Binding, Manager, ManagerChange, Retailer
from people.permissions import PEOPLE_SEE
from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older

BOUND, UNBOUND, MANAGED = range(3)
HOW_BOUND = {"code": "二维码", "licence": "许可证号", "manager": "客户经理"}
_from, _to = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class Managed:
    """Change of a shop's manager: when, and who it was before and after; empty for nobody."""

    at: datetime
    before: str
    after: str


def managers(session: Session, shop_id: int, *, limit: int = 5) -> list[Managed]:
    """The last changes of a shop's manager, the newest first."""
    rows = session.execute(_changes(shop_id).order_by(ManagerChange.at.desc(), ManagerChange.id.desc()).limit(limit))
    return [Managed(at, before, after) for at, _, before, after in rows]


def find(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The bindings and changes of manager of a shop, as entries of its timeline."""
    session, shop_id = asked.session, asked.shop.id
    # Three of each key, so that all of a shop's are told apart.
    parts = (
        select(
            Binding.bound_at.label("at"), (Binding.id * 3 + BOUND).label("key"), Binding.how.label("first"), _NOBODY
        ),
        select(Binding.unbound_at, Binding.id * 3 + UNBOUND, Binding.how, _NOBODY).where(
            Binding.unbound_at.is_not(None)
        ),
    )
    of_shop = [each.where(Binding.retailer_id == shop_id) for each in parts]
    changed: Any = _changes(shop_id).subquery().c
    moves = select(changed.at, changed.id * 3 + MANAGED, changed.before, changed.after)
    every = union_all(*of_shop, moves).subquery().c
    statement = select(every.at, every.key, every.first, every.second).where(*older(every.at, every.key, before))
    rows = session.execute(statement.order_by(every.at.desc(), every.key.desc()).limit(limit))
    return [TimelineEntry(at, key, _title(key % 3, first, second)) for at, key, first, second in rows]


_NOBODY = literal("").label("second")


def _changes(shop_id: int) -> Any:
    """The changes that concern a shop: its own, and while it has no manager of its own those of its area."""
    of_area = select(Retailer.area_id).where(Retailer.id == shop_id, Retailer.manager_id.is_(None)).scalar_subquery()
    last_move = select(func.max(ManagerChange.at)).where(ManagerChange.retailer_id == shop_id).scalar_subquery()
    # Before its last own change it may have belonged to another area.
    since: ColumnElement[bool] = or_(last_move.is_(None), ManagerChange.at > last_move)
    return (
        select(
            ManagerChange.at,
            ManagerChange.id,
            func.coalesce(_from.name, "").label("before"),
            func.coalesce(_to.name, "").label("after"),
        )
        .outerjoin(_from, _from.id == ManagerChange.from_id)
        .outerjoin(_to, _to.id == ManagerChange.to_id)
        .where(or_(ManagerChange.retailer_id == shop_id, and_(ManagerChange.area_id == of_area, since)))
    )


def _title(what: int, first: str, second: str) -> str:
    if what == MANAGED:
        return managed(first, second)
    how = HOW_BOUND.get(first, first)
    return f"绑定了微信（{how}）" if what == BOUND else "解除了微信绑定"


def managed(before: str, after: str) -> str:
    """A change of a shop's manager.

    >>> managed("林小燕", "黄志宏"), managed("", "黄志宏"), managed("林小燕", "")
    ('客户经理由林小燕换成黄志宏', '客户经理定为黄志宏', '客户经理林小燕不再负责')
    """
    if before and after:
        return f"客户经理由{before}换成{after}"
    return f"客户经理定为{after}" if after else f"客户经理{before}不再负责"


CHANGES = TimelineKind("people", "变动", "user-cog", PEOPLE_SEE, find, 60)
