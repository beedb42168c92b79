"""Second step pages: enter a code, set up, remove. No other page opens before the step is taken."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import access, act, queries
from console import second as steps
from console.actions import second_step, tries
from console.permissions import SIGNED_IN
from console.rules.tries import wait_sentence
from console.rules.visitors import Awaits, Role
from foundation.errors import Refused
from wechat_bot.services import current_services

WRONG = "验证码不对，或已经用过。请等应用里换了新的一组再填；手机时间要准。"

CHANGED = "这一页打开后，又在别处打开过，密钥换了新的。请在应用里删掉刚才加的，再扫下面这一张。"


@access.allow(SIGNED_IN, first=True, second=True)
def second() -> ResponseReturnValue:
    """Ask for a code, then continue to the page that was requested."""
    where = access.local(request.values.get("next", ""))
    if access.awaited(access.visitor()) is not Awaits.CODE:
        return act.done(where)

    def go_on() -> ResponseReturnValue:
        _take()
        return act.done(where)

    return act.form(go_on, lambda error: render_template("console/second.html", next=where, error=error))


@access.allow(SIGNED_IN, first=True, second=True)
def set_up_second() -> ResponseReturnValue:
    """Show a new secret until a code proves that the app has it; then show the recovery codes once."""
    services, me, error = current_services(), access.visitor(), None
    if services.is_development or me.has_second:
        return redirect(url_for("console.session_list"), 303)
    # Until it is confirmed, the secret is tied to the session it was shown in.
    key = f"{current_app.secret_key!s}:{me.session_id}"
    with services.reading() as session:
        user = queries.user(session, me.user_id)
    kept = user.second_secret if user else None
    secret = steps.opened(kept, key)
    if kept is None or secret is None:
        error = Refused(CHANGED) if request.method == "POST" else None
        secret = steps.new_secret()
        kept = steps.sealed(secret, key)
        with services.transaction() as session:
            second_step.begin_second(session, me.user_id, kept)
    if request.method == "POST" and error is None:
        try:
            codes = _confirm(kept, secret)
        except Refused as refusal:
            error = refusal
        else:
            # Shown in this very answer: after a redirect they would have to be stored somewhere.
            return render_template("console/second_codes.html", codes=codes)
    line = steps.line(secret, me.login, services.account_name)
    page = render_template(
        "console/second_set_up.html",
        picture=steps.picture(line),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        error=error,
        is_must=me.role is Role.ADMIN,
    )
    return page, act.status(error)


@access.allow(SIGNED_IN)
def drop_second() -> ResponseReturnValue:
    """Remove the second step, with a code; an admin then has to set it up again."""
    services, me = current_services(), access.visitor()
    if services.is_development or not me.has_second:
        raise Refused("第二步验证没有开启。")
    _take()
    with act.transaction() as (session, _, note):
        second_step.drop_second(session, me.user_id)
        note("second.off")
    return act.done(url_for("console.session_list"), "第二步验证已关闭。")


def _take() -> None:
    """Count the try, compare, and use up the code. Raises `Refused` for a wrong or used code."""
    services, me, address = current_services(), access.visitor(), access.address()
    browser, code = request.cookies.get(access.KNOWN_COOKIE, ""), request.form.get("code", "")[:100]
    with services.transaction() as session:
        tried = second_step.try_second(session, me.user_id, browser, who=me.name, address=address, now=services.clock())
    if tried.waits:
        raise Refused(wait_sentence(tried.waits))
    secret = steps.opened(tried.kept, str(current_app.secret_key))
    step = steps.step_of(secret, code, services.clock()) if secret else None
    with act.transaction() as (session, now, note):
        is_taken = second_step.take_second(
            session,
            me.user_id,
            me.session_id,
            step=step,
            code_hash=steps.recovery_hash(me.user_id, code),
            browser=browser,
            now=now,
        )
        if is_taken:
            tries.forgive(session, tried.counts)
        note("second.refused" if not is_taken else "second.pass" if step is not None else "second.recovery")
    if not is_taken:
        raise Refused(WRONG)


def _confirm(kept: str, secret: str) -> list[str]:
    """Turn on the second step; gives the recovery codes. Raises `Refused` for a wrong code."""
    services, me = current_services(), access.visitor()
    step = steps.step_of(secret, request.form.get("code", "")[:100], services.clock())
    if step is None:
        raise Refused(WRONG)
    codes, sealed = steps.recovery_codes(), steps.sealed(secret, str(current_app.secret_key))
    hashes = [steps.recovery_hash(me.user_id, code) for code in codes]
    with act.transaction() as (session, now, note):
        second_step.give_second(session, me.user_id, kept, sealed, hashes, keep_session=me.session_id, now=now)
        browser = request.cookies.get(access.KNOWN_COOKIE, "")
        second_step.take_second(session, me.user_id, me.session_id, step=step, code_hash="", browser=browser, now=now)
        note("second.on")
    return codes
