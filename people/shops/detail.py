"""Shop detail queries."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from people.identity import Shop, shop_by_licence
from people.models import Area, Binding, Retailer, RetailerTag, Tag
from people.visibility import within


@dataclass(frozen=True, slots=True)
class Bound:
    """Binding of a shop: its period, and how it was made."""

    how: str
    bound_at: datetime
    unbound_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShopDetail:
    """Shop with all details."""

    shop: Shop
    address: str
    bound_at: datetime | None
    updated_at: datetime
    tags: tuple[tuple[int, str], ...]
    history: tuple[Bound, ...]


def is_seen(session: Session, visitor: Visitor, licence: str, *, today: date) -> bool:
    """Whether there is such a shop, and this visitor may see it."""
    condition = within(session, visitor, today=today)
    seen = select(Retailer.id).join(Area, Area.id == Retailer.area_id).where(Retailer.licence == licence)
    return session.scalar(seen if condition is None else seen.where(condition)) is not None


def detail(session: Session, visitor: Visitor, licence: str, *, today: date) -> ShopDetail | None:
    """One shop; None where it does not exist or this visitor may not see it."""
    condition = within(session, visitor, today=today)
    row = session.execute(
        select(Retailer.id, Retailer.address, Retailer.bound_at, Retailer.updated_at)
        .join(Area, Area.id == Retailer.area_id)
        .where(Retailer.licence == licence, *([] if condition is None else [condition]))
    ).first()
    shop = shop_by_licence(session, licence) if row else None
    if row is None or shop is None:
        return None
    tags = session.execute(
        select(Tag.id, Tag.name).join(RetailerTag).where(RetailerTag.retailer_id == row.id).order_by(Tag.name)
    )
    history = session.execute(
        select(Binding.how, Binding.bound_at, Binding.unbound_at)
        .where(Binding.retailer_id == row.id)
        .order_by(Binding.id.desc())
        .limit(20)
    )
    return ShopDetail(
        shop,
        row.address,
        row.bound_at,
        row.updated_at,
        tuple((each.id, each.name) for each in tags),
        tuple(Bound(*each) for each in history),
    )
