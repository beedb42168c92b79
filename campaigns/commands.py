"""Command line of campaigns: `flask campaigns …`."""

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import Select, select

from campaigns import progress, steering
from campaigns.models import Campaign, CampaignState
from campaigns.rules import DUE
from campaigns.texts import STATES
from wechat_bot.services import current_services


@click.group()
def campaigns() -> None:
    """正在发送的群发和邀请。"""


@campaigns.command("list")
@with_appcontext
def listing() -> None:
    """每次发送列一行：编号、关于什么、状态、还有多少家没发、内容。"""
    services = current_services()
    with services.reading() as session:
        due = session.scalars(_due(services.clock())).all()
        figures = progress.figures(session, due)
    for each in due:
        state = STATES[CampaignState(each.state)]
        click.echo(f"{each.id}\t{each.about}\t{state}\t{figures[each.id].waiting}\t{each.said[:20]}")


@campaigns.command()
@click.argument("campaign_ids", metavar="[ID]…", nargs=-1, type=int)
@click.option("--all", "is_all", is_flag=True, help="全部取消：用在恢复备份之后。")
@with_appcontext
def cancel(campaign_ids: tuple[int, ...], is_all: bool) -> None:
    """取消这些发送里还没有发出的消息。"""
    if bool(campaign_ids) == is_all:
        raise click.UsageError("请写编号，或写 --all。")
    services = current_services()
    with services.transaction() as session:
        now = services.clock()
        wanted = _due(now) if is_all else _due(now).where(Campaign.id.in_(campaign_ids))
        found = session.scalars(wanted.with_for_update(key_share=True)).all()
        taken = sum(steering.cancel(session, each, by="flask", now=now) for each in found)
    click.echo(f"已取消 {len(found)} 次发送，{taken} 家还没发出的不再发。")


def _due(now: datetime) -> Select[Campaign]:
    return select(Campaign).where(Campaign.state.in_(DUE), Campaign.due_at <= now).order_by(Campaign.id)
