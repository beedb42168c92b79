"""Command line of mass messages: jobs that wait or are unsure, and the drafts left over in the account."""

import sys
from collections.abc import Iterable

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from wechat_bot import delivery_titles
from wechat_bot.client.codes import SendError, explained
from wechat_bot.feature import About
from wechat_bot.mass import drafts, quota, settling
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.services import current_services


@click.group("mass")
def mass_group() -> None:
    """群发：每一批的情况、待确认的、公众号里多出来的草稿。"""


@mass_group.command("list")
@click.option("--state", type=click.Choice([s.value for s in MassState]), default=MassState.UNSURE.value)
@click.option("--limit", default=50, show_default=True)
@with_appcontext
def list_jobs(state: str, limit: int) -> None:
    """列出一种状态的批次，早的在前；不写 --state 就列待确认的（unsure）。"""
    services = current_services()
    with services.reading() as session:
        left = quota.calls_left(session, "mass", now=services.clock())
        click.echo(f"今天还能群发 {left} 批。")
        found = select(MassJob).where(MassJob.state == state).order_by(MassJob.id).limit(limit)
        jobs = session.scalars(found).all()
        titles = delivery_titles.find(session, current_app.extensions["features"], _links(job.about for job in jobs))
        for job in jobs:
            title = titles[About(job.about, None)].text
            told = (str(job.id), title, f"第 {job.part} 批", f"{job.size} 人", f"{job.due_at:%Y-%m-%d %H:%M}")
            click.echo("\t".join((*told, job.error or "")))


@mass_group.command("decide")
@click.argument("job_id", type=int)
@click.argument("outcome", type=click.Choice(["sent", "failed"]))
@with_appcontext
def decide(job_id: int, outcome: str) -> None:
    """对一批待确认的群发作决定：到公众平台看过，发出了（sent），或没有发出（failed）。"""
    services = current_services()
    with services.transaction() as session:
        found = settling.decide(session, job_id, arrived=outcome == "sent", by="管理员", now=services.clock())
    if not found:
        click.echo(f"没有编号 {job_id} 的待确认群发。", err=True)
        sys.exit(1)
    click.echo("已记录。")


@mass_group.command("drafts")
@click.option("--delete", "deletes", is_flag=True, help="把列出的都删掉。")
@with_appcontext
def list_drafts(deletes: bool) -> None:
    """列出公众号草稿箱里没有用的草稿：取消了的，和程序中断时留下的（标题与我们的一样）。"""
    services = current_services()
    try:
        left = drafts.left_over(services)
        for each in left:
            click.echo(f"{each.made_at:%Y-%m-%d %H:%M}\t{each.title}\t{each.about or '-'}\t{each.media_id}")
        if deletes:
            click.echo(f"已删除 {drafts.delete(services, [each.media_id for each in left])} 份草稿。")
        else:
            click.echo(f"{len(left)} 份没有用的草稿。加 --delete 删除。" if left else "没有多余的草稿。")
    except SendError as error:
        click.echo(explained(error), err=True)
        sys.exit(1)


def _links(abouts: Iterable[str]) -> Iterable[About]:
    return {About(about, None) for about in abouts}
