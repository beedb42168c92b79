"""The users of the console: made, given a role and a part of the shops, turned out. For admins.

It stands here and not in the console because a part of the shops is an area or a customer manager.
"""

from collections.abc import Callable, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, audit, passwords, queries
from console.actions import accounts, second_step
from console.models import User
from console.rules.visitors import ROLES, Role, Visitor
from foundation.errors import Refused
from people import areas
from people.models import Manager
from people.permissions import USERS_MANAGE
from wechat_bot.services import current_services


@access.allow(USERS_MANAGE)
def user_list() -> ResponseReturnValue:
    """Everybody who may sign in, or once might."""
    search, after = request.args.get("search", "").strip().lower(), request.args.get("after", "")
    with current_services().reading() as session:
        found = queries.users(session, search=search, after=after)
        names, managers = dict(areas.names(session)), dict(areas.managers(session))
    lines = found[: queries.PAGE]
    return render_template(
        "people/users.html",
        users=lines,
        roles=ROLES,
        areas=names,
        managers=managers,
        search=search,
        is_first=not after,
        further=lines[-1].name if len(found) > queries.PAGE else None,
    )


@access.allow(USERS_MANAGE)
def new_user() -> ResponseReturnValue:
    """Make a user, and show the first password once."""
    if request.method != "POST":
        return _form()
    services, me = current_services(), access.visitor()
    try:
        role, area_id, manager_id = _written()
        password = passwords.first_password()
        hashed = passwords.hashed(password)  # takes its time: nobody shall wait for it
        with services.transaction() as session:
            now, name = services.clock(), request.form.get("name", "")
            user_id = accounts.create_user(session, name, role, hashed, area_id=area_id, manager_id=manager_id, now=now)
            detail = _said(session, name, role, area_id, manager_id)
            audit.note(session, me, "user.create", f"user:{user_id}", detail, address=access.address(), now=now)
    except Refused as refusal:
        return _form(error=refusal)
    # Shown in the answer itself: behind a redirect it would have to be kept somewhere.
    return render_template("people/password.html", name=name, password=password)


@access.allow(USERS_MANAGE)
def user(user_id: int) -> ResponseReturnValue:
    """Give a user another role, or another part of the shops."""
    if request.method != "POST":
        return _form(user_id)
    services, me = current_services(), access.visitor()
    try:
        role, area_id, manager_id = _written()
        with services.transaction() as session:
            now, about = services.clock(), f"user:{user_id}"
            row = select(User.id).where(User.id == user_id)
            access.check_stamp(
                session, row, lambda session: _kept(session, queries.user(session, user_id)), about=about
            )
            name = accounts.change_user(session, user_id, role, area_id=area_id, manager_id=manager_id, now=now)
            detail = _said(session, name, role, area_id, manager_id)
            audit.note(session, me, "user.change", about, detail, address=access.address(), now=now)
    except Refused as refusal:
        return _form(user_id, refusal)
    flash(f"“{name}”已修改。", "success")
    return redirect(url_for("people_pages.user_list"), 303)


@access.allow(USERS_MANAGE)
def reset(user_id: int) -> ResponseReturnValue:
    """Give a user a new first password, shown once."""
    services, me, password = current_services(), access.visitor(), passwords.first_password()
    hashed = passwords.hashed(password)
    with services.transaction() as session:
        now = services.clock()
        name = accounts.reset_password(session, user_id, hashed, now=now)
        audit.note(session, me, "user.reset", f"user:{user_id}", name, address=access.address(), now=now)
    return render_template("people/password.html", name=name, password=password)


@access.allow(USERS_MANAGE)
def disable(user_id: int) -> ResponseReturnValue:
    """Let a user in no more."""
    now = current_services().clock()
    return _switch(user_id, "user.disable", lambda session: accounts.disable(session, user_id, now=now), "已停用")


@access.allow(USERS_MANAGE)
def enable(user_id: int) -> ResponseReturnValue:
    """Let a user in again."""
    return _switch(user_id, "user.enable", lambda session: accounts.enable(session, user_id), "可以登录了")


def known(session: Session, visitor: Visitor) -> Sequence[str]:
    """What others know of an account that is a customer manager's: their name and phone."""
    found = session.get(Manager, visitor.manager_id) if visitor.manager_id is not None else None
    return (found.name, found.phone) if found else ()


@access.allow(USERS_MANAGE)
def reset_second(user_id: int) -> ResponseReturnValue:
    """Take the second step away from a user whose phone is gone, and end their sessions."""
    services, me = current_services(), access.visitor()
    if user_id == me.user_id:
        raise Refused("自己的请在“登录与密码”里关闭，要用一个验证码。")
    now = services.clock()
    return _switch(
        user_id,
        "second.reset",
        lambda session: second_step.reset_second(session, user_id, now=now),
        "的第二步验证已重置",
    )


def _switch(user_id: int, did: str, action: Callable[[Session], str], said: str) -> ResponseReturnValue:
    services, me = current_services(), access.visitor()
    with services.transaction() as session:
        name = action(session)
        audit.note(session, me, did, f"user:{user_id}", name, address=access.address(), now=services.clock())
    flash(f"“{name}”{said}。", "success")
    return redirect(url_for("people_pages.user_list"), 303)


def _said(session: Session, name: str, role: Role, area_id: int | None, manager_id: int | None) -> str:
    """An account as the audit log tells of it."""
    part = dict(areas.names(session)).get(area_id) if area_id else None
    whom = next((manager for key, manager, *_ in areas.managers(session) if key == manager_id), None)
    return "，".join(filter(None, (f"{name} {ROLES[role]}", part and f"片区 {part}", whom and f"客户经理 {whom}")))


def _kept(session: Session, user: User | None) -> dict[str, str]:
    """What can be changed of an account, in words."""
    if user is None:
        return {}
    return {
        "角色": ROLES[Role(user.role)],
        "片区": dict(areas.names(session)).get(user.area_id or 0, ""),
        "客户经理": areas.manager(session, user.manager_id),
    }


def _written() -> tuple[Role, int | None, int | None]:
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        raise Refused("请选一个角色。") from None
    return role, request.form.get("area", type=int), request.form.get("manager", type=int)


def _form(user_id: int | None = None, error: Refused | None = None) -> ResponseReturnValue:
    with current_services().reading() as session:
        found = queries.user(session, user_id) if user_id is not None else None
        names, managers, kept = areas.names(session), areas.managers(session), _kept(session, found)
    if user_id is not None and found is None:
        abort(404)
    page = render_template(
        "people/user.html", user=found, roles=ROLES.items(), areas=names, managers=managers, error=error, kept=kept
    )
    return page, access.status(error)
