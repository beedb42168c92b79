"""H5 page of own rows: what a service notice tells a shop of itself, seen by that shop alone."""

from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.mobile import push
from broadcasts.models.pushes import Push
from broadcasts.queries import own_rows
from broadcasts.texts import own_rows as texts
from foundation.clock import day_in, when
from foundation.errors import Refused
from people import identity
from wechat_bot import oauth
from wechat_bot.conversation import Card
from wechat_bot.services import current_services


def own_row(token: str) -> ResponseReturnValue:
    """Show a shop its own values of one notice. Raises `Refused` where the notice has none for it."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        shop = identity.shop_of(session, openid)
        push_id = session.scalar(select(Push.id).where(Push.token == token))
        found = own_rows.of_shop(session, shop.id, push_id=push_id) if shop and push_id else []
        others = own_rows.of_shop(session, shop.id) if shop and found else []
        is_manager = identity.manager_of(session, openid) is not None
        to_person = push.to_person(session, services, push_id) if push_id and found else ""
    if shop is None:
        raise Refused(texts.FOR_MANAGERS if is_manager else texts.ONLY_FOR_SHOPS)
    if not found:
        raise Refused(texts.GONE)
    return render_template(
        "broadcasts/own_row.html",
        notice=found[0],
        others=[each for each in others if each.token != token],
        to_person=to_person,
        person=shop.in_charge(day_in(now, services.zone)),
        day=lambda at: when(at, now=now, zone=services.zone),
    )


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """The newest own row of a follower's shop, for its own page."""
    shop = identity.shop_of(session, openid)
    found = own_rows.of_shop(session, shop.id) if shop else []
    return [Card(found[0].title, "只有您的店能看到", f"/m/mine/{found[0].token}")] if found else []
