"""Command line of quizzes: `flask quizzes …`."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from campaigns.approving import CampaignAuthor
from campaigns.authors import author
from console import drafting
from console.audit import TERMINAL
from console.charts import figure
from foundation.errors import Refused
from foundation.workbooks.files import Form
from questions.authoring import files as of_questions
from questions.keyed.items import KeyEffect
from quizzes import jobs
from quizzes.actions import authoring, filing, importing, rekeying
from quizzes.export import attempts as attempt_files
from quizzes.export import bank as bank_files
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.permissions import QUIZZES_REKEY
from quizzes.queries import bank as bank_queries
from quizzes.queries import regrades as regrade_queries
from quizzes.queries.figures import QuestionFigures, QuizFigures
from quizzes.queries.figures import figures as figures_of
from quizzes.queries.papers import WORKS
from quizzes.rules import advice, files, review
from quizzes.texts.regrades import STATES
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

quizzes = CommandGroup("quizzes", help="微测试：题库、试卷、成绩、更正答案。")


@quizzes.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """读入一份试卷（YAML、Excel 或 Word），打印编号；发布以后才能考。"""
    services = current_services()
    written = of_questions.parse(of_questions.taken(file), file.name, files.LAYOUT)
    definition = review.of_file(written, timezone=services.zone, before=())
    with services.transaction() as session:
        quiz = authoring.load(session, definition, who="", now=services.clock())
        quiz_id = quiz.id
    click.echo(quiz_id)


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
def publish(quiz_id: int) -> None:
    """发布一份试卷，对象里的店从现在起（或从开始时间起）可以考。"""
    services = current_services()
    with services.transaction() as session:
        quiz = drafting.locked(session, WORKS, quiz_id)
        published = authoring.publish(
            session, quiz_id, criteria=services.criteria, stamp=quiz.stamp, who="", now=services.clock()
        )
    click.echo(f"已发布第 {published.number} 版，新选中 {published.listed} 家店。")


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
def close(quiz_id: int) -> None:
    """结束一份测试：不能再开始，已经开始的考完为止。"""
    services = current_services()
    with services.transaction() as session:
        drafting.close(session, WORKS, quiz_id, now=services.clock())
    click.echo("已结束。")


@quizzes.group()
def bank() -> None:
    """题库：读入、导出、模板。"""


@bank.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会新增、修改哪些题，不写入。")
def import_bank(file: Path, dry_run: bool) -> None:
    """读入题库（Excel、Word，或从 Word 复制到 .txt 的文字）；有一处不对就一题也不写入。"""
    services = current_services()
    written = of_questions.parse_questions(of_questions.taken(file), file.name, files.BANK)
    with services.reading() as session:
        found = bank_queries.look(session, written)
    if not dry_run:
        with services.transaction() as session:
            found = importing.take(session, written, seen=found, who="", now=services.clock())
    for item in found.new if dry_run else ():
        click.echo(f"新增 {item.code} {item.question.text}")
    for changed in found.changed if dry_run else ():
        click.echo(f"修改 {changed.item.code}：{'、'.join(changed.what)}")
    counts = f"{len(found.new)} 新增 {len(found.changed)} 修改 {len(found.unchanged)} 不变"
    click.echo(counts + ("（只看，没有写入）" if dry_run else ""))


@bank.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个 .xlsx 文件。")
def export_bank(out: Path) -> None:
    """导出题库里在用的题；原样读回来，什么也不会变。"""
    services = current_services()
    with services.reading() as session:
        out.write_bytes(bank_files.filled(each.item for each in bank_queries.every(session)))


@bank.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def bank_template(file: Path) -> None:
    """写一份题库的 Excel 模板，里面有四道例题。"""
    file.write_bytes(bank_files.template())


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="给程序读：不舍入，算不出的是 null。")
def figures(quiz_id: int, as_json: bool) -> None:
    """列出一份测试的成绩和每题的统计（最近有人考过的那一版）。"""
    services = current_services()
    jobs.file(services)  # so that what has just ended is in them
    with services.reading() as session:
        found = figures_of(session, quiz_id, has_words=True)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    for line in figure_lines(found):
        click.echo(line)


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
def recount(quiz_id: int) -> None:
    """从每份答卷重新数一遍，把统计改对；列出不同之处，或“一致”。"""
    services = current_services()
    with services.transaction() as session:
        differences = filing.recount(session, quiz_id)
    for key, (kept, counted) in differences.items():
        click.echo("\t".join([*map(str, key), f"原为 {kept}", f"改为 {counted}"]))
    if not differences:
        click.echo("一致")


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
@click.argument("code", metavar="QUESTION")
@click.argument("effect", metavar="[struck|full]", required=False, type=click.Choice(["struck", "full"]))
@click.option("--answer", help="新答案，写法和试卷文件里一样；填空的几种写法用 | 分开。")
@click.option("--also-down", is_flag=True, help="成绩也可以降；不写就只升不降。")
@click.option("--reason", default="", help="为什么更正。")
@click.option("--dry-run", is_flag=True, help="只算谁升谁降，不提交。")
@click.option("--json", is_flag=True, expose_value=False, help="按 JSON 打印；不写也是。")
@click.option("--by", "login", default="", metavar="USER", help="谁提交的：后台的用户名。")
def rekey(
    quiz_id: int,
    code: str,
    effect: str | None,
    answer: str | None,
    also_down: bool,
    reason: str,
    dry_run: bool,
    login: str,
) -> None:
    """更正一道题的答案（或 struck 不计分、full 都得分）：算出谁升谁降，提交给别人批准。"""
    services = current_services()
    if (effect is None) == (answer is None):
        raise Refused("请写 --answer 新答案，或 struck（不计分）、full（都得分），只写一样。")
    if not dry_run and not login:
        raise Refused("请用 --by 写上谁提交的；只是算一算，就加上 --dry-run。")
    with services.transaction() as session:
        who = author(session, login, QUIZZES_REKEY) if login else CampaignAuthor(None, TERMINAL)
        asked = regrade_queries.asked(session, quiz_id, code=code)
        key = rekeying.read(asked, answer, KeyEffect(effect or KeyEffect.MARKED))
        planned = rekeying.plan(
            session, quiz_id, asked, key, reason=reason, is_also_down=also_down, who=who, now=services.clock()
        )
        regrade_id = planned.id
    jobs.go_on(services, regrade_id)
    if not dry_run:
        with services.transaction() as session:
            rekeying.submit(session, regrade_id, who=who, now=services.clock())
    with services.reading() as session:
        moved = {name: list(regrade_queries.moved(session, regrade_id, name)) for name in regrade_queries.MOVES}
    click.echo(json.dumps({"regrade": regrade_id} | moved, ensure_ascii=False))


@quizzes.command()
@click.argument("regrade_id", metavar="REGRADE", type=int)
@click.argument("step", metavar="approve|reject|undo", type=click.Choice(["approve", "reject", "undo"]))
@click.option("--why", default="在命令行退回", show_default=True, help="为什么退回。")
@click.option("--by", "login", required=True, metavar="USER", help="谁做的：后台的用户名。")
def regrade(regrade_id: int, step: str, why: str, login: str) -> None:
    """批准、退回或撤销一次更正；自己提交的要由别人批准。"""
    services = current_services()
    with services.transaction() as session:
        who, now = author(session, login, QUIZZES_REKEY), services.clock()
        match step:
            case "approve":
                rekeying.approve(session, regrade_id, who=who, now=now)
            case "reject":
                rekeying.reject(session, regrade_id, why=why, who=who, now=now)
            case _:
                rekeying.undo(session, regrade_id, who=who, now=now)
    jobs.go_on(services, regrade_id)
    with services.reading() as session:
        state = RegradeState(session.get_one(Regrade, regrade_id).state)
    click.echo(f"{STATES[state]}。")


@quizzes.command()
@click.argument("quiz_id", metavar="ID", type=int)
@click.option("--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="文件，或放它的文件夹。")
def export(quiz_id: int, form: Form, out: Path) -> None:
    """把每份答卷写进文件：谁答的、每题的回答、得分、按第几版答案、迟到；打印文件的路径。"""
    services = current_services()
    jobs.file(services)  # so that what has just ended is in the figures
    with services.reading() as session:
        found, now = figures_of(session, quiz_id), services.clock()
        path, _ = attempt_files.write(session, quiz_id, out, form=form, figures=found, now=now, zone=services.zone)
    click.echo(path)


def figure_lines(found: QuizFigures) -> Iterator[str]:
    """Yield the figures of a quiz for people."""
    whole = found.paper
    yield f"《{found.definition.title}》第 {found.number} 版  {whole.attempts} 家店"
    yield (
        f"平均 {figure(whole.mean)}  中位数 {figure(whole.median)}  标准差 {figure(whole.sd)}"
        f"  偏度 {_two(whole.skewness)}  峰度 {_two(whole.kurtosis)}"
    )
    if found.definition.is_drawn:
        yield "信度：每人题目不同，不计算"
    else:
        yield (
            f"信度 {_percent(whole.alpha)}  误差比 {_percent(whole.error_ratio)}"
            f"  标准误 {figure(whole.standard_error)} 分"
        )
    yield from filter(None, (advice.of_number(whole.attempts), found.advice))
    for each in found.questions:
        yield ""
        yield from _question_lines(each)


def _question_lines(each: QuestionFigures) -> Iterator[str]:
    one = each.figures
    yield f"{each.item.code} {each.item.question.text}  {one.n} 人  {each.advice or ''}".rstrip()
    yield (
        f"  得分率 {_percent(one.facility)}  标准差 {_percent(one.sd)}  区分度 {_percent(one.index)}"
        f"  区分效率 {_percent(one.efficiency)}  权重 {_percent(one.weight)}"
    )
    for option in each.options:
        label = "" if option.label == str(option.code) else option.label
        yield f"  {option.code:>3} {label}  {option.count}"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


def _two(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
