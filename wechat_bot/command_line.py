"""Command line: the group of a feature's commands, each run with the app, whose refusals are printed as sentences."""

from typing import Any

import click
from flask.cli import AppGroup
from psycopg.errors import NumericValueOutOfRange
from sqlalchemy.exc import DataError

from foundation.errors import Refused
from wechat_bot.client.codes import SendError

TOO_LARGE = "没有这么大的编号。"


class CommandGroup(AppGroup):
    """Command group that prints a refusal, ours, WeChat's or the disk's, on stderr and exits with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            click.echo(refusal.sentence, err=True)
        except SendError as error:
            click.echo(f"微信没有接受：{error}", err=True)
        except BrokenPipeError:  # whoever read the output has stopped: click ends quietly
            raise
        except OverflowError:  # SQLite's driver
            click.echo(TOO_LARGE, err=True)
        except DataError as error:  # PostgreSQL
            if not isinstance(error.orig, NumericValueOutOfRange):
                raise
            click.echo(TOO_LARGE, err=True)
        except OSError as error:
            click.echo(f"文件读写失败：{error.strerror or error}", err=True)
        raise click.exceptions.Exit(1)
