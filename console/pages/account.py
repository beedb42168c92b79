"""Account pages: sign-in, sign-out, own password, own sessions."""

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from console import access, act, audit, passwords, queries
from console.actions import sessions, signing_in
from console.permissions import ANYONE, SIGNED_IN
from console.rules.passwords import LONGEST_PASSWORD, check_password, user_name
from console.rules.sessions import BROWSER_KNOWN
from console.rules.tries import wait_sentence
from console.rules.visitors import Awaits
from foundation.errors import Refused
from wechat_bot.services import current_services


@access.allow(ANYONE)
def sign_in() -> ResponseReturnValue:
    """Sign-in form, and its post."""
    if request.method != "POST":
        return redirect(url_for("console.home"), 303) if g.visitor else _form()
    try:
        return _enter(request.form.get("name", ""), request.form.get("password", ""))
    except Refused as refusal:
        return _form(refusal.sentence)


@access.allow(SIGNED_IN, first=True, second=True)
def sign_out() -> ResponseReturnValue:
    """Sign out: end this session."""
    me = access.visitor()
    with act.transaction() as (session, now, note):
        sessions.end_session(session, me.user_id, me.session_id, now=now)
        note("sign_out")
    response = redirect(url_for("console.sign_in"), 303)
    response.delete_cookie(access.COOKIE, path=access.PREFIX)
    return response


@access.allow(SIGNED_IN, first=True)
def password() -> ResponseReturnValue:
    """Change one's own password; required at the first sign-in."""
    return act.form(_change_password, lambda error: render_template("console/password.html", error=error))


@access.allow(SIGNED_IN)
def session_list() -> ResponseReturnValue:
    """List of one's own open sessions."""
    services = current_services()
    with services.reading() as session:
        found = queries.sessions(session, access.visitor().user_id, now=services.clock())
        left = queries.recovery_codes(session, access.visitor().user_id)
    return render_template("console/sessions.html", sessions=found, left=left)


@access.allow(SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with act.transaction() as (session, now, note):
        sessions.end_session(session, access.visitor().user_id, session_id, now=now)
        note("session.end", f"session:{session_id}")
    return act.done(url_for("console.session_list"), "已结束那次登录。")


def _change_password() -> ResponseReturnValue:
    """Count the try, compare and hash outside of any transaction, then change the password."""
    services, me, address = current_services(), access.visitor(), access.address()
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if new != request.form.get("again", ""):
        raise Refused("两次输入的新密码不一样。")
    with services.reading() as session:
        known = access.extensions().known(session, me)
    check_password(new, known, [services.account_name])
    with services.transaction() as session:
        candidate = signing_in.try_password(session, me.user_id, who=me.name, address=address, now=services.clock())
    if candidate.waits:
        raise Refused(wait_sentence(candidate.waits))
    if candidate.password_hash is None or not passwords.fits(candidate.password_hash, old):
        act.seen("password.refused")
        raise Refused("现在的密码不对。")
    if new == old:
        raise Refused("新密码和现在的一样，请换一个。")
    new_hash = passwords.hashed(new)
    with act.transaction() as (session, now, note):
        signing_in.change_password(
            session,
            me.user_id,
            candidate.password_hash,
            new_hash,
            keep_session=me.session_id,
            browser=request.cookies.get(access.KNOWN_COOKIE, ""),
            now=now,
        )
        note("password.change")
    return act.done(url_for("console.home"), "密码已修改，其他地方的登录都已结束。")


def _enter(written: str, password: str) -> Response:
    """Count the try, compare outside of any transaction, then start the session."""
    services, address = current_services(), access.address()
    name, browser = user_name(written), request.cookies.get(access.KNOWN_COOKIE, "")
    with services.transaction() as session:
        candidate = signing_in.try_sign_in(session, name, address, browser, now=services.clock())
    if candidate.waits:
        raise Refused(wait_sentence(candidate.waits))
    is_theirs = passwords.fits(candidate.password_hash, password[: LONGEST_PASSWORD + 1])
    if not is_theirs or candidate.user_id is None or candidate.password_hash is None:
        with services.transaction() as session:
            audit.note(session, None, "sign_in.refused", address=address, now=services.clock(), who=name)
        raise Refused(signing_in.WRONG)
    token, browser = passwords.new_token(), browser or passwords.new_token()
    rehashed = passwords.hashed(password) if passwords.is_outdated(candidate.password_hash) else None
    with services.transaction() as session:
        now, who = services.clock(), queries.visitor(session, candidate.user_id)
        awaits = access.awaited(who) if who else Awaits.NOTHING
        signing_in.sign_in(
            session,
            candidate.user_id,
            token,
            browser=browser,
            rehashed=rehashed,
            address=address,
            agent=request.user_agent.string,
            is_whole=not awaits,
            now=now,
        )
        audit.note(session, who, "sign_in", address=address, now=now)
    where = access.local(request.form.get("next", ""))
    response = redirect(url_for("console.second", next=where) if awaits else where, 303)
    access.set_cookie(response, access.COOKIE, token)  # type: ignore[arg-type]  # redirect makes flask's own
    access.set_cookie(response, access.KNOWN_COOKIE, browser, BROWSER_KNOWN)  # type: ignore[arg-type]  # the same
    return response


def _form(error: str = "") -> ResponseReturnValue:
    cookie = request.cookies.get(access.ENTRY_COOKIE) or passwords.new_token()
    page = render_template(
        "console/sign_in.html",
        error=error,
        token=access.entry_token(cookie),
        name=request.form.get("name", ""),
        next=access.local(request.values.get("next", "")),
    )
    response = make_response(page, 422 if error else 200)
    access.set_cookie(response, access.ENTRY_COOKIE, cookie)
    return response
