"""Shared list parts about shops: filters, masks of personal data, links to shop pages."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from console import access
from console.lists.listing import Asked, Column, Filter, LineLink, Mask
from foundation.text import mask_phone, mask_phones, whole_number
from people import areas, saved
from people.models import IS_THERE, Area, Manager, Retailer, ShopClass
from people.permissions import PEOPLE_PHONES
from people.picker import short
from people.texts import licence
from people.visibility import looked_after, with_sub_areas, within

AREA = Filter("area", "片区", "全部片区", lambda asked: areas.names(asked.session, asked.visitor))
CLASS = Filter("class", "客户类型", "全部类型", lambda asked: areas.classes(asked.session))
MANAGER = Filter("manager", "客户经理", "全部客户经理", lambda asked: areas.managers(asked.session))
#: Filters by whose a shop is: what `shops` reads.
OF_WHOM = (AREA, MANAGER, CLASS)
BOUND = Filter("bound", "是否绑定", "绑定与否", lambda asked: [("yes", "已绑定"), ("no", "未绑定")])
AUDIENCE = Filter("audience", "对象", "或选一个对象", lambda asked: saved.names(asked.session))
#: Masks of a phone, and of a text that may contain phones.
PHONE = Mask(mask_phone, PEOPLE_PHONES)
WORDS = Mask(mask_phones, PEOPLE_PHONES)


#: Link to the page of a line's shop.
page_of = LineLink("people_pages.shop", "licence", lambda line: line.licence)
#: Columns of a list of shops: who each is, and who looks after it.
OF_SHOP: tuple[Column[Any], ...] = (
    Column("shop", "店名", lambda line: line.shop, href=page_of, style="named", width=24),
    Column("licence", "许可证号", lambda line: licence(line.licence), is_spare=True, width=20),
    Column("keeper", "店主", lambda line: line.keeper, style="text-nowrap", width=12),
    Column("phone", "手机", lambda line: line.phone, mask=PHONE, style="text-nowrap", width=16),
    Column("area", "片区", lambda line: line.area, style="text-nowrap", is_spare=True),
    Column("manager", "客户经理", lambda line: line.manager, style="text-nowrap", is_spare=True, width=12),
)
#: Columns of a list of what shops did: which shop each line is of, and where it is.
WHICH_SHOP: tuple[Column[Any], ...] = (
    Column("shop", "店铺", lambda line: line.shop, width=24),
    Column("licence", "许可证号", lambda line: licence(line.licence), is_shown=False, width=20),
    Column("keeper", "店主", lambda line: line.keeper, is_shown=False),
)
WHERE: tuple[Column[Any], ...] = (
    Column("area", "片区", lambda line: line.area, is_spare=True),
    Column("class", "客户类型", lambda line: line.class_name, is_shown=False),
    Column("manager", "客户经理", lambda line: line.manager, is_spare=True),
)


def seen(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions on `Retailer` of what the visitor may see."""
    mine = within(asked.session, asked.visitor, today=asked.today)
    return [IS_THERE] if mine is None else [IS_THERE, mine]


def shops(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions on `Retailer` of what the visitor may see, and of the shop filters."""
    session, found = asked.session, seen(asked)
    if (area_id := asked.number(AREA.name)) is not None:
        found.append(Retailer.area_id.in_(sorted(with_sub_areas(session, [area_id]))))
    if (class_id := asked.number(CLASS.name)) is not None:
        found.append(Retailer.class_id == class_id)
    if (manager_id := asked.number(MANAGER.name)) is not None:
        found.append(looked_after(session, manager_id))
    return found


def audience(session: Session, given: Mapping[str, str]) -> dict[str, Any]:
    """The shop filters of a list, with these values, as an audience."""
    found: dict[str, Any] = {}
    for name, column in ((AREA.name, Area.name), (CLASS.name, ShopClass.name)):
        wanted = whole_number(given.get(name, ""))
        known = None if wanted is None else session.scalar(select(column).where(column.class_.id == wanted))
        found |= {} if known is None else {name: [known]}
    manager = whole_number(given.get(MANAGER.name, ""))
    named = [] if manager is None else _named(session, manager)
    return found | ({MANAGER.name: named} if named else {})


def to_many(whom: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The forms that write to an audience, as the visitor may use them: their labels and addresses."""
    forms, query = access.extensions().to_many_for(access.visitor()), short.query_of(whom)
    return [(form.label, url_for(form.endpoint, **query)) for form in forms]


def _named(session: Session, manager_id: int) -> list[str]:
    """A manager as the criterion names one: by the name, or by the phone where several have that name."""
    row = session.execute(select(Manager.name, Manager.phone).where(Manager.id == manager_id)).first()
    if row is None:
        return []
    several = session.scalar(select(func.count()).select_from(Manager).where(Manager.name == row.name)) or 0
    return [row.phone if several > 1 else row.name]
