"""Licences that somebody tries: seen where they are locked, and unlocked."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, audit
from foundation.clock import day_in
from people import rules, tries
from people.permissions import PEOPLE_IMPORT
from wechat_bot.services import current_services


@access.allow(PEOPLE_IMPORT)
def tried() -> ResponseReturnValue:
    """What was tried today, and which licences are locked by it."""
    services = current_services()
    with services.reading() as session:
        found = tries.guessing(session, day_in(services.clock(), services.zone))
    return render_template("people/tried.html", found=found, limit=rules.TRIES_OF_A_LICENCE, most=rules.TRIES_IN_ALL)


@access.allow(PEOPLE_IMPORT)
def unlock() -> ResponseReturnValue:
    """Let a licence, or all, be tried again today."""
    services, licence = current_services(), request.form.get("licence", "")
    with services.transaction() as session:
        now = services.clock()
        tries.unlock(session, licence, day_in(now, services.zone))
        said = licence or "全部"
        audit.note(session, access.visitor(), "tries.unlock", "licences", said, address=access.address(), now=now)
    flash(f"已解锁：{said}。店主现在可以再试。", "success")
    return redirect(url_for("people_pages.tried"), 303)
