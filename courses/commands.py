"""Command line of courses: `flask courses …`."""

import click

from courses.actions import authoring
from wechat_bot.command_line import CommandGroup
from wechat_bot.services import current_services

courses = CommandGroup("courses", help="微课堂：微课、学习情况、证书、提问。")


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
def publish(course_id: int) -> None:
    """发布一门微课，对象从现在起（或从开始时间起）可以学。"""
    services = current_services()
    with services.transaction() as session:
        course = authoring.locked(session, course_id)
        published = authoring.publish(
            session, course_id, criteria=services.criteria, stamp=course.stamp, who="", now=services.clock()
        )
    click.echo(f"已发布第 {published.number} 版，新加入 {published.enrolled} 家店。")


@courses.command()
@click.argument("course_id", metavar="ID", type=int)
def close(course_id: int) -> None:
    """结束一门微课：不再学，也不再放出新的一课。"""
    services = current_services()
    with services.transaction() as session:
        authoring.close(session, course_id, now=services.clock())
    click.echo("已结束。")
