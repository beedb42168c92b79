"""Operator command line: database upgrade, worker, monthly measures, and the moved time of a trial."""

import re
import signal
from datetime import datetime, timedelta
from types import FrameType

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from config.settings import DATABASE_WITHIN
from config.worker import SENDERS, Worker
from foundation.clock import month_of
from foundation.database import Database
from foundation.moved_time import MovedClock
from migrations import schema
from wechat_bot.measure import total
from wechat_bot.services import Services, current_services

log = structlog.get_logger(__name__)
#: How far time is moved, as it is written: +25h.
_SPAN = re.compile(r"\+?(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.group()
def db() -> None:
    """数据库结构。"""


@db.command()
@with_appcontext
def upgrade() -> None:
    """把数据库升级到最新结构。"""
    database = current_services().database
    _wait_for(database)
    try:
        schema.upgrade(database, current_app.extensions["features"])
    except schema.StrangeSchema as error:
        raise click.ClickException(str(error)) from None
    if why := schema.settle(database):
        click.echo(f"Reports would be faster after: ALTER ROLE ... SET jit = off; it was refused here: {why}", err=True)
    click.echo("The database is up to date.")


@click.command()
@click.option("--senders", default=SENDERS, show_default=True, help="同时发送的线程数。")
@with_appcontext
def worker(senders: int) -> None:
    """后台进程：做到期的工作，发到期的消息，直到让它停下（SIGTERM 或 Ctrl-C）。"""
    services = current_services()
    _wait_for(services.database)
    try:
        if not schema.is_current(services.database, current_app.extensions["features"]):
            raise click.ClickException("The database is not up to date. Run: flask --app wsgi db upgrade")
    except schema.StrangeSchema as error:
        raise click.ClickException(str(error)) from None
    running = Worker(services, current_app.extensions["jobs"], senders=senders, wall=services.clock)

    def stop(signal_number: int, frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running.run()


@click.command()
@click.argument("month", metavar="MONTH", type=click.DateTime(["%Y-%m"]))
@with_appcontext
def measures(month: datetime) -> None:
    """列出各项服务一个月的成果，月份写成 2026-11。"""
    services = current_services()
    with services.reading() as session:
        for measure in services.measures:
            click.echo(f"{measure.label}  {total(session, measure, month_of(month.date(), services.zone)).n:,}")


@click.command()
@click.argument("by", default="", metavar="[+25h]")
@with_appcontext
def clock(by: str) -> None:
    """试用时把时间拨快，网页、后台和模拟的微信一起走：+25h、+90m、+2d。不写就看现在几点。只能往前拨。"""
    services = current_services()
    if by:
        _move(services, by)
    now = services.clock().astimezone(services.zone)
    ahead = f"比真实时间快 {services.moved_by}" if services.moved_by else "没有拨过"
    click.echo(f"现在是 {now.month} 月 {now.day} 日 {now:%H:%M}，{ahead}。")


def _move(services: Services, by: str) -> None:
    found = _SPAN.fullmatch(by)
    if found is None or not isinstance(services.clock, MovedClock):
        raise click.ClickException("请写成 +25h、+90m 或 +2d。")
    try:
        services.clock.move(timedelta(**{_UNITS[found[2]]: int(found[1])}))
    except (OverflowError, ValueError):
        raise click.ClickException("时间只能往前拨，一次最多 366 天。") from None


def _wait_for(database: Database) -> None:
    """Wait for the database, which may start last when the machine starts."""
    try:
        database.wait(DATABASE_WITHIN, lambda error: log.warning("waiting for the database", error=str(error.orig)))
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}") from None


COMMANDS = (db, measures, worker)
