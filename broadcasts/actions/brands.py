"""Brands that articles and pushes name: added, renamed, retired; deleted only where nothing names them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import ArticleBrand, Brand
from broadcasts.models.pushes import PushBrand
from foundation.errors import Refused
from foundation.text import readable, visible

LONGEST = 40


def add(session: Session, name: str) -> Brand:
    """Add a brand. Raises Refused for a name that is missing, too long or taken."""
    brand = Brand(name=_named(session, name, None))
    session.add(brand)
    session.flush()
    return brand


def rename(session: Session, brand_id: int, name: str) -> Brand:
    """Rename a brand. Raises Refused as `add`."""
    brand = locked(session, brand_id)
    brand.name = _named(session, name, brand_id)
    session.flush()
    return brand


def retire(session: Session, brand_id: int, *, now: datetime) -> Brand:
    """Retire a brand: it is no longer offered, and what names it goes on doing so."""
    brand = locked(session, brand_id)
    brand.retired_at = brand.retired_at or now
    session.flush()
    return brand


def bring_back(session: Session, brand_id: int) -> Brand:
    """Offer a retired brand again."""
    brand = locked(session, brand_id)
    brand.retired_at = None
    session.flush()
    return brand


def discard(session: Session, brand_id: int) -> str:
    """Delete a brand that nothing names; gives its name. Raises Refused where something does."""
    brand = locked(session, brand_id)
    named = (
        select(ArticleBrand.brand_id).where(ArticleBrand.brand_id == brand_id).limit(1),
        select(PushBrand.brand_id).where(PushBrand.brand_id == brand_id).limit(1),
    )
    if any(session.scalar(each) is not None for each in named):
        raise Refused(f"有文章或推送写到“{brand.name}”，不能删除，可以停用。")
    if session.scalar(select(BrandMonth.brand_id).where(BrandMonth.brand_id == brand_id).limit(1)) is not None:
        raise Refused(f"“{brand.name}”已有目标和销量，不能删除，可以停用。")
    session.delete(brand)
    session.flush()
    return brand.name


def locked(session: Session, brand_id: int) -> Brand:
    """Lock a brand. Raises Refused where there is none."""
    brand = session.scalar(select(Brand).where(Brand.id == brand_id).with_for_update())
    if brand is None:
        raise Refused("没有这个品牌。")
    return brand


def _named(session: Session, name: str, brand_id: int | None) -> str:
    name = visible(" ".join(readable(name).split()))
    if not name:
        raise Refused("请写品牌的名称。")
    if len(name) > LONGEST:
        raise Refused(f"品牌名称最多 {LONGEST} 个字。")
    taken = session.scalar(select(Brand.id).where(Brand.name == name))
    if taken is not None and taken != brand_id:
        raise Refused(f"已经有品牌“{name}”了。")
    return name
