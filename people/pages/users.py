"""User pages for admins: create users, change their role and part of the shops, disable them.

They are here and not in the console because a part of the shops is an area or a customer manager.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act, fields, passwords, queries
from console.actions import accounts, second_step
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.models import User
from console.rules.visitors import ROLES, Role, Visitor
from console.stamps import Editable
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from people import areas
from people.models import Manager
from people.permissions import USERS_MANAGE
from wechat_bot.services import current_services


@dataclass(frozen=True, slots=True)
class UserLine:
    """User as a line of the list, with their part of the shops in words."""

    user: User
    part: str

    @property
    def state(self) -> tuple[str, str]:
        """The label and colour of an account's state."""
        if self.user.disabled_at:
            return "已停用", "red"
        return ("待改初始密码", "orange") if self.user.must_change_password else ("正常", "green")


def _users(asked: Asked, cursor: Cursor, limit: int) -> Page[UserLine]:
    session = asked.session
    page = queries.users(session, search=asked.search.lower(), cursor=cursor, limit=limit)
    names, managers = dict(areas.names(session)), dict(areas.managers(session))
    return page.of(UserLine(each, _part(each, names, managers)) for each in page.lines)


def _part(user: User, names: Mapping[int, str], managers: Mapping[int, str]) -> str:
    part = names.get(user.area_id or 0) or managers.get(user.manager_id or 0)
    return part or ("全部" if Role(user.role) in SEE_EVERYTHING else "没有")


#: Roles that see all shops where no part is named.
SEE_EVERYTHING = (Role.ADMIN, Role.MARKETING, Role.READER)
USERS: Listing[UserLine] = Listing(
    name="people.users",
    title="账号",
    see=USERS_MANAGE,
    search="用户名",
    columns=(
        Column("name", "用户名", lambda line: line.user.name),
        Column("role", "角色", lambda line: ROLES[Role(line.user.role)], style="text-nowrap"),
        Column("part", "范围", lambda line: line.part),
        Column("signed_in", "最近登录", lambda line: line.user.signed_in_at, style="text-nowrap", on_phone="登录"),
        Column("created", "建立时间", lambda line: line.user.created_at, is_shown=False, style="text-nowrap"),
        Column("second", "第二步验证", lambda line: "已开启" if line.user.second_at else "", is_shown=False),
        Column("state", "状态", lambda line: line.state[0], colour=lambda line: line.state[1]),
        Column("edit", "", lambda line: None, is_for_file=False, style="text-end"),
    ),
    find=_users,
    nothing_left=("没有这个用户名", "换几个字，或清除筛选再看。"),
    export=USERS_MANAGE,
)


@access.allow(USERS_MANAGE)
def user_list() -> ResponseReturnValue:
    """List of all users, also disabled ones."""
    with current_services().reading() as session:
        return render_template("people/users.html", shown=looking.look(USERS, session))


@access.allow(USERS_MANAGE)
def new_user() -> ResponseReturnValue:
    """Create a user, and show the first password once."""
    return act.form(_create, partial(_form, None))


@access.allow(USERS_MANAGE)
def user(user_id: int) -> ResponseReturnValue:
    """Change a user's role or part of the shops."""
    return act.form(partial(_change, user_id), partial(_form, user_id))


@access.allow(USERS_MANAGE)
def reset(user_id: int) -> ResponseReturnValue:
    """Give a user a new first password, shown once."""
    password = passwords.first_password()
    hashed = passwords.hashed(password)  # slow, so done outside of the transaction
    with act.transaction() as (session, now, note):
        name = accounts.reset_password(session, user_id, hashed, now=now)
        note("user.reset", f"user:{user_id}", name)
    return _shown_once(name, password)


@access.allow(USERS_MANAGE)
def disable(user_id: int) -> ResponseReturnValue:
    """Disable a user."""
    with act.transaction() as (session, now, note):
        name = accounts.disable(session, user_id, now=now)
        note("user.disable", f"user:{user_id}", name)
    return act.done(url_for("people_pages.user_list"), f"“{name}”已停用。")


