"""Commands of pushes: write one, submit, approve, reject, pause, resume, cancel it, and see what it would reach."""

import json
from collections.abc import Callable

import click
from flask.cli import with_appcontext

from broadcasts.actions import approving, checking, forecasting, pushes
from broadcasts.commands.numbers import ID
from broadcasts.models.pushes import Plan, PushKind, Shows
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_WRITE
from broadcasts.queries import pushes as queries
from broadcasts.rules import staff
from broadcasts.rules.drafts import PushDraft
from broadcasts.texts import pushes as texts
from campaigns.approving import CampaignAuthor
from campaigns.authors import author
from campaigns.texts import REASONS
from console import fields
from console.audit import TERMINAL
from foundation.errors import Refused
from people import audiences
from wechat_bot.services import current_services

ALL = "all"
AREA, STAFF = "'{area: [城区一片]}'", "'{staff: all}'"
_BY = click.option("--by", "login", required=True, metavar="USER", help="谁做的：后台的用户名。")
_KIND = click.Choice([each.value for each in PushKind])
_PLAN = click.Choice([each.value for each in Plan])
_ID = click.argument("push_id", metavar="ID", type=ID)


@click.command()
@click.argument("article_id", metavar="ARTICLE", type=ID)
@click.option(
    "--audience", required=True, metavar="YAML", help=f"对象条件，例如 {AREA}；全部店写 all，同事写 {STAFF}。"
)
@click.option("--at", required=True, metavar="时间", help='什么时候发："2026-12-15 09:00"。')
@click.option("--kind", type=_KIND, default="promo", show_default=True, help="性质。")
@click.option("--channel", type=_PLAN, default="auto", show_default=True, help="怎么发。")
@click.option("--not-after", default="", metavar="时间", help="过了这个时间没发的不再发。")
@click.option("--by", "login", default="", metavar="USER", help="谁写的：后台的用户名。")
@with_appcontext
def push(article_id: int, audience: str, at: str, kind: str, channel: str, not_after: str, login: str) -> None:
    """写一条推送（草稿），内容是一篇发布了的文章；打印编号。"""
    services = current_services()
    due_at, ends = fields.moment(at, services.zone), fields.moment(not_after, services.zone)
    if due_at is None:
        raise Refused(fields.MOMENT)
    spec = None if audience.strip() == ALL else audiences.read(audience)
    draft = PushDraft(
        kind=PushKind(kind),
        plan=Plan(channel),
        shows=Shows.ARTICLE,
        article_id=article_id,
        audience=spec,
        due_at=due_at,
        not_after=ends,
    )
    with services.transaction() as session:
        now = services.clock()
        who = author(session, login, PUSHES_WRITE) if login else CampaignAuthor(None, TERMINAL)
        # Said now, and not only when it is submitted: a script does not read on.
        if staff.is_staff(spec):
            staff.read(spec or {})
        else:
            audiences.condition(session, spec, services.criteria, now=now)
        push_id = pushes.begin(session, draft, who=who, now=now)
    click.echo(push_id)


@click.command()
@_ID
@_BY
@click.option("--aware", is_flag=True, help="指出的话已核对，不是烟草广告。")
@with_appcontext
def submit(push_id: int, login: str, aware: bool) -> None:
    """提交审批：内容、对象、时间先检查一遍。"""
    services = current_services()
    with services.transaction() as session:
        who = author(session, login, PUSHES_WRITE)
        at = checking.circumstances(services, services.clock())
        approving.submit(session, push_id, who=who, is_aware=aware, at=at)
    click.echo("已提交，等别人审批。")


@click.command()
@_ID
@_BY
@with_appcontext
def approve(push_id: int, login: str) -> None:
    """批准一条等审批的推送；写过、改过、提交的人不能批准。"""
    services = current_services()
    with services.transaction() as session:
        who = author(session, login, PUSHES_APPROVE)
        approving.approve(session, push_id, seen=None, who=who, at=checking.circumstances(services, services.clock()))
    click.echo("已批准，到时间就发。")


@click.command()
@_ID
@_BY
@click.option("--why", default="在命令行退回", show_default=True, help="为什么退回。")
@with_appcontext
def reject(push_id: int, login: str, why: str) -> None:
    """退回一条等审批的推送，它又是草稿。"""
    services = current_services()
    with services.transaction() as session:
        who = author(session, login, PUSHES_APPROVE)
        approving.reject(session, push_id, why=why, who=who, now=services.clock())
    click.echo("已退回。")


@click.command()
@_ID
@_BY
@with_appcontext
def pause(push_id: int, login: str) -> None:
    """暂停发送；已经在途的会发出去。"""
    _stop(push_id, login, approving.pause, "已暂停。")


@click.command()
@_ID
@_BY
@with_appcontext
def resume(push_id: int, login: str) -> None:
    """继续发送。"""
    _stop(push_id, login, approving.resume, "继续发送。")


@click.command()
@_ID
@_BY
@with_appcontext
def cancel(push_id: int, login: str) -> None:
    """取消：没有发出的都不再发。"""
    _stop(push_id, login, approving.cancel, "已取消。")


@click.command()
@_ID
@click.option("--json", "as_json", is_flag=True, help="给程序读。")
@with_appcontext
def forecast(push_id: int, as_json: bool) -> None:
    """会发给多少家、谁收不到、要用几次群发：按现在知道的算。"""
    services = current_services()
    with services.reading() as session:
        at = checking.circumstances(services, services.clock())
        told = forecasting.forecast(session, push_id, at, is_whole=True)
    found = told.found
    if as_json:
        figures = {"meant": found.meant, "reasons": dict(found.reasons), "calls": found.calls}
        click.echo(json.dumps(figures | {"over_quota": list(told.over_quota)}, ensure_ascii=False))
        return
    click.echo(f"对象 {told.audience} 家，会收到 {found.meant} 家，群发 {found.calls} 次。")
    for reason, number in found.reasons.items():
        click.echo(f"{REASONS.get(reason, reason)}\t{number}")


def _stop(push_id: int, login: str, do: Callable[..., None], said: str) -> None:
    services = current_services()
    with services.transaction() as session:
        do(session, push_id, who=author(session, login, PUSHES_WRITE), now=services.clock())
        flying = queries.in_flight(session, push_id)
    click.echo(said + texts.in_flight(flying.parts, flying.people, flying.mails))
