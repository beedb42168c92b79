"""The command line's door to surveys: `flask surveys …`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from foundation import spreadsheet_read
from foundation.errors import Refused
from surveys import reports, texts
from surveys.actions import authoring, counting, inviting
from surveys.export import files
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.queries.tally import tally as figures_of
from surveys.rules import excel_file, excel_template
from surveys.rules import files as written_files
from surveys.rules.definition import changes, read
from wechat_bot.client.codes import SendError
from wechat_bot.services import current_services


@click.group()
def surveys() -> None:
    """Surveys: load, publish, count, export."""


@surveys.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--survey", "survey_id", type=int, help="Write a new draft of this survey; without it, a new survey.")
@with_appcontext
def load(file: Path, survey_id: int | None) -> None:
    """Read a survey from a YAML or .xlsx file and print its id. Nobody is asked before it is published.

    What a new draft changes against the version asked now is said on stderr.
    """
    services = current_services()
    with _told(), services.transaction() as session:
        written = written_files.parse(spreadsheet_read.taken(file, excel_file.LIMITS), file.name)
        previous = listing.newest(session, survey_id) if survey_id is not None else None
        definition = read(written.data, timezone=services.zone, previous=previous, places=written.places)
        survey = authoring.load(session, definition, survey_id=survey_id, now=services.clock())
    for sentence in changes(previous, definition) if previous else ():
        click.echo(sentence, err=True)
    click.echo(survey.id)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@with_appcontext
def publish(survey_id: int) -> None:
    """Ask the draft from now on: freeze it as a version and list its audience."""
    services = current_services()
    with _told(), services.transaction() as session:
        published = authoring.publish(session, survey_id, criteria=services.criteria, now=services.clock())
    click.echo(f"已发布第 {published.number} 版,新列入 {published.listed} 家店。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@with_appcontext
def close(survey_id: int) -> None:
    """End a survey now."""
    services = current_services()
    with _told(), services.transaction() as session:
        authoring.close(session, survey_id, now=services.clock())
    click.echo("已结束。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@with_appcontext
def invite(survey_id: int) -> None:
    """Plan an invitation, now, to every listed follower who has not answered; the worker sends it."""
    services = current_services()
    with _told(), services.transaction() as session:
        now, found = services.clock(), detail(session, survey_id, now=services.clock())
        said = texts.invitation(found.title) if found else ""
        (number,) = inviting.plan(
            session, survey_id, said=said, first_at=now, who="flask", criteria=services.criteria, now=now
        )
    click.echo(f"第 {number} 次邀请已安排,由 worker 发送。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@with_appcontext
def qr(survey_id: int) -> None:
    """Make a QR code that opens this survey (30 days), and print its picture's address."""
    services = current_services()
    with _told():
        with services.reading() as session:
            listing.newest(session, survey_id)
        picture, _ = services.wechat.create_qr(f"survey:{survey_id}")
    click.echo(picture)


@surveys.command("list")
@with_appcontext
def list_surveys() -> None:
    """List every survey with its state and figures."""
    services = current_services()
    with _told(), services.reading() as session:
        found = listing.surveys(session, now=services.clock())
    for line in reports.list_lines(found, services.zone):
        click.echo(line)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="For programs; shares from 0 to 1, not rounded.")
@with_appcontext
def tally(survey_id: int, as_json: bool) -> None:
    """Show the figures of a survey."""
    with _told(), current_services().reading() as session:
        figures = figures_of(session, survey_id)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for line in reports.tally_lines(figures):
        click.echo(line)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@with_appcontext
def recount(survey_id: int) -> None:
    """Count a survey again from its raw answers and put the tally right; print what differed, or 一致."""
    with _told(), current_services().transaction() as session:
        differences = counting.recount(session, survey_id)
    for (question, option), (kept, counted) in differences.items():
        click.echo(f"{question or '合计'}\t{option}\t原为 {kept}\t改为 {counted}")
    if not differences:
        click.echo("一致")


@surveys.command()
@click.argument("submission_id", metavar="SUBMISSION", type=int)
@with_appcontext
def void(submission_id: int) -> None:
    """Set one submission aside: returned, no longer valid, out of the counts."""
    with _told(), current_services().transaction() as session:
        counting.void(session, submission_id)
    click.echo("已作废。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@click.option("--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A file, or a folder to name it in.")
@with_appcontext
def export(survey_id: int, form: files.Form, out: Path) -> None:
    """Write every submission to a file, and print its path."""
    services = current_services()
    with _told(), services.reading() as session:
        figures = figures_of(session, survey_id)
        with click.progressbar(length=max(figures["returned"], 1), label="导出", file=sys.stderr) as bar:
            path = files.write(
                session,
                survey_id,
                out,
                form=form,
                figures=figures,
                now=services.clock(),
                zone=services.zone,
                progress=lambda done, total: bar.update(done - bar.pos),
            )
    click.echo(path)


@surveys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write the Excel template that `load` reads."""
    with _told():
        file.write_bytes(excel_template.template())
    click.echo(file)


@contextmanager
def _told() -> Iterator[Any]:
    """Say a refusal, ours, WeChat's or the disk's, on stderr, and end with 1."""
    try:
        yield
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(1)
    except SendError as error:
        click.echo(f"微信没有接受:{error}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"文件读写失败:{error.strerror or error}", err=True)
        sys.exit(1)
