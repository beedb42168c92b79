"""Command line of the chat: the menu, and what waits in the outbox."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import yaml
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from foundation.errors import Refused
from wechat_bot import delivery_titles, reported, tagging, texts
from wechat_bot import menu as menus
from wechat_bot.client.codes import SendError
from wechat_bot.feature import About, Title
from wechat_bot.mass import planning
from wechat_bot.mass.commands import mass_group
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import pausing, queueing, resolving, states
from wechat_bot.services import current_services

#: The most titles shown of what was cancelled.
MOST_NAMED = 20
MENU = Path(__file__).resolve().parent.parent / "config" / "menu.yaml"


@click.group()
def menu() -> None:
    """公众号的菜单。"""


@menu.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=MENU)
@with_appcontext
def publish(file: Path) -> None:
    """检查菜单文件并发布；不写 FILE 就是 config/menu.yaml。"""
    services = current_services()
    try:
        pages = services.public_url if services.is_service_account else ""
        checked = menus.check(yaml.safe_load(file.read_text(encoding="utf-8")), services.switchboard, pages)
        with services.reading() as session:
            mirrored = tagging.ids_by_name(session, services.wechat.app_id)
        conditional = menus.publish(services.wechat, checked, mirrored)
    except SendError as error:
        click.echo(f"{error}\n{texts.MENU_HALF_DONE}", err=True)
        sys.exit(1)
    except (Refused, yaml.YAMLError, UnicodeDecodeError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"菜单已发布，另有 {conditional} 个按标签的菜单。")


@click.group("outbox")
def outbox_group() -> None:
    """要发的消息：等着发的、没发成的、待确认的。"""


@outbox_group.command("list")
@click.option("--state", type=click.Choice([s.value for s in DeliveryState]), default=DeliveryState.UNSURE.value)
@click.option("--limit", default=50, show_default=True)
@with_appcontext
def list_deliveries(state: str, limit: int) -> None:
    """列出一种状态的消息，早的在前；不写 --state 就列待确认的（unsure）。"""
    with current_services().reading() as session:
        click.echo(
            "  ".join(f"{name} {count}" for name, count in resolving.counts(session).items()) or texts.NOTHING_WAITS
        )
        if pausing.is_day_spent(session, now=current_services().clock()):
            click.echo(texts.DAY_SPENT)
        found = select(Delivery).where(Delivery.state == state).order_by(Delivery.id).limit(limit)
        deliveries = session.scalars(found).all()
        titles = _titles(session, map(delivery_titles.of, deliveries))
        for each in deliveries:
            queued, title = f"{each.created_at:%Y-%m-%d %H:%M}", titles[delivery_titles.of(each)].text
            told = (str(each.id), each.openid[-6:], title, each.about or "-", queued, each.error or "")
            click.echo("\t".join(told))


@outbox_group.command("cancel")
@click.option("--about", help="关于什么，写成链接：survey:12。")
@click.option("--id", "ids", type=int, multiple=True, help="一条消息的编号；可以写几次。")
@click.option("--all", "is_all", is_flag=True, help="全部取消：恢复备份之后，它们可能早就发过了。")
@with_appcontext
def cancel(about: str | None, ids: tuple[int, ...], is_all: bool) -> None:
    """取消还没有发出的消息：关于一件事的、一条一条的，或全部。"""
    if [bool(about), bool(ids), is_all].count(True) != 1:
        raise click.UsageError("请写 --about、--id 或 --all，只写一种。")
    services = current_services()
    which = true() if is_all else Delivery.about == about if about else Delivery.id.in_(ids)
    with services.transaction() as session:
        waiting = select(Delivery.about).where(which, Delivery.state.in_(states.WAITING)).distinct().limit(MOST_NAMED)
        titles = _titles(session, (About(about or "", None) for about in session.scalars(waiting)))
        number = queueing.withdraw(session, which, now=services.clock())
        parts = 0 if ids else planning.cancel_all(session, about, now=services.clock())
    for title in titles.values():
        click.echo(title.text)
    more = f"，{parts} 批群发" if parts else ""
    click.echo(f"已取消 {number} 条还没有发出的消息{more}。")


@outbox_group.command("resolve")
@click.argument("delivery_id", type=int)
@click.argument("outcome", type=click.Choice(["sent", "failed", "resend"]))
@with_appcontext
def resolve(delivery_id: int, outcome: str) -> None:
    """对一条待确认的消息作决定：已到（sent）、没到（failed），或重发（resend）。"""
    services = current_services()
    state = {"sent": DeliveryState.SENT, "failed": DeliveryState.FAILED, "resend": DeliveryState.PENDING}[outcome]
    with services.transaction() as session:
        delivery = session.get(Delivery, delivery_id)
        title = _titles(session, [delivery_titles.of(delivery)])[delivery_titles.of(delivery)].text if delivery else ""
        found = resolving.resolve(session, delivery_id, state, now=services.clock())
    if not found:
        click.echo(f"没有编号 {delivery_id} 的待确认消息。", err=True)
        sys.exit(1)
    click.echo(f"已记录：{title}。")


@outbox_group.command("resume")
@with_appcontext
def resume() -> None:
    """微信当天的次数清零（clear_quota）之后，让等到半夜的群发现在就走。"""
    services, number = current_services(), 0
    now, is_all = services.clock(), False
    while not is_all:
        with services.transaction() as session:
            some = pausing.resume(session, now=now)
        number, is_all = number + some, some < pausing.BATCH
    with services.transaction() as session:
        parts = planning.let_go_today(session, now=now)
    more = f"{parts} 批群发现在接着发。" if parts else ""
    click.echo(more + (f"{number} 条群发的消息现在接着发。" if number else "" if more else texts.NOTHING_SPENT))


def _titles(session: Session, wanted: Iterable[About]) -> dict[About, Title]:
    return delivery_titles.find(session, current_app.extensions["features"], wanted)


@outbox_group.command("reported")
@click.argument("about")
@with_appcontext
def list_reported(about: str) -> None:
    """列出微信报告过什么。ABOUT 是群发或通知的 msg_id、发布的 publish_id，或模板的编号。"""
    with current_services().reading() as session:
        found = reported.about(session, about)
        for each in found:
            said = json.dumps(each.raw, ensure_ascii=False)
            click.echo("\t".join((f"{each.reported_at:%Y-%m-%d %H:%M}", each.kind, each.openid[-6:] or "-", said)))
    if not found:
        click.echo(f"微信没有报告过 {about}。", err=True)
        sys.exit(1)


COMMANDS = (menu, outbox_group, mass_group)
