"""Shops in the search of the console's head: by name, keeper or licence, and by phone for those who may see phones."""

from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from console.finding import Finder, Hit, Hits, Sought
from console.rules.visitors import Visitor
from foundation.clock import day_in
from foundation.text import phone_number
from people.permissions import PEOPLE_SEE
from people.shops import listing
from people.shops.filtering import ShopFilter
from people.shops.listing import ListedShop
from wechat_bot.services import Services


def find(services: Services, session: Session, visitor: Visitor, sought: Sought, now: datetime) -> Hits:
    """The first visible shops that a text finds, by licence."""
    # A phone is typed with blanks and dashes; a name or a licence is left as it is.
    text = phone_number(sought.text) or sought.text
    page = listing.page(session, visitor, ShopFilter(text), today=day_in(now, services.zone), limit=sought.most)
    return Hits([_hit(line) for line in page.lines], url_for("people_pages.roster", search=text), page.counted)


def _hit(line: ListedShop) -> Hit:
    return Hit(
        line.shop,
        url_for("people_pages.shop", licence=line.licence),
        small=f"{line.keeper} · {line.area} · {line.licence}",
        icon="building-store",
        word="" if line.is_bound else "未绑定",
    )


SHOPS = Finder("店铺", PEOPLE_SEE, find, 10, unit="家")
