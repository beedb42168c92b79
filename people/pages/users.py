"""User pages for admins: create users, change their role and part of the shops, disable them.

They are here and not in the console because a part of the shops is an area or a customer manager.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act, fields, passwords, queries
from console.actions import accounts, second_step
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.models import User
from console.rules.passwords import own_name, user_name
from console.rules.visitors import ROLES, SEES, Role, Visitor, abilities
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
        """The label of an account's state, and its kind of chip."""
        if self.user.disabled_at:
            return "已停用", "bad"
        return ("待改初始密码", "warn") if self.user.must_change_password else ("正常", "good")


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
    search="姓名、用户名、手机号",
    columns=(
        Column("name", "姓名", lambda line: line.user.name),
        Column("login", "用户名", lambda line: line.user.login, style="text-nowrap"),
        Column("phone", "手机", lambda line: line.user.phone, style="text-nowrap"),
        Column("role", "角色", lambda line: ROLES[Role(line.user.role)], style="text-nowrap"),
        Column("part", "范围", lambda line: line.part),
        Column("signed_in", "最近登录", lambda line: line.user.signed_in_at, style="text-nowrap", on_phone="登录"),
        Column("created", "建立时间", lambda line: line.user.created_at, is_shown=False, style="text-nowrap"),
        Column("second", "第二步验证", lambda line: "已开启" if line.user.second_at else "", is_shown=False),
        Column("state", "状态", lambda line: line.state[0], colour=lambda line: line.state[1]),
        Column("edit", "", lambda line: None, is_for_file=False, style="text-end"),
    ),
    find=_users,
    nothing_left=("没有这个账号", "换几个字，或清除筛选再看。"),
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
        login = accounts.reset_password(session, user_id, hashed, now=now)
        note("user.reset", f"user:{user_id}", login)
    return _shown_once(login, password)


@access.allow(USERS_MANAGE)
def disable(user_id: int) -> ResponseReturnValue:
    """Disable a user."""
    with act.transaction() as (session, now, note):
        name = accounts.disable(session, user_id, now=now)
        note("user.disable", f"user:{user_id}", name)
    back: tuple[str, dict[str, object]] = (url_for("people_pages.enable", user_id=user_id), {})
    return act.done(url_for("people_pages.user_list"), f"“{name}”已停用。", undo=back)


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
    given, login = _written(), request.form.get("login", "")
    password = passwords.first_password()
    hashed = passwords.hashed(password)
    with act.transaction() as (session, now, note):
        fields_of = given.fields(session)
        user_id = accounts.create_user(session, login, given.role, hashed, **fields_of, now=now)
        note("user.create", f"user:{user_id}", _said(session, user_id))
    return _shown_once(login, password)


def _change(user_id: int) -> ResponseReturnValue:
    given = _written()
    with act.transaction(over=_editable(user_id)) as (session, now, note):
        name = accounts.change_user(session, user_id, given.role, **given.fields(session), now=now)
        note("user.change", detail=_said(session, user_id))
    return act.done(url_for("people_pages.user_list"), f"“{name}”已修改。")


def _shown_once(login: str, password: str) -> str:
    """Show a first password in this very answer: after a redirect it would have to be stored somewhere."""
    return render_template("people/password.html", name=user_name(login), password=password)


def _said(session: Session, user_id: int) -> str:
    """The description of an account for the audit log."""
    user = session.get_one(User, user_id)
    part = dict(areas.names(session)).get(user.area_id or 0)
    called = user.name if user.name == user.login else f"{user.name}（{user.login}）"
    role = ROLES[Role(user.role)]
    manager = areas.manager(session, user.manager_id)
    told = (called, role, part and f"片区 {part}", manager and f"客户经理 {manager}")
    return "，".join(filter(None, told))


def _kept(session: Session, user: User | None) -> dict[str, str]:
    """The editable values of an account, as labels and texts."""
    if user is None:
        return {}
    return {
        "姓名": user.name,
        "手机": user.phone,
        "角色": ROLES[Role(user.role)],
        "片区": dict(areas.names(session)).get(user.area_id or 0, ""),
        "客户经理": areas.manager(session, user.manager_id),
    }


def _editable(user_id: int) -> Editable:
    rows = select(User.id).where(User.id == user_id)
    return Editable(f"user:{user_id}", rows, lambda session: _kept(session, queries.user(session, user_id)))


@dataclass(frozen=True, slots=True)
class _Written:
    """Account as the form says it."""

    role: Role
    name: str
    phone: str
    area_id: int | None
    manager_id: int | None

    def fields(self, session: Session) -> dict[str, Any]:
        """The fields of the account. A customer manager's name and phone are those in the roster."""
        found = session.get(Manager, self.manager_id) if self.manager_id is not None else None
        if found is None and not own_name(self.name):
            raise Refused("请写姓名：别人在留言和记录里看到的是它。")
        name, phone = (found.name, found.phone) if found else (self.name, self.phone)
        return {"name": name, "phone": phone, "area_id": self.area_id, "manager_id": self.manager_id}


def _written() -> _Written:
    form = request.form
    return _Written(
        role=fields.choice(form.get("role", ""), Role, "请选一个角色。"),
        name=form.get("name", ""),
        phone=form.get("phone", ""),
        area_id=fields.key(form.get("area", ""), "片区"),
        manager_id=fields.key(form.get("manager", ""), "客户经理"),
    )


def _form(user_id: int | None, error: Refused | None) -> str:
    with current_services().reading() as session:
        found = queries.user(session, user_id) if user_id is not None else None
        names, managers, kept = areas.names(session), areas.managers(session), _kept(session, found)
    if user_id is not None and found is None:
        abort(404)
    everybody, besides = abilities(access.extensions().permissions.values())
    roles = [(role, ROLES[role], SEES[role], besides[role]) for role in Role]
    told = {"user": found, "roles": roles, "everybody": everybody, "areas": names, "managers": managers}
    return render_template("people/user.html", **told, error=error, kept=kept)
