"""Erasure page for admins: erase the follower a shop is bound to, or the shop with its keeper."""

from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from foundation.errors import Refused
from people import erasing, identity
from people.erasing import ErasedPerson
from people.identity import Shop
from people.permissions import PEOPLE_ERASE
from wechat_bot.services import current_services

FOLLOWER, SHOP = "follower", "shop"
CHOOSE = "请选择要删除什么。"
ANOTHER_NAME = "店名和这家店的不一样，没有删除。请核对后再写一遍。"
NOT_BOUND = "这家店没有绑定微信，没有要删除的人。店已不做了，请选“店和店主”。"


@access.allow(PEOPLE_ERASE)
def erase(licence: str) -> ResponseReturnValue:
    """Ask what to erase and for the shop's name as confirmation; then erase it, with an audit log entry."""
    return act.form(partial(_erase, licence), partial(_page, licence))


def _erase(licence: str) -> ResponseReturnValue:
    services = current_services()
    with act.transaction() as (session, now, note):
        shop = _found(session, licence)
        whom = _whom(shop, request.form.get("what", ""), request.form.get("name", ""))
        erased = erasing.erase(session, whom, now=now, forgets=services.forgets)
        note("shop.erase", erasing.about(shop), erasing.said(whom))
    erasing.clear_away(services, erased.files)
    if whom.shop_id is None:
        return act.done(url_for("people_pages.shop", licence=licence), "绑定这家店的人的个人信息已删除。")
    return act.done(url_for("people_pages.roster"), "这家店和店主的个人信息已删除，统计数字不变。")


def _found(session: Session, licence: str) -> Shop:
    shop = identity.shop_by_licence(session, licence)
    if shop is None or shop.is_erased:
        abort(404)
    return shop


def _whom(shop: Shop, what: str, name: str) -> ErasedPerson:
    if what not in (FOLLOWER, SHOP):
        raise Refused(CHOOSE)
    if what == FOLLOWER and shop.openid is None:
        raise Refused(NOT_BOUND)
    if "".join(name.split()) != "".join(shop.shop.split()):
        raise Refused(ANOTHER_NAME)
    return ErasedPerson(shop.openid or "", shop.id if what == SHOP else None)


def _page(licence: str, error: Refused | None) -> str:
    with current_services().reading() as session:
        shop = _found(session, licence)
    return render_template("people/erase.html", shop=shop, what=request.form.get("what", ""), error=error)
