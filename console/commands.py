"""The command line's door of the console: the first admin, and a way back in."""

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from console import actions, audit, passwords
from console.audit import TERMINAL
from console.models import User
from console.rules import ROLES, Role, user_name
from foundation.errors import Refused
from wechat_bot.services import current_services


@click.group()
def console() -> None:
    """后台的账号。"""


@console.command("create-admin")
@click.argument("name")
@with_appcontext
def create_admin(name: str) -> None:
    """新建一位管理员,给出一次性的初始密码。"""
    services, password = current_services(), passwords.first_password()
    hashed = passwords.hashed(password)
    try:
        with services.transaction() as session:
            now = services.clock()
            user_id = actions.create_user(session, name, Role.ADMIN, hashed, now=now)
            audit.note(
                session, None, "user.create", f"user:{user_id}", ROLES[Role.ADMIN], address="", now=now, who=TERMINAL
            )
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    _tell(services.public_url, user_name(name), password)


@console.command("reset-password")
@click.argument("name")
@with_appcontext
def reset_password(name: str) -> None:
    """给一个账号新的初始密码,并结束它的登录。"""
    services, password = current_services(), passwords.first_password()
    hashed = passwords.hashed(password)
    try:
        with services.transaction() as session:
            now = services.clock()
            user_id = session.scalar(select(User.id).where(User.name == user_name(name)))
            kept = actions.reset_password(session, user_id or 0, hashed, now=now)
            audit.note(session, None, "user.reset", f"user:{user_id}", address="", now=now, who=TERMINAL)
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    _tell(services.public_url, kept, password)


def _tell(public_url: str, name: str, password: str) -> None:
    click.echo(f"用户名 {name}\n初始密码 {password}")
    click.echo(f"请到 {public_url}/console 登录,第一次登录要改密码。这个密码只显示这一次。")
