"""Command of the search: what a shop, or staff, would find in the library."""

import json

import click
from flask.cli import with_appcontext

from broadcasts.queries import reading, searching
from broadcasts.queries.reading import Reader
from foundation.errors import Refused
from people import identity
from wechat_bot.services import current_services


@click.command()
@click.argument("words")
@click.option("--as", "licence", default="", metavar="许可证号", help="按这家店能看的来找；不写就是员工。")
@click.option("--json", "as_json", is_flag=True, help="只打印文章编号，最合适的在前。")
@with_appcontext
def search(words: str, licence: str, as_json: bool) -> None:
    """在资料库里找文章，最合适的在前。"""
    with current_services().reading() as session:
        if licence:
            shop = identity.shop_by_licence(session, licence)
            if shop is None:
                raise Refused(f"没有许可证号为 {licence} 的店。")
            # A shop that is not bound sees what everybody sees.
            readable = reading.readable(Reader(shop if shop.openid else None))
        else:
            readable = searching.for_staff()
        found = searching.search(session, words, readable)
    if as_json:
        click.echo(json.dumps([each.id for each in found]))
        return
    for each in found:
        click.echo(f"{each.id}\t{each.title}（{each.column}）")
        click.echo(f"\t{each.excerpt}")
    if not found:
        click.echo("没有找到。")
