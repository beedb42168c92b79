"""Operator command line: database upgrade, worker, monthly measures."""

import signal
from collections.abc import Mapping
from datetime import datetime
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
from migrations import schema
from wechat_bot.feature import Measure
from wechat_bot.services import current_services

log = structlog.get_logger(__name__)


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
    running = Worker(services, current_app.extensions["jobs"], senders=senders)

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
    found: Mapping[str, Measure] = current_app.extensions["measures"]
    with services.reading() as session:
        for measure in found.values():
            click.echo(f"{measure.label}  {measure.count(session, month_of(month.date(), services.zone)):,}")


def _wait_for(database: Database) -> None:
    """Wait for the database, which may start last when the machine starts."""
    try:
        database.wait(DATABASE_WITHIN, lambda error: log.warning("waiting for the database", error=str(error.orig)))
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}") from None


COMMANDS = (db, measures, worker)
