"""Counted shops: facts of a measure of how many bound shops have ever done something."""

from typing import Any

from sqlalchemy import Select, func, select

from people.models import IS_THERE, Area, Retailer
from wechat_bot.measure import columns


def bound_among(ids: Select[Any]) -> Select[Any]:
    """Select the shops that are bound today among these, each once, as the roster has them."""
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    return (
        select(*columns(Retailer.area_id, Retailer.class_id, manager))
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .where(Retailer.openid.is_not(None), IS_THERE, Retailer.id.in_(ids))
    )
