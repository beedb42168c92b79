"""Commands of the library: publish an article that was written in a file."""

from pathlib import Path
from urllib.parse import unquote

import click
from flask import current_app
from flask.cli import with_appcontext

from blocks import markdown, word_document
from blocks.building import ReadDocument
from broadcasts.actions import articles, documents
from broadcasts.permissions import LIBRARY_WRITE
from broadcasts.queries import columns, link_titles
from broadcasts.rules import taken_in
from campaigns.authors import author
from console.audit import TERMINAL
from foundation.errors import Refused
from wechat_bot import pictures
from wechat_bot.client.codes import SendError
from wechat_bot.services import current_services


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", required=True, help="放进哪个栏目，例如 货源策略。")
@click.option("--by", "login", default="", metavar="USER", help="谁写的：后台的用户名。")
@click.option("--draft", "is_draft", is_flag=True, help="只存成草稿，不发布。")
@with_appcontext
def article(file: Path, column: str, login: str, is_draft: bool) -> None:
    """把一篇写好的文章（Markdown 或 .docx）放进资料库并发布，打印编号。

    第一个标题就是文章的标题；图片放在文件旁边，Markdown 里写它的文件名，网址上的会取下来。
    有一处不能发布，就什么都不存。没能照搬的地方写在 stderr。
    """
    services = current_services()
    document, contents = _read(file)
    for origin in taken_in.origins(document):
        if origin.startswith("https://"):
            try:
                contents[origin] = services.fetch_picture(origin)
            except SendError:
                raise Refused(f"图片 {origin} 取不下来，原来的网站没有给。请另存到文件旁边再写它的文件名。") from None
    prepared = documents.prepare(document, contents)
    with services.transaction() as session:
        now = services.clock()
        who = author(session, login, LIBRARY_WRITE).name if login else TERMINAL
        found = documents.take_in(session, services.media_folder, prepared, now=now)
        column_id = columns.named(session, column)
        begun = articles.begin(session, column_id, draft=documents.draft(found), who=who, now=now)
        article_id = begun.id
        if not is_draft:
            knows = link_titles.known(session, current_app.extensions["features"])
            articles.publish(session, article_id, stamp=begun.stamp, who=who, knows=knows, now=now)
    for note in found.notes:
        click.echo(str(note), err=True)
    click.echo(article_id)


def _read(file: Path) -> tuple[ReadDocument, dict[str, bytes]]:
    """What a file says, with the bytes of its pictures by their origins."""
    if file.suffix.lower() == ".docx":
        word = word_document.read(file.read_bytes())
        return word.document, dict(word.pictures)
    try:
        document = markdown.read(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("这个文件读不出来：要么是 .docx，要么是 UTF-8 编码的 Markdown。") from None
    contents = {}
    for origin in taken_in.origins(document):
        beside = file.parent / unquote(origin)
        # A file beside the article and nothing above it.
        if ":" not in origin and beside.resolve().is_relative_to(file.parent.resolve()) and beside.is_file():
            with beside.open("rb") as stream:
                contents[origin] = stream.read(pictures.LIMIT + 1)
    return document, contents
