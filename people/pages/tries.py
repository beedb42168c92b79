"""Binding tries page: shows today's tries and locked licences, and unlocks them."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act
from foundation.clock import day_in
from people import rules, tries
from people.permissions import PEOPLE_IMPORT
from wechat_bot.services import current_services


@access.allow(PEOPLE_IMPORT)
def tried() -> ResponseReturnValue:
    """Today's tries and the locked licences."""
    services = current_services()
    with services.reading() as session:
        found = tries.guessing(session, day_in(services.clock(), services.zone))
    return render_template("people/tried.html", found=found, limit=rules.TRIES_OF_A_LICENCE, most=rules.TRIES_IN_ALL)


@access.allow(PEOPLE_IMPORT)
def unlock() -> ResponseReturnValue:
    """Unlock a licence, or all, for today."""
    licence = request.form.get("licence", "")
    said = licence or "全部"
    with act.transaction() as (session, now, note):
        tries.unlock(session, licence, day_in(now, current_services().zone))
        note("tries.unlock", "licences", said)
    return act.done(url_for("people_pages.tried"), f"已解锁：{said}。店主现在可以再试。")
