"""Console command line: create the first admin, and reset a password."""

from collections.abc import Sequence

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import audit, passwords, second
from console.actions import accounts, second_step
from console.audit import TERMINAL
from console.models import User
from console.rules.passwords import user_name
from console.rules.visitors import ROLES, Role
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

console = CommandGroup("console", help="后台的账号。")


@console.command("create-admin")
@click.argument("login", metavar="用户名")
@click.option("--name", default="", metavar="姓名", help="别人看到的名字；不给就显示用户名。")
@click.option("--phone", default="", metavar="手机")
def create_admin(login: str, name: str, phone: str) -> None:
    """新建一位管理员，给出一次性的初始密码和登录第二步的密钥。"""
    services, password = current_services(), passwords.first_password()
    hashed = passwords.hashed(password)
    with services.transaction() as session:
        now = services.clock()
        user_id = accounts.create_user(session, login, Role.ADMIN, hashed, name=name, phone=phone, now=now)
        given = _second_step(session, user_id, user_name(login))
        audit.note(
            session, None, "user.create", f"user:{user_id}", ROLES[Role.ADMIN], address="", now=now, who=TERMINAL
        )
    _tell(services.public_url, user_name(login), password, given)


@console.command("name-user")
@click.argument("login", metavar="用户名")
@click.argument("name", metavar="姓名")
@click.option("--phone", default=None, metavar="手机", help="不给就不改；空的就去掉。")
def name_user(login: str, name: str, phone: str | None) -> None:
    """写上或修改一个账号的姓名和手机。"""
    services = current_services()
    with services.transaction() as session:
        user_id = session.scalar(select(User.id).where(User.login == user_name(login)))
        kept = accounts.name_user(session, user_id or 0, name, phone)
        about, now = f"user:{user_id}", services.clock()
        audit.note(session, None, "user.change", about, kept, address="", now=now, who=TERMINAL)
    click.echo(f"{user_name(login)} 的姓名是 {kept}。")


@console.command("reset-password")
@click.argument("login", metavar="用户名")
def reset_password(login: str) -> None:
    """给一个账号新的初始密码，重置登录的第二步，并结束它的登录。"""
    services, password = current_services(), passwords.first_password()
    hashed = passwords.hashed(password)
    with services.transaction() as session:
        now = services.clock()
        user_id = session.scalar(select(User.id).where(User.login == user_name(login)))
        accounts.reset_password(session, user_id or 0, hashed, now=now)
        second_step.drop_second(session, user_id or 0)
        is_admin = session.scalar(select(User.role).where(User.id == user_id)) == Role.ADMIN
        given = _second_step(session, user_id or 0, user_name(login)) if is_admin else []
        audit.note(session, None, "user.reset", f"user:{user_id}", address="", now=now, who=TERMINAL)
    _tell(services.public_url, user_name(login), password, given)


def _second_step(session: Session, user_id: int, name: str) -> list[str]:
    """Set up the second step that an admin of a real account must have; gives the lines to print."""
    services, key = current_services(), str(current_app.secret_key)
    if services.is_development:
        return ["开发环境登录不要求验证码。"]
    secret, codes = second.new_secret(), second.recovery_codes()
    sealed, hashes = second.sealed(secret, key), [second.recovery_hash(user_id, code) for code in codes]
    second_step.begin_second(session, user_id, sealed)
    second_step.give_second(session, user_id, sealed, sealed, hashes, now=services.clock())
    line = second.line(secret, name, services.account_name)
    return [
        f"验证器 {line}",
        "请把上面这一行加进手机上的验证器应用，登录时要它的 6 位验证码。",
        f"恢复码 {' '.join(codes)}",
    ]


def _tell(public_url: str, name: str, password: str, given: Sequence[str]) -> None:
    click.echo("\n".join((f"用户名 {name}", f"初始密码 {password}", *given)))
    click.echo(f"请到 {public_url}/console 登录，第一次登录要改密码。这个密码只显示这一次。")
