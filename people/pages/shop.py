"""Shop page (360°): who it is, who looks after it, its codes, and its timeline, which every feature adds to."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from console import access, act
from foundation.clock import day_in
from people import codes, identity, tags, timeline
from people.identity import Shop
from people.permissions import CODES_PRINT, PEOPLE_PHONES, PEOPLE_SEE, TAGS_PUT
from people.shops import detail, history
from people.shops.history import HOW_BOUND
from people.timeline import ShopAsked
from wechat_bot.services import current_services

#: Colours of the code, which no style sheet of the page changes.
_QR = {"scale": 4, "border": 4, "dark": "#000", "light": "#fff", "omitsize": True, "svgclass": "qr", "lineclass": None}


@access.allow(PEOPLE_SEE)
def shop(licence: str) -> ResponseReturnValue:
    """Show a shop with its people and its timeline. Opening it is written to the audit log."""
    services, me = current_services(), access.visitor()
    today = day_in(services.clock(), services.zone)
    with services.reading() as session:
        found = detail.detail(session, me, licence, today=today)
        if found is None:
            abort(404)
        page = render_template(
            "people/shop.html",
            found=found,
            tags=[each for each in tags.names(session) if each not in found.tags] if me.may(TAGS_PUT) else [],
            in_charge=found.shop.in_charge(today),
            managed=history.managers(session, found.shop.id),
            how_bound=HOW_BOUND,
            shows_phones=me.may(PEOPLE_PHONES),
            code=_code(session, found.shop) if me.may(CODES_PRINT) and not found.shop.is_erased else None,
            month_of=lambda at: _month(at, services.zone),
            **beside(session, found.shop),
        )
    act.seen("shop.see", f"shop:{found.shop.licence}", found.shop.shop)
    return page


@access.allow(PEOPLE_SEE)
def timeline_piece(licence: str) -> ResponseReturnValue:
    """Return the timeline alone: another kind of entries, or older ones."""
    services, me = current_services(), access.visitor()
    today = day_in(services.clock(), services.zone)
    with services.reading() as session:
        if not detail.is_seen(session, me, licence, today=today):
            abort(404)
        found = identity.shop_by_licence(session, licence)
        if found is None:
            abort(404)
        return render_template("people/_timeline.html", **beside(session, found))


def beside(session: Session, found: Shop) -> dict[str, Any]:
    """Return what stands beside everything about a shop the visitor may see: its figures, buttons and timeline.

    For `people/_timeline.html` and `people/_shop_buttons.html`, on every page that shows a shop.
    """
    services = current_services()
    asked = ShopAsked(session, services, access.extensions().features, access.visitor(), services.clock(), found)
    chosen, before = request.args.get("kind", ""), request.args.get("before_entry", "")
    return {
        "shop": found,
        "timeline": timeline.page(asked, chosen=chosen, before=before),
        "figures": timeline.figures(asked),
        "buttons": timeline.buttons(asked),
        "shop_page": url_for("people_pages.shop", licence=found.licence),
    }


def _month(at: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    return f"{there.year} 年 {there.month} 月"


def _code(session: Session, found: Shop) -> Markup | None:
    """Return the picture of a shop's binding code; None where WeChat has not made one."""
    url = codes.url_of(session, current_services().wechat.app_id, found.id)
    return Markup(segno.make(url, error="m", micro=False).svg_inline(**_QR)) if url else None  # noqa: S704 - our own picture
