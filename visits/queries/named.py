"""Requests joined with the names of their shop, class, area, category and owner; empty where there is none."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from people.models import Area, Manager, Retailer, ShopClass
from visits.models.requests import Category, Request

_owner = aliased(Manager)
SHOP, CLASS, AREA, CATEGORY, OWNER, OWNER_PHONE = (
    func.coalesce(column, "")
    for column in (Retailer.shop, ShopClass.name, Area.name, Category.name, _owner.name, _owner.phone)
)


def select_requests(*columns: Any) -> Select[Any]:
    """Build a select of these columns of requests and the rows they refer to."""
    return (
        select(*columns)
        .select_from(Request)
        .outerjoin(Retailer, Retailer.id == Request.retailer_id)
        .outerjoin(ShopClass, ShopClass.id == Request.class_id)
        .outerjoin(Area, Area.id == Request.area_id)
        .outerjoin(_owner, _owner.id == Request.owner_id)
        .outerjoin(Category, Category.id == Request.category_id)
    )
