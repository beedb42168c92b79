"""Command line of surveys: `flask surveys …`."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from campaigns.waves import WavePlan
from foundation.workbooks.files import Form
from questions.authoring import files as of_questions
from surveys.actions import authoring, counting, inviting, voiding
from surveys.export import files
from surveys.queries import listing
from surveys.queries.detail import detail
from surveys.queries.listing import SurveyLine
from surveys.queries.tally import tally as figures_of
from surveys.rules import files as written_files
from surveys.rules import review
from surveys.rules.differences import changes
from surveys.texts import chat
from surveys.texts.figures import figure, padded, percent
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

surveys = CommandGroup("surveys", help="微调查：读入、发布、统计、导出。")


@surveys.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--survey", "survey_id", type=int, help="作为这份调查的新草稿；不写就是一份新的调查。")
def load(file: Path, survey_id: int | None) -> None:
    """读入一份问卷（.docx、.xlsx 或 YAML）作为草稿，打印编号。发布之后才会问大家。

    新草稿和正在用的一版有什么不同，写在 stderr。
    """
    services = current_services()
    with services.transaction() as session:
        written = of_questions.parse(of_questions.taken(file), file.name, written_files.LAYOUT)
        previous = listing.newest(session, survey_id) if survey_id is not None else None
        definition = review.of_file(written, timezone=services.zone, previous=previous)
        survey = authoring.load(session, definition, survey_id=survey_id, now=services.clock())
    for sentence in changes(previous, definition) if previous else ():
        click.echo(sentence, err=True)
    click.echo(survey.id)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
def publish(survey_id: int) -> None:
    """发布：把草稿定为一版，列入对象中已绑定的店，开始调查。"""
    services = current_services()
    with services.transaction() as session:
        published = authoring.publish(session, survey_id, criteria=services.criteria, now=services.clock())
    click.echo(f"已发布第 {published.number} 版，新列入 {published.listed} 家店。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
def close(survey_id: int) -> None:
    """现在就结束一份调查。"""
    services = current_services()
    with services.transaction() as session:
        authoring.close(session, survey_id, now=services.clock())
    click.echo("已结束。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
def invite(survey_id: int) -> None:
    """现在邀请名单上已关注、还没填的人；由后台进程在安静时间以外发送。"""
    services = current_services()
    with services.transaction() as session:
        now, found = services.clock(), detail(session, survey_id, now=services.clock())
        said = chat.invitation(found.title) if found else ""
        invitation = WavePlan(said, now)
        (number,) = inviting.plan(session, survey_id, invitation, who="flask", criteria=services.criteria, now=now)
    click.echo(f"第 {number} 次邀请已安排，由 worker 发送。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
def qr(survey_id: int) -> None:
    """做一个扫码就打开这份调查的二维码（30 天有效），打印图片网址。"""
    services = current_services()
    with services.reading() as session:
        listing.newest(session, survey_id)
    picture, _ = services.wechat.create_qr(f"survey:{survey_id}")
    click.echo(picture)


@surveys.command("list")
def list_surveys() -> None:
    """列出所有调查，带状态和发放、回收、有效。"""
    services = current_services()
    with services.reading() as session:
        found = listing.surveys(session, now=services.clock())
    for line in list_lines(found, services.zone):
        click.echo(line)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="给程序读；占比是 0 到 1 的数，不舍入。")
def tally(survey_id: int, as_json: bool) -> None:
    """列出一份调查的统计结果。"""
    with current_services().reading() as session:
        figures = figures_of(session, survey_id)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for line in tally_lines(figures):
        click.echo(line)


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
def recount(survey_id: int) -> None:
    """从原始答卷重新数一遍，把统计改对；列出不同之处，或“一致”。"""
    services = current_services()
    with services.transaction() as session:
        differences = counting.recount(session, survey_id, zone=services.zone)
    for (question, option), (kept, counted) in differences.items():
        click.echo(f"{question or '合计'}\t{option}\t原为 {kept}\t改为 {counted}")
    if not differences:
        click.echo("一致")


@surveys.command()
@click.argument("submission_id", metavar="SUBMISSION", type=int)
@click.option("--reason", default="在命令行作废", show_default=True, help="原因。")
def void(submission_id: int, reason: str) -> None:
    """作废一份答卷，不再计入统计。"""
    services = current_services()
    with services.transaction() as session:
        voiding.void(session, submission_id, reason=reason, by="", now=services.clock())
    click.echo("已作废。")


@surveys.command()
@click.argument("submission_id", metavar="SUBMISSION", type=int)
@click.option("--reason", default="在命令行恢复", show_default=True, help="原因。")
def restore(submission_id: int, reason: str) -> None:
    """恢复一份作废的答卷，重新计入统计。"""
    services = current_services()
    with services.transaction() as session:
        voiding.restore(session, submission_id, reason=reason, now=services.clock(), zone=services.zone)
    click.echo("已恢复。")


@surveys.command()
@click.argument("survey_id", metavar="ID", type=int)
@click.option("--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="文件，或放它的文件夹。")
def export(survey_id: int, form: Form, out: Path) -> None:
    """把每份答卷写进文件，打印文件的路径。"""
    services = current_services()
    with services.reading() as session:
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
    """写一份填写问卷用的模板，`load` 读的就是它：FILE 以 .docx 结尾是 Word 样例，否则是 Excel。"""
    file.write_bytes(written_files.sample() if file.suffix == ".docx" else written_files.template())
    click.echo(file)


def list_lines(found: Sequence[SurveyLine], zone: ZoneInfo) -> Iterator[str]:
    """Yield one line for each survey, under a line of headings."""
    yield padded("编号", 6) + padded("状态", 8) + padded("结束", 18) + padded("发放/回收/有效", 20) + "标题"
    for survey in found:
        ends = f"{survey.closes_at.astimezone(zone):%Y-%m-%d %H:%M}" if survey.closes_at else "-"
        counts = f"{survey.sent}/{survey.returned}/{survey.valid}"
        title = survey.title + ("（匿名）" if survey.is_anonymous else "")
        cells = (str(survey.id), 6), (survey.state.label, 8), (ends, 18), (counts, 20)
        yield "".join(padded(text, width) for text, width in cells) + title


def tally_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of `queries.tally` for people."""
    yield f"《{figures['title']}》"
    yield (
        f"发放 {figures['sent']}  送达 {figures['reached']}  打开 {figures['opened']}"
        f"  回收 {figures['returned']}（{percent(figures['response_rate'])}）"
        f"  有效 {figures['valid']}（{percent(figures['valid_rate'])}）"
    )
    if figures["score"]:
        yield f"测评得分 {figure(figures['score']['mean'])}（{figures['score']['n']} 份）"
    for entry in figures["questions"]:
        yield ""
        yield f"{entry['code']} {entry['text']}  回答 {entry['n']}" + (" （已停用）" if entry.get("retired") else "")
        for option in entry.get("options", ()):
            interval = f"{percent(option['low'])} - {percent(option['high'])}"
            # The values of a rating or an NPS are their own labels.
            label = "" if option["label"] == str(option["code"]) else option["label"]
            label += " （已停用）" if option.get("retired") else ""
            share = percent(option["share"])
            yield f"  {option['code']:>3} {padded(label, 28)}{option['count']:>8} {share:>7}  {interval}"
        if "nps" in entry:
            yield (
                f"  净推荐值 {figure(entry['nps'])}（{figure(entry['nps_low'])} 到 {figure(entry['nps_high'])}），"
                f"推荐者 {entry['promoters']}，中立者 {entry['passives']}，贬损者 {entry['detractors']}"
            )
        if "mean" in entry:
            bounds = f"，最小 {figure(entry['min'])}，最大 {figure(entry['max'])}" if "min" in entry else ""
            middle = f"平均 {figure(entry['mean'])}，标准差 {figure(entry['sd'])}，中位数 {figure(entry['median'])}"
            yield f"  {middle}{bounds}"
    changed = [sentence for version in figures["versions"] for sentence in version["changes"]]
    if changed:
        yield ""
        yield "各版本的改动："
        yield from (f"  {sentence}" for sentence in changed)
