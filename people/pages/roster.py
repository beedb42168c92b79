"""Shop pages: the list with its export, the details of a shop, and a dashboard tile."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.rules.visitors import Visitor
from foundation.clock import day_in
from foundation.paging import Count, Cursor, Page
from foundation.text import whole_number
from people import areas
from people.pages import filters
from people.permissions import PEOPLE_EXPORT, PEOPLE_PHONES, PEOPLE_SEE
from people.roster import headings
from people.shops import filtering, listing, reach
from people.shops.listing import ListedShop
from wechat_bot.services import Services, current_services

BOUND = {"yes": True, "no": False}
LONGEST_SEARCH = 40
#: Parameter of the address for the shops of one import.
BROUGHT = "brought"


def narrowed(given: Mapping[str, str]) -> filtering.ShopFilter:
    """The shop list filter from the parameters of an address."""
    return filtering.ShopFilter(
        search=given.get("search", "").strip()[:LONGEST_SEARCH],
        area_id=whole_number(given.get("area", "")),
        class_id=whole_number(given.get("class", "")),
        is_bound=BOUND.get(given.get("bound", "")),
        manager_id=whole_number(given.get("manager", "")),
        brought=whole_number(given.get(BROUGHT, ""), filtering.LONGEST_MOMENT),
    )


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[ListedShop]:
    wanted = narrowed(asked.given)
    return listing.page(asked.session, asked.visitor, wanted, today=asked.today, cursor=cursor, limit=limit)


def _count(asked: Asked) -> Count | None:
    wanted = narrowed(asked.given)
    return None if wanted.is_search else listing.count(asked.session, asked.visitor, wanted, today=asked.today)


#: The export has the columns of an import in the same order, so that it can be corrected and imported again. Values
#: that a shop inherits from its area are left empty, so that they stay inherited.
ROSTER: Listing[ListedShop] = Listing(
    name="people",
    title="零售户名单",
    see=PEOPLE_SEE,
    unit="家",
    search="许可证号、店名或店主",
    filters=(filters.AREA, filters.CLASS, filters.BOUND),
    keeps=(BROUGHT,),
    means=lambda asked: _imported(asked.given, asked.services),
    columns=(
        Column("licence", headings.LICENCE, lambda line: line.licence, href=filters.page_of, width=20),
        Column("shop", headings.SHOP, lambda line: line.shop, width=22),
        Column("keeper", headings.KEEPER, lambda line: line.keeper, style="text-nowrap", width=12),
        Column("phone", headings.PHONE, lambda line: line.phone, mask=filters.PHONE, style="text-nowrap", width=16),
        Column("address", headings.ADDRESS, lambda line: line.address, is_shown=False, width=32),
        Column("area", headings.AREA, lambda line: line.area, is_spare=True),
        Column("class", headings.CLASS, lambda line: line.class_name, style="text-nowrap", is_spare=True),
        Column(
            "manager",
            headings.MANAGER,
            lambda line: line.manager,
            in_file=lambda line: "" if line.inherits else line.manager,
            style="text-nowrap",
            width=12,
        ),
        Column(
            "manager_phone",
            headings.MANAGER_PHONE,
            lambda line: line.manager_phone,
            in_file=lambda line: "" if line.inherits else line.manager_phone,
            mask=filters.PHONE,
            is_shown=False,
            style="text-nowrap",
            width=16,
        ),
        Column(
            "bound",
            "微信",
            lambda line: "已绑定" if line.is_bound else "未绑定",
            colour=lambda line: "good" if line.is_bound else "",
            width=10,
        ),
    ),
    find=_find,
    count=_count,
    nothing_left=("没有符合的店", "换一个条件，或清除筛选再看。"),
    export=PEOPLE_EXPORT,
    did="roster.export",
    task="导出名单",
)


@access.allow(PEOPLE_SEE)
def roster() -> ResponseReturnValue:
    """List of shops. Showing phones is written to the audit log."""
    with current_services().reading() as session:
        shown = looking.look(ROSTER, session)
        said = ROSTER.said(shown.asked)
    if access.visitor().may(PEOPLE_PHONES):
        act.seen("roster.see", "people", said)
    imported = _imported(shown.kept, current_services())
    return render_template("people/roster.html", shown=shown, imported=imported)


def _imported(given: Mapping[str, str], services: Services) -> str:
    """Which import the listed shops came with, in words."""
    number = whole_number(given.get(BROUGHT, ""), filtering.LONGEST_MOMENT)
    if number is None:
        return ""
    at = filtering.moment(number).astimezone(services.zone)
    return f"{at.month} 月 {at.day} 日 {at:%H:%M} 导入的"


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Dashboard tile: the numbers of shops, bound shops and following keepers."""
    today = day_in(now, services.zone)
    found, left = reach.reach(session, visitor, today=today), reach.left(session, visitor, today=today)
    return {
        "reach": found,
        "unbound": found.shops - found.bound,
        "following": max(found.bound - left, 0),
        "left": left,
        "most": reach.COUNTED,
    }


def today_of(services: Services) -> date:
    """The current day in the company's time zone."""
    return day_in(services.clock(), services.zone)


def words(session: Session, narrowed: filtering.ShopFilter) -> str:
    """A shop list filter in words."""
    parts = (
        dict(areas.names(session)).get(narrowed.area_id or 0),
        dict(areas.classes(session)).get(narrowed.class_id or 0),
        dict(areas.managers(session)).get(narrowed.manager_id or 0),
        "一次导入的" if narrowed.brought is not None else None,
        None if narrowed.is_bound is None else "已绑定" if narrowed.is_bound else "未绑定",
        f"“{narrowed.search}”" if narrowed.search else None,
    )
    return "、".join(part for part in parts if part) or "全部零售户"
