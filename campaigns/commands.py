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
    """Messages to many that are under way."""


@campaigns.command("list")
@with_appcontext
def listing() -> None:
    """One line for each campaign that is due: id, what it is about, state, how many wait, what it says."""
    services = current_services()
    with services.reading() as session:
        due = session.scalars(_due(services.clock())).all()
        figures = progress.figures(session, due)
    for each in due:
        state = STATES[CampaignState(each.state)]
        click.echo(f"{each.id}\t{each.about}\t{state}\t{figures[each.id].waiting}\t{each.said[:20]}")


@campaigns.command()
@click.argument("campaign_ids", metavar="[ID]…", nargs=-1, type=int)
@click.option("--all", "is_all", is_flag=True, help="All that are due: after an older backup was restored.")
@with_appcontext
def cancel(campaign_ids: tuple[int, ...], is_all: bool) -> None:
    """Take back what has not gone out of campaigns that are due."""
    if bool(campaign_ids) == is_all:
        raise click.UsageError("Name campaigns, or say --all.")
    services = current_services()
    with services.transaction() as session:
        now = services.clock()
        wanted = _due(now) if is_all else _due(now).where(Campaign.id.in_(campaign_ids))
        found = session.scalars(wanted.with_for_update(key_share=True)).all()
        taken = sum(steering.cancel(session, each, by="flask", now=now) for each in found)
    click.echo(f"已取消 {len(found)} 次发送，{taken} 家还没发出的不再发。")


def _due(now: datetime) -> Select[Campaign]:
    return select(Campaign).where(Campaign.state.in_(DUE), Campaign.due_at <= now).order_by(Campaign.id)