@access.allow(USERS_MANAGE)
def enable(user_id: int) -> ResponseReturnValue:
    """Enable a user."""
    with act.transaction() as (session, _, note):
        name = accounts.enable(session, user_id)
        note("user.enable", f"user:{user_id}", name)
    return act.done(url_for("people_pages.user_list"), f"“{name}”可以登录了。")


@access.allow(USERS_MANAGE)
def reset_second(user_id: int) -> ResponseReturnValue:
    """Remove the second step of a user who lost their phone, and end their sessions."""
    if user_id == access.visitor().user_id:
        raise Refused("自己的请在“登录与密码”里关闭，要用一个验证码。")
    with act.transaction() as (session, now, note):
        name = second_step.reset_second(session, user_id, now=now)
        note("second.reset", f"user:{user_id}", name)
    return act.done(url_for("people_pages.user_list"), f"“{name}”的第二步验证已重置。")


def known(session: Session, visitor: Visitor) -> Sequence[str]:
    """Known facts about a customer manager's account, not allowed in passwords: their name and phone."""
    found = session.get(Manager, visitor.manager_id) if visitor.manager_id is not None else None
    return (found.name, found.phone) if found else ()


def _create() -> ResponseReturnValue:
    role, area_id, manager_id = _written()
    password = passwords.first_password()
    hashed = passwords.hashed(password)
    with act.transaction() as (session, now, note):
        name = request.form.get("name", "")
        user_id = accounts.create_user(session, name, role, hashed, area_id=area_id, manager_id=manager_id, now=now)
        note("user.create", f"user:{user_id}", _said(session, name, role, area_id, manager_id))
    return _shown_once(name, password)


def _change(user_id: int) -> ResponseReturnValue:
    role, area_id, manager_id = _written()
    with act.transaction(over=_editable(user_id)) as (session, now, note):
        name = accounts.change_user(session, user_id, role, area_id=area_id, manager_id=manager_id, now=now)
        note("user.change", detail=_said(session, name, role, area_id, manager_id))
    return act.done(url_for("people_pages.user_list"), f"“{name}”已修改。")


def _shown_once(name: str, password: str) -> str:
    """Show a first password in this very answer: after a redirect it would have to be stored somewhere."""
    return render_template("people/password.html", name=name, password=password)


def _said(session: Session, name: str, role: Role, area_id: int | None, manager_id: int | None) -> str:
    """The description of an account for the audit log."""
    part = dict(areas.names(session)).get(area_id) if area_id else None
    whom = next((manager for key, manager, *_ in areas.managers(session) if key == manager_id), None)
    return "，".join(filter(None, (f"{name} {ROLES[role]}", part and f"片区 {part}", whom and f"客户经理 {whom}")))


def _kept(session: Session, user: User | None) -> dict[str, str]:
    """The editable values of an account, as labels and texts."""
    if user is None:
        return {}
    return {
        "角色": ROLES[Role(user.role)],
        "片区": dict(areas.names(session)).get(user.area_id or 0, ""),
        "客户经理": areas.manager(session, user.manager_id),
    }


def _editable(user_id: int) -> Editable:
    rows = select(User.id).where(User.id == user_id)
    return Editable(f"user:{user_id}", rows, lambda session: _kept(session, queries.user(session, user_id)))


def _written() -> tuple[Role, int | None, int | None]:
    form = request.form
    role = fields.choice(form.get("role", ""), Role, "请选一个角色。")
    return role, fields.key(form.get("area", ""), "片区"), fields.key(form.get("manager", ""), "客户经理")


def _form(user_id: int | None, error: Refused | None) -> str:
    with current_services().reading() as session:
        found = queries.user(session, user_id) if user_id is not None else None
        names, managers, kept = areas.names(session), areas.managers(session), _kept(session, found)
    if user_id is not None and found is None:
        abort(404)
    return render_template(
        "people/user.html", user=found, roles=ROLES.items(), areas=names, managers=managers, error=error, kept=kept
    )
