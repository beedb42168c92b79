"""Commands for whoever installs and runs it: the schema, the worker."""

import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from config.worker import SENDERS, Worker
from migrations import schema
from wechat_bot.services import current_services


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema."""
    schema.upgrade(current_services().database)
    click.echo("The database is up to date.")


@click.command()
@click.option("--senders", default=SENDERS, show_default=True, help="Threads that send.")
@with_appcontext
def worker(senders: int) -> None:
    """Send what is due, until told to stop (SIGTERM, Ctrl-C)."""
    services = current_services()
    if not schema.is_current(services.database):
        raise click.ClickException("The database is not up to date. Run: flask --app wsgi db upgrade")
    running = Worker(services, current_app.extensions["features"], senders=senders)

    def stop(signal_number: int, frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running.run()


COMMANDS = (db, worker)
