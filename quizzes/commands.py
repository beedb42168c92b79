"""Command line of quizzes: `flask quizzes …`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from foundation.errors import Refused
from questions.authoring import files as of_questions
from quizzes.actions import authoring
from quizzes.rules import files, review
from wechat_bot.services import current_services


@click.group()
def quizzes() -> None:
    """微测试：题库、试卷、成绩、更正答案。"""


@quizzes.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def load(file: Path) -> None:
    """读入一份试卷（YAML、Excel 或 Word），打印编号；发布以后才能考。"""
    services = current_services()
    with _told():
        written = of_questions.parse(of_questions.taken(file), file.name, files.LAYOUT)
        definition = review.of_file(written, timezone=services.zone, before=())
        with services.transaction() as session:
            quiz = authoring.load(session, definition, who="", now=services.clock())
            quiz_id = quiz.id
    click.echo(quiz_id)


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
@with_appcontext
def publish(quiz_id: int) -> None:
    """发布一份试卷，对象里的店从现在起（或从开始时间起）可以考。"""
    services = current_services()
    with _told(), services.transaction() as session:
        quiz = authoring.locked(session, quiz_id)
        published = authoring.publish(
            session, quiz_id, criteria=services.criteria, stamp=quiz.stamp, who="", now=services.clock()
        )
    click.echo(f"已发布第 {published.number} 版，新选中 {published.listed} 家店。")


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
@with_appcontext
def close(quiz_id: int) -> None:
    """结束一份测试：不能再开始，已经开始的考完为止。"""
    services = current_services()
    with _told(), services.transaction() as session:
        authoring.close(session, quiz_id, now=services.clock())
    click.echo("已结束。")


@contextmanager
def _told() -> Iterator[None]:
    """Print a refusal, ours or the disk's, on stderr, and exit with 1."""
    try:
        yield
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"文件读写失败：{error.strerror or error}", err=True)
        sys.exit(1)
