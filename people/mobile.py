"""Pages inside WeChat: own shop and manager, unbinding, privacy notice."""

from datetime import datetime

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from foundation.clock import day_in
from people import actions, erasing, identity, texts
from wechat_bot import oauth
from wechat_bot.conversation import Tab
from wechat_bot.services import current_services

blueprint = oauth.pages("people_mobile", __name__, url_prefix="/m", template_folder="templates")


@blueprint.get("/me")
def me() -> ResponseReturnValue:
    """Own page: the shop with its manager and pending items, the customer manager's office, or how to bind."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        shop = identity.shop_of(session, openid)
        manager = None if shop else identity.manager_of(session, openid)
        cards = services.switchboard.cards_of(session, openid, now)
    return render_template(
        "people/me.html",
        shop=shop,
        manager=manager,
        person=shop.in_charge(day_in(now, services.zone)) if shop else None,
        waiting=[card for card in cards if card.waits],
        others=[card for card in cards if not card.waits],
        how_to_bind=texts.HOW_TO_BIND,
    )


def tabs(session: Session, openid: str, now: datetime) -> list[Tab]:
    """Return the tab of the own page: a shop's first, a customer manager's last."""
    if identity.shop_of(session, openid) is not None:
        return [Tab("我的", "person", "/m/me", 0)]
    return [Tab("我的", "person", "/m/me", 90)] if identity.manager_of(session, openid) else []


@blueprint.get("/me/unbind")
def ask_unbind() -> ResponseReturnValue:
    """Ask before unbinding."""
    openid = oauth.who()
    with current_services().reading() as session:
        shop = identity.shop_of(session, openid)
        manager = identity.manager_of(session, openid)
    if shop is None and manager is None:
        return redirect(url_for(".me"), 303)
    return render_template("people/unbind.html", shop=shop, manager=manager)


@blueprint.post("/me/unbind")
def unbind() -> ResponseReturnValue:
    """Unbind this follower from their shop or manager. Posting twice does no harm."""
    openid, services = oauth.who(), current_services()
    with services.transaction() as session:
        actions.unbind(session, openid, now=services.clock())
    return redirect(url_for(".me"), 303)


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Privacy notice: what is stored, for how long, and how to have it erased. Public, also outside of WeChat."""
    services = current_services()
    return render_template(
        "people/privacy.html",
        account=services.account_name,
        erase_after=erasing.ERASE_AFTER.days,
        sign_in_hours=int(oauth.LASTS.total_seconds() // 3600),
    )
