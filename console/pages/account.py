"""Coming in and going out, one's password, one's open sessions."""

from urllib.parse import urlsplit

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from console import actions, audit, door, passwords, queries, rules
from console.rules import Permission
from foundation.errors import Refused
from wechat_bot.services import current_services


@door.allow(Permission.ANYONE)
def sign_in() -> ResponseReturnValue:
    """The form, and what came of it."""
    if request.method == "GET":
        return redirect(url_for("console.home"), 303) if g.visitor else _form()
    try:
        return _enter(request.form.get("name", ""), request.form.get("password", ""))
    except Refused as refusal:
        return _form(refusal.sentence)


@door.allow(Permission.SIGNED_IN, first=True)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    services, me, now = current_services(), door.visitor(), current_services().clock()
    with services.transaction() as session:
        actions.end_session(session, me.user_id, me.session_id, now=now)
        audit.note(session, me, "sign_out", address=door.address(), now=now)
    response = redirect(url_for("console.sign_in"), 303)
    response.delete_cookie(door.COOKIE, path=door.PREFIX)
    return response


@door.allow(Permission.SIGNED_IN, first=True)
def password() -> ResponseReturnValue:
    """Change one's password; at the first sign-in there is no way around it."""
    if request.method == "GET":
        return render_template("console/password.html")
    services, me = current_services(), door.visitor()
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Refused("两次输入的新密码不一样。")
        # argon2 takes its time: it is a password of somebody who is signed in already, and seldom changed.
        with services.transaction() as session:
            now = services.clock()
            actions.change_password(
                session, me.user_id, request.form.get("old", ""), new, keep_session=me.session_id, now=now
            )
            audit.note(session, me, "password.change", address=door.address(), now=now)
    except Refused as refusal:
        return render_template("console/password.html", error=refusal.sentence), 422
    flash("密码已修改,其他地方的登录都已结束。", "success")
    return redirect(url_for("console.home"), 303)


@door.allow(Permission.SIGNED_IN)
def session_list() -> ResponseReturnValue:
    """One's open sessions."""
    services = current_services()
    with services.reading() as session:
        found = queries.sessions(session, door.visitor().user_id, now=services.clock())
    return render_template("console/sessions.html", sessions=found)


@door.allow(Permission.SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's sessions."""
    services, me = current_services(), door.visitor()
    with services.transaction() as session:
        now = services.clock()
        actions.end_session(session, me.user_id, session_id, now=now)
        audit.note(session, me, "session.end", f"session:{session_id}", address=door.address(), now=now)
    flash("已结束那次登录。", "success")
    return redirect(url_for("console.session_list"), 303)


def _enter(written: str, password: str) -> Response:
    """Count the try, compare outside of any transaction, begin the session."""
    services, address = current_services(), door.address()
    name = rules.user_name(written)
    if len(password) > rules.LONGEST_PASSWORD:
        raise Refused(actions.WRONG)
    with services.transaction() as session:
        candidate = actions.try_sign_in(session, name, address, now=services.clock())
    if not passwords.fits(candidate.password_hash, password) or candidate.user_id is None:
        with services.transaction() as session:
            audit.note(session, None, "sign_in.refused", address=address, now=services.clock(), who=name)
        raise Refused(actions.WRONG)
    token = passwords.new_token()
    with services.transaction() as session:
        now = services.clock()
        actions.sign_in(
            session, candidate.user_id, password, token, address=address, agent=request.user_agent.string, now=now
        )
        audit.note(session, queries.visitor(session, candidate.user_id), "sign_in", address=address, now=now)
    response = redirect(_local(request.form.get("next", "")), 303)
    door.set_cookie(response, door.COOKIE, token)  # type: ignore[arg-type]  # redirect makes flask's own
    return response


def _form(error: str = "") -> ResponseReturnValue:
    cookie = request.cookies.get(door.ENTRY_COOKIE) or passwords.new_token()
    page = render_template(
        "console/sign_in.html",
        error=error,
        token=door.entry_token(cookie),
        name=request.form.get("name", ""),
        next=_local(request.values.get("next", "")),
    )
    response = make_response(page, 422 if error else 200)
    door.set_cookie(response, door.ENTRY_COOKIE, cookie)
    return response


def _local(where: str) -> str:
    """An address of the console, or its front page: never one of another site."""
    parts = urlsplit(where)
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console/") and "\\" not in where
    return where if is_ours else url_for("console.home")
