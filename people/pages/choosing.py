"""Chosen shops of a bulk action page: those of a list filter or a saved audience, from the address."""

from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from console import access
from console.lists import looking
from console.lists.looking import Choices
from console.rules.visitors import Visitor
from foundation.text import whole_number
from people import rules, saved
from people.pages import filters, roster
from people.pages.roster import BOUND, BROUGHT, LONGEST_SEARCH, today_of
from people.saved import Chosen
from people.shops.filtering import LONGEST_MOMENT, ShopFilter
from wechat_bot.services import Services

#: Parameter of the address that says of all shops that they are meant, where nothing narrows them.
WHOM = "whom"
NAMES = (WHOM, "search", "area", "class", "manager", "bound", BROUGHT, "audience")


FILTERS = (filters.AREA, filters.CLASS, filters.MANAGER, filters.BOUND, filters.AUDIENCE)


def chosen() -> Chosen:
    """The chosen shops, from the request."""
    values = request.values
    audience_id = values.get("audience", type=int)
    if audience_id is not None:
        return Chosen(audience_id=audience_id)
    narrowed = ShopFilter(
        search=rules.plain(values.get("search", ""))[:LONGEST_SEARCH],
        area_id=values.get("area", type=int),
        class_id=values.get("class", type=int),
        is_bound=BOUND.get(values.get("bound", "")),
        manager_id=values.get("manager", type=int),
        brought=whole_number(values.get(BROUGHT, ""), LONGEST_MOMENT),
    )
    return Chosen(narrowed)


def kept() -> dict[str, str]:
    """The choice as hidden fields of the next form."""
    return {name: request.values[name] for name in NAMES if request.values.get(name)}


def is_chosen() -> bool:
    """Whether somebody has said which shops, be it all of them."""
    return bool(kept())


def offered(session: Session) -> Choices:
    """The filters by which this visitor may choose shops, with their choices."""
    me, asked = access.visitor(), looking.ask(roster.ROSTER, session, request.values)
    mine = [each for each in FILTERS if each is not filters.MANAGER or me.is_company_wide or me.area_id]
    return [(each, options) for each, options in looking.choices(mine, asked) if options]


def condition(services: Services, session: Session, visitor: Visitor, which: Chosen) -> ColumnElement[bool]:
    """The chosen shops that a visitor may see, as a condition on `Retailer`."""
    now, today = services.clock(), today_of(services)
    return saved.condition(session, visitor, which, services.criteria, now=now, today=today)


def words(session: Session, which: Chosen) -> str:
    """The choice in words."""
    if which.audience_id is not None:
        line = saved.one(session, which.audience_id)
        return f"对象“{line.name}”" if line else "已删除的对象"
    return roster.words(session, which.narrowed)


def back(which: Chosen) -> str:
    """The address of the page where the choice was made."""
    if which.audience_id is not None:
        return url_for("people_pages.audience", audience_id=which.audience_id)
    narrowed = {name: value for name, value in kept().items() if name not in ("manager", WHOM)}
    return f"{url_for('people_pages.roster')}?{urlencode(narrowed)}"
