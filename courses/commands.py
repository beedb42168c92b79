"""Command line of courses: `flask courses …`."""

import json
from pathlib import Path

import click
from flask import current_app

from console import drafting
from courses import jobs
from courses.actions import asking as asking_actions
from courses.actions import authoring, filing, loading
from courses.queries import asking, readiness
from courses.queries import certificates as certificate_queries
from courses.queries import report as reports
from courses.queries.detail import detail
from courses.queries.versions import WORKS
from courses.rules.definition import from_json
from courses.rules.review import CALLED
from courses.texts import certificates as certificate_texts
from finding.topics import Seeker
from foundation.errors import Refused
from foundation.text import readable, visible
from people import identity, request_desk
from questions.authoring.spelling import Mistaken
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

courses = CommandGroup("courses", help="微课堂：微课、学习情况、证书、提问。")


@courses.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """读入一门微课（YAML、Excel、Word 或 Markdown），打印编号；发布以后才能学。

    图片、声音、视频放在文件旁边，文件里写它的文件名。没能照搬的地方写在 stderr。
    """
    services = current_services()
    written = loading.read(loading.taken(file), file.name, lambda name: loading.beside(file, name), services.zone)
    with services.transaction() as session:
        course_id = loading.begin(session, services.media_folder, written, who="", now=services.clock()).id
    for note in written.notes:
        click.echo(note, err=True)
    click.echo(course_id)


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
def publish(course_id: int) -> None:
    """发布一门微课，对象从现在起（或从开始时间起）可以学。"""
    services = current_services()
    with services.transaction() as session:
        course = drafting.locked(session, WORKS, course_id)
        features = current_app.extensions["features"]
        if ends := readiness.dead_ends(session, features, from_json(course.draft)):
            raise Mistaken(ends, CALLED)
        published = authoring.publish(
            session, course_id, criteria=services.criteria, stamp=course.stamp, who="", now=services.clock()
        )
    whom = "位客户经理" if course.is_for_staff else "家店"
    click.echo(f"已发布第 {published.number} 版，新加入 {published.listed} {whom}。")


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
def close(course_id: int) -> None:
    """结束一门微课：不再学，也不再放出新的一课。"""
    services = current_services()
    with services.transaction() as session:
        authoring.close(session, course_id, now=services.clock())
    click.echo("已结束。")


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="给程序读。")
def certificates(course_id: int, as_json: bool) -> None:
    """列出一门微课的结业证书：编号和许可证号。"""
    services = current_services()
    jobs.certify(services)  # so that who has just finished has one
    with services.reading() as session:
        drafting.known(session, WORKS, course_id)
        found = certificate_queries.every(session, course_id)
    if as_json:
        click.echo(json.dumps([{"number": each.number, "licence": each.licence} for each in found]))
        return
    for each in found:
        click.echo(f"{each.number}  {each.licence}  {each.printed.shop}")


@courses.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="给程序读。")
def certificate(number: str, as_json: bool) -> None:
    """查验一张证书：真不真，上面印着什么。"""
    services = current_services()
    with services.reading() as session:
        line = certificate_queries.by_number(session, number)
    if line is None:
        raise Refused(certificate_texts.UNKNOWN)
    of = line.printed
    told = {
        "valid": line.revoked_at is None,
        "course": of.course,
        "shop": of.shop,
        "keeper": of.masked,
        "day": of.day.isoformat(),
        "score": of.score,
        "revoked_at": line.revoked_at.astimezone(services.zone).isoformat() if line.revoked_at else None,
        "reason": line.reason or None,
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{line.number} {certificate_texts.state(line)}")
    click.echo(f"{of.shop} {of.masked} {certificate_texts.what(of)} {certificate_texts.day(of)}")
    if line.reason:
        click.echo(f"作废原因：{line.reason}")


@courses.command()
@click.argument("question", metavar="问题")
@click.option("--as", "licence", metavar="许可证号", help="当作这家店来问，答不上就转给客户经理。")
@click.option("--json", "as_json", is_flag=True, help="只打印找到的和留言编号。")
def ask(question: str, licence: str | None, as_json: bool) -> None:
    """问课堂：在微课、文章和答复里找，最合适的在前。"""
    services, request = current_services(), None
    now, question = services.clock(), visible(readable(question))
    if not question:
        raise Refused("请写上要问的话。")
    if question.encode(errors="replace").decode() != question:  # bytes that are no UTF-8
        raise Refused("这句话里有读不出来的字，请用 UTF-8 再写一遍。")
    with services.transaction() as session:
        shop = identity.shop_by_licence(session, licence) if licence is not None else None
        if licence is not None and shop is None:
            raise Refused(f"没有许可证号为 {licence} 的店。")
        # A shop that is not bound finds what everybody finds, and nobody could answer it.
        openid = shop.openid if shop else None
        who = Seeker(shop.id if shop and openid else None, is_staff=licence is None)
        found = asking.answers(session, services.declared, question, who, now=now, zone=services.zone)
        desk = request_desk.desk(services.declared)
        if not found and shop is not None and openid:
            asking_actions.unanswered(session, question, openid, shop.id, now=now)
            request = desk.take(session, openid, question, now, services.zone) if desk else None
    if as_json:
        lines = [
            {"link": each.link, "title": each.title, "passage": each.passage, "coverage": each.coverage}
            for each in found
        ]
        click.echo(json.dumps({"found": lines, "request": request}, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each.link}\t{each.title}（{each.place}）\n\t{each.shut or each.passage}")
    if not found:
        click.echo(f"没有找到，已转给客户经理：#{request}。" if request else "没有找到。")


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
@click.option("--json", is_flag=True, expose_value=False, help="按 JSON 打印；不写也是。")
def report(course_id: int) -> None:
    """打印一门微课的学习情况：对象、加入、开始、学完、证书、省下的钱，和每一课。"""
    services = current_services()
    jobs.certify(services)
    jobs.file_learning(services)  # so that it knows what has just been done
    with services.reading() as session:
        now = services.clock()
        found = detail(session, course_id, now=now)
        if found is None:
            raise Refused(WORKS.unknown(course_id))
        figures = reports.to_json(
            reports.whole(session, found),
            audience=reports.audience(session, found, services.criteria, now=now),
            saved_yuan=reports.saved_yuan(session, course_id),
        )
    click.echo(json.dumps(figures, ensure_ascii=False))


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
def recount(course_id: int) -> None:
    """从每个学的人重新数一遍，把学习情况改对；列出不同之处，或“一致”。"""
    services = current_services()
    with services.transaction() as session:
        differences = filing.recount(session, course_id)
    for key, (kept, counted) in differences.items():
        click.echo("\t".join([*map(str, key), f"原为 {kept}", f"改为 {counted}"]))
    if not differences:
        click.echo("一致")
