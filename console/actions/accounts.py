"""User account actions: create, change, disable, enable. The last admin cannot be removed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from console.actions import browsers, sessions
from console.models import SignInTries, User
from console.rules.passwords import own_name, own_phone, user_name
from console.rules.visitors import Role, check_part
from foundation.database import upsert
from foundation.errors import Refused


def create_user(
    session: Session,
    login: str,
    role: Role,
    password_hash: str,
    *,
    name: str = "",
    phone: str = "",
    area_id: int | None = None,
    manager_id: int | None = None,
    now: datetime,
) -> int:
    """Create a user with a password for the first sign-in; gives the id. Raises `Refused` for a login that is taken.
    Where no name is given, others see the login."""
    kept = user_name(login)
    check_part(role, area_id, manager_id)
    statement = upsert(session, User).values(
        login=kept,
        name=own_name(name) or kept,
        phone=own_phone(phone),
        password_hash=password_hash,
        role=role,
        area_id=area_id,
        manager_id=manager_id,
        must_change_password=True,
        created_at=now,
    )
    user_id = session.scalar(statement.on_conflict_do_nothing(index_elements=["login"]).returning(User.id))
    if user_id is None:
        raise Refused(f"已经有叫“{kept}”的账号了。")
    return int(user_id)


def change_user(
    session: Session,
    user_id: int,
    role: Role,
    *,
    name: str,
    phone: str,
    area_id: int | None,
    manager_id: int | None,
    now: datetime,
) -> str:
    """Change a user's name, phone, role or part of the shops; gives the name. Raises `Refused` for the last admin."""
    check_part(role, area_id, manager_id)
    user = locked(session, user_id)
    if user.role == Role.ADMIN and role is not Role.ADMIN:
        _keep_an_admin(session, user_id)
    user.name, user.phone = own_name(name) or user.login, own_phone(phone)
    user.role, user.area_id, user.manager_id = role, area_id, manager_id
    return user.name


def name_user(session: Session, user_id: int, name: str, phone: str | None) -> str:
    """Change a user's name, and the phone where one is given; gives the name. A customer manager's are the roster's."""
    user = locked(session, user_id)
    if user.manager_id is not None:
        raise Refused("客户经理的姓名和手机以名单为准，请在名单里改。")
    user.name = own_name(name) or user.login
    if phone is not None:
        user.phone = own_phone(phone)
    return user.name


def name_managers(session: Session, names: Mapping[int, str]) -> None:
    """Give the accounts of customer managers, by the manager's id, the names they now have in the roster."""
    for user in session.scalars(select(User).where(User.manager_id.in_(names))):
        user.name = names[user.manager_id or 0]


def reset_password(session: Session, user_id: int, password_hash: str, *, now: datetime) -> str:
    """Give a user a new first password and end their sessions; gives the login. Their known browsers are forgotten."""
    user = locked(session, user_id)
    user.password_hash, user.must_change_password = password_hash, True
    tried = SignInTries.subject
    theirs = and_(tried.startswith("pair:"), tried.endswith(f":{user.login}", autoescape=True))
    session.execute(delete(SignInTries).where(or_(tried == f"name:{user.login}", theirs)))
    browsers.forget_all(session, user_id)
    sessions.end_all(session, user_id, now)
    return user.login


def disable(session: Session, user_id: int, *, now: datetime) -> str:
    """Disable a user and end their sessions; gives the name. Raises `Refused` for the last admin."""
    user = locked(session, user_id)
    if user.role == Role.ADMIN:
        _keep_an_admin(session, user_id)
    user.disabled_at = user.disabled_at or now
    browsers.forget_all(session, user_id)
    sessions.end_all(session, user_id, now)
    return user.name


def enable(session: Session, user_id: int) -> str:
    """Enable a disabled user; gives the name."""
    user = locked(session, user_id)
    user.disabled_at = None
    return user.name


def locked(session: Session, user_id: int) -> User:
    """A user, its row locked. Raises `Refused` where there is none."""
    user = session.scalar(select(User).where(User.id == user_id).with_for_update())
    if user is None:
        raise Refused("没有这个账号。")
    return user


def _keep_an_admin(session: Session, but: int) -> None:
    # Locked, so that two admins who disable each other at the same time do not both succeed.
    admins = session.scalars(
        select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id).with_for_update()
    ).all()
    if not [each for each in admins if each != but]:
        raise Refused("这是最后一位管理员，不能停用或改成别的角色。")
