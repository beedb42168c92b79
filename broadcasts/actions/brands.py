"""Brands that articles and pushes name: added, renamed; deleted where nothing names them (retired: `naming.py`)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import naming
from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import ArticleBrand, Brand
from broadcasts.models.pushes import PushBrand
from foundation.errors import Refused


def add(session: Session, name: str) -> Brand:
    """Add a brand. Raises Refused for a name that is missing, too long or taken."""
    brand = Brand(name=naming.name(session, Brand, name, None))
    session.add(brand)
    session.flush()
    return brand


def rename(session: Session, brand_id: int, name: str) -> Brand:
    """Rename a brand. Raises Refused as `add`."""
    brand = naming.locked(session, Brand, brand_id)
    brand.name = naming.name(session, Brand, name, brand_id)
    session.flush()
    return brand


def discard(session: Session, brand_id: int) -> str:
    """Delete a brand that nothing names; gives its name. Raises Refused where something does."""
    brand = naming.locked(session, Brand, brand_id)
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
