"""Command line of effect: `flask effect …`."""

import json

import click
from sqlalchemy.orm import Session

from effect import jobs
from effect.queries import counting, savings, scores
from effect.queries import month as queries
from effect.rules import figures, months
from effect.rules.groups import COMPANY, FactGroup
from effect.texts import scores as scoring_texts
from effect.texts import sentences as texts
from foundation.errors import Refused
from wechat_bot.command_line import CommandGroup
from wechat_bot.measure import Fact, Measure
from wechat_bot.services import Services, current_services

effect = CommandGroup("effect", help="成效：每月的数、结账、客户经理评分。")


@effect.command("month")
@click.argument("month", metavar="MONTH")
@click.option("--area", metavar="NAME", help="只看一个片区和它下面的片区。")
@click.option("--manager", metavar="PHONE", help="只看一位客户经理的店，写电话。")
@click.option("--json", "as_json", is_flag=True, help="给程序读。")
def show(month: str, area: str | None, manager: str | None, as_json: bool) -> None:
    """看一个月的成效，月份写成 2026-11。没有结账的月份先算到现在。

    每项有数（n）、总数（of）、比率（share）、上月（before，有比率的写比率）、纸面（paper）；没有量过的是 null。
    """
    services, wanted = current_services(), months.read(month)
    with services.reading() as session:
        group = _group(session, area, manager)
    _count(services, wanted)
    with services.reading() as session:
        state = queries.state(session, wanted)
        shown = [each for each in services.measures if not each.is_aid]
        found = queries.measured(session, wanted, group, shown, back=1)
        sms, sms_before = savings.text_messages(session, wanted, group)
    if as_json:
        told = queries.to_json(wanted, state, found)
        told["measures"][savings.SMS] = savings.to_json(sms, sms_before)
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each.measure.label}  {_said(each.measure, each.fact)}（上月 {_said(each.measure, each.before)}）")
    click.echo(f"{sms.label}  {sms.said}（上月 {sms_before.said}）")


@effect.command()
@click.argument("month", metavar="MONTH")
@click.option("--json", "as_json", is_flag=True, help="给程序读。")
def scorecard(month: str, as_json: bool) -> None:
    """看一个月的客户经理评分表，月份写成 2026-11。没有结账的月份先算到现在。

    每项有几次（n）、比率（share）、往公司平均靠过的比率（shrunk）、误差范围（low、high）和名次（place）；没有量过的是
    null，不到 10 次的没有名次。
    """
    services, wanted = current_services(), months.read(month)
    _count(services, wanted)
    with services.reading() as session:
        found = scores.scorecard(session, wanted)
    if as_json:
        click.echo(json.dumps(scores.to_json(found), ensure_ascii=False))
        return
    for line in found.lines:
        said = "；".join(scoring_texts.said(name, line.scores[name]) for name in scores.GIVEN)
        click.echo(f"{line.name}  {said}")


@effect.command()
@click.argument("month", metavar="MONTH")
@click.option("--by", required=True, metavar="USER", help="谁结的账。")
def close(month: str, by: str) -> None:
    """给一个过完的月份结账：以后晚到的数算在下一个月。

    给更早的月份结账，从那个月起到现在的每个月都会补算。
    """
    services, wanted = current_services(), months.read(month)
    if months.period(wanted, services.zone).ends_at > services.clock():
        raise Refused(texts.NOT_OVER.format(months.written(wanted)))
    if not jobs.close(services, wanted, by=by):
        raise Refused(texts.IS_CLOSED.format(months.written(wanted)))
    click.echo(texts.IS_CLOSED.format(months.written(wanted)))


@effect.command()
@click.argument("month", metavar="MONTH")
@click.option("--by", required=True, metavar="USER", help="谁要重算。")
def recount(month: str, by: str) -> None:
    """重算一个已经结账的月份，打印哪些数变了。"""
    services, wanted = current_services(), months.read(month)
    changed = jobs.recount(services, wanted, by=by)
    for measure, (before, after) in changed.items():
        click.echo(f"{measure.label}  {_said(measure, before)} → {_said(measure, after)}")
    if not changed:
        click.echo("没有变化。")


def _count(services: Services, month: int) -> None:
    """Count a month up to now, where it is not closed. Raises Refused where it has not begun."""
    now = services.clock()
    if month > months.current(now, services.zone):
        raise Refused(texts.NOT_YET.format(months.written(month)))
    with services.reading() as session:
        is_closed, is_filed = counting.is_closed(session, month), counting.is_filed(session, month)
    # Not what lies further back and was never filed: the clock would close all months from there on.
    if not is_closed and (is_filed or month >= months.before(months.current(now, services.zone))):
        jobs.file(services, month, services.measures, now=now)


def _group(session: Session, area: str | None, manager: str | None) -> FactGroup:
    if area and manager:
        raise Refused("片区和客户经理请只写一个。")
    if area:
        return queries.of_area(session, area)
    return queries.of_manager(session, manager) if manager else COMPANY


def _said(measure: Measure, fact: Fact | None) -> str:
    if fact is None or measure.per > 1 or measure.is_money:
        return figures.with_parts(measure, fact)
    share = "" if fact.share is None else f"，{100 * fact.share:.1f}%"
    return f"{fact.n:,}" + (f" / {fact.of:,}" if fact.of is not None else "") + f" {measure.unit}{share}"
