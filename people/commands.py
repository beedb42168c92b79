"""People command line: roster, shop list, audiences, QR codes, erasure, deputies, tags."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from console import audit
from console.audit import TERMINAL
from foundation.errors import Refused
from foundation.text import mask_phone
from foundation.workbooks import reading
from people import actions, areas, audiences, erasing, identity, mirror, queries, rules, texts
from people.erasing import ErasedPerson
from people.models import CLASSES
from people.roster import checking, headings, memory, staging, template, writing
from people.roster.checking import Progress
from people.roster.writing import Summary
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

PAGE = 20
NAMES_SHOWN = 20


people = CommandGroup("people", help="零售户、客户经理、名单、对象。")
tags = CommandGroup("tags", help="微信标签。")
people.add_command(tags)


@people.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="零售户名单模板.xlsx")
def write_template(file: Path) -> None:
    """写一张空的名单模板（.xlsx）。"""
    with file.open("wb") as target:
        template.write(target)
    click.echo(f"已写好 {file}")


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，说明会怎样，什么都不改。")
def import_roster(file: Path, dry_run: bool) -> None:
    """导入零售户名单（.xlsx 或 .csv）：按许可证号新增或更新，有一处不对就什么都不导入。"""
    services = current_services()
    content = reading.taken(file, checking.LIMITS)
    with services.reading() as session:
        classes, means = queries.class_names(session) or list(CLASSES), memory.recall(session)
    with _bar("检查") as progress:
        roster = checking.check(content, classes, progress, means)
    if roster.unsure_classes:
        said = "、".join(f"“{name}”（像“{like}”）" for name, (like, _) in roster.unsure_classes.items())
        raise Refused(f"不认识的{headings.CLASS}：{said}。请在文件里改好，或在后台导入，那里可以说明。")
    if dry_run:
        with _bar("比较") as progress, services.reading() as session:
            summary = writing.foresee(session, roster, progress)
    else:
        with _bar("写入") as progress:
            summary = staging.import_roster(services, roster, clock=services.clock, progress=progress)
    _tell(summary, dry_run)


@people.command("list")
@click.option("--area", default="", help="片区。")
@click.option("--class", "class_name", default="", help="客户类型。")
@click.option("--search", default="", help="许可证号、店名、店主或手机的一部分。")
@click.option("--page", default=1, type=click.IntRange(min=1), help=f"第几页，每页 {PAGE} 家。")
def list_shops(area: str, class_name: str, search: str, page: int) -> None:
    """列出零售户。"""
    with current_services().reading() as session:
        found = queries.shops(
            session, area=area, class_name=class_name, search=search, offset=(page - 1) * PAGE, limit=PAGE
        )
    for line in found.lines:
        bound = "已绑定" if line.is_bound else "未绑定"
        cells = (line.licence, line.shop, line.keeper, mask_phone(line.phone), line.area, line.class_name)
        click.echo(
            "  ".join(_wide(cell, width) for cell, width in zip(cells, (14, 20, 8, 12, 12, 10), strict=True))
            + f"  {_wide(line.manager, 8)}  {bound}"
        )
    pages = max(-(-found.total // PAGE), 1)
    click.echo(f"共 {found.total} 家，第 {page} 页，共 {pages} 页。")


@people.command("audience")
@click.argument("spec")
def show_audience(spec: str) -> None:
    """看一个对象条件（YAML 或 JSON，直接写或写在文件里）说的是哪些店。"""
    services = current_services()
    path = Path(spec)
    is_file = len(spec) < 1024 and "\n" not in spec and path.is_file()
    wanted = audiences.read(path.read_text(encoding="utf-8") if is_file else spec)
    # A specification with `bound` may include shops that cannot be reached yet: shown here, though nothing is sent.
    anyone = {"all": [wanted, {"any": [{"bound": True}, {"bound": False}]}]}
    now = services.clock()
    with services.reading() as session:
        number = audiences.count(session, wanted, services.criteria, now=now)
        every = audiences.require_some(audiences.count(session, anyone, services.criteria, now=now))
        some = audiences.sample(session, wanted if number else anyone, services.criteria, now=now)
    unbound = f"，另有 {every - number} 家符合但还没有绑定" if every > number else ""
    click.echo(f"共 {number} 家店{unbound}。")
    for shop in some:
        click.echo(f"{_wide(shop.licence, 14)}  {_wide(shop.shop, 20)}  {shop.keeper}")


@people.command("qr")
@click.argument("licence")
@click.option("--days", type=click.IntRange(1, 30), help="几天后失效；不写就一直有效（一个公众号最多 10 万个）。")
def make_qr(licence: str, days: int | None) -> None:
    """做一家店的绑定二维码，打印出图片的地址。"""
    services = current_services()
    with services.reading() as session:
        token = identity.bind_token(session, rules.licence(licence) or "")
    if token is None:
        raise Refused(f"没有许可证号为 {licence} 的店。")
    picture, _ = services.wechat.create_qr(f"bind:{token}", seconds=days * 86_400 if days else None)
    click.echo(picture)


@people.command("invite-manager")
@click.argument("phone")
def invite_manager(phone: str) -> None:
    """邀请一位客户经理绑定：给出一次性的绑定码和二维码。"""
    services = current_services()
    with services.transaction() as session:
        invite = actions.invite_manager(session, phone, now=services.clock())
    click.echo(texts.invitation(invite.name, invite.code, invite.until, services.zone))
    # The code works without the QR picture, so it is printed first.
    picture, _ = services.wechat.create_qr(
        f"bind:{rules.MANAGER_SCENE}{invite.code}", seconds=int(rules.INVITE_LASTS.total_seconds())
    )
    click.echo(f"或扫这个二维码：{picture}")


@people.command("unbind")
@click.argument("licence")
def unbind(licence: str) -> None:
    """解除一家店的绑定，好换绑另一个微信。"""
    services = current_services()
    with services.transaction() as session:
        shop = actions.unbind_shop(session, licence, now=services.clock())
    click.echo(f"已解绑{shop}。")


@people.command("erase")
@click.argument("who")
@click.option("--shop", "with_shop", is_flag=True, help="店已不做了：名单里的店名、店主、手机、地址、许可证号也删除。")
@click.option("--yes", is_flag=True, help="不再问一遍。")
def erase(who: str, with_shop: bool, yes: bool) -> None:
    """删除一个人的个人信息：写店的许可证号，或本人的 openid。店铺名单和已统计的数字不动。"""
    services = current_services()
    with services.reading() as session:
        shop, openid = erasing.whom(session, who)
    if with_shop and shop is None:
        raise Refused("--shop 要写店的许可证号。")
    if shop and not openid and not with_shop:
        raise Refused(f"{shop.shop}没有绑定微信，没有要删除的。店已不做了，要连名单一起删除，请加 --shop。")
    named = f"{who} 这个人" if shop is None else f"{shop.shop}和它的店主" if with_shop else f"绑定{shop.shop}的人"
    lost = "名单、绑定、对话和待发消息" if with_shop else "绑定、对话和待发消息"
    if not yes:
        click.confirm(f"删除{named}的{lost}？删除后不能恢复", abort=True)
    whom, now = ErasedPerson(openid, shop.id if shop and with_shop else None), services.clock()
    with services.transaction() as session:
        erased = erasing.erase(session, whom, now=now, forgets=services.forgets)
        audit.note(
            session, None, "shop.erase", erasing.about(shop), erasing.said(whom), address="", now=now, who=TERMINAL
        )
    erasing.clear_away(services, erased.files)
    click.echo(f"已删除{named}的个人信息。")


@people.command("deputy")
@click.argument("area")
@click.argument("phone", required=False)
@click.option("--from", "from_on", type=click.DateTime(["%Y-%m-%d"]), help="从哪天，例如 2026-10-01。")
@click.option("--until", "until_on", type=click.DateTime(["%Y-%m-%d"]), help="到哪天（含当天）。")
@click.option("--none", "nobody", is_flag=True, help="不再代班。")
def set_deputy(area: str, phone: str | None, from_on: datetime | None, until_on: datetime | None, nobody: bool) -> None:
    """给一个片区安排代班：代班客户经理的手机号，和从哪天到哪天；或 --none 取消代班。"""
    if nobody == bool(phone):
        raise Refused("请写上代班人的手机号，或用 --none 取消代班。")
    services = current_services()
    with services.transaction() as session:
        name = areas.set_deputy(
            session,
            area,
            None if nobody else phone,
            from_on=from_on.date() if from_on else None,
            until_on=until_on.date() if until_on else None,
            now=services.clock(),
        )
    click.echo(
        f"{area}不再有代班人。" if nobody else f"{area}从 {from_on:%Y-%m-%d} 到 {until_on:%Y-%m-%d} 由{name}代班。"
    )


@tags.command("sync")
def sync_tags() -> None:
    """让微信里的标签和名单一致：客户类型、片区、客户经理。"""
    services = current_services()
    with services.reading() as session:
        groups = queries.tag_members(session)
    with _bar("标签") as progress:
        mirrored = mirror.sync(services, groups, progress)
    click.echo(f"新建标签 {mirrored.created} 个，打上 {mirrored.added} 人次，去掉 {mirrored.removed} 人次。")


def _tell(summary: Summary, dry_run: bool) -> None:
    for notice in summary.notices:
        click.echo(f"提示：{notice}")
    for what, names in (
        ("新片区", summary.new_areas),
        ("新客户经理", summary.new_managers),
        ("客户经理改名", summary.renamed_managers),
    ):
        if names:
            more = f" 等 {len(names)} 个" if len(names) > NAMES_SHOWN else ""
            click.echo(f"{what}：{'、'.join(names[:NAMES_SHOWN])}{more}")
    counts = f"新增 {summary.new} 更新 {summary.changed} 不变 {summary.unchanged}"
    click.echo(f"试运行：将{counts}，什么都没有改。" if dry_run else counts)


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    """A progress bar on stderr, so that stdout can be piped; none without a terminal."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield _mover(bar)


def _mover(bar: Any) -> Callable[[int, int], None]:
    def move(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)

    return move


def _wide(text: str, width: int) -> str:
    """A text padded to a width in which Chinese characters count twice."""
    return text + " " * max(width - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text), 0)
