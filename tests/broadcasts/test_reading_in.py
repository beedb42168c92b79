"""Articles from Word, Markdown and web pages: what is kept, what goes with a sentence at its block, what is refused."""

import base64
import io
import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from blocks import blocks, pasted, rendering, word_document
from blocks.blocks import PictureBlock, TextBlock
from broadcasts import jobs
from broadcasts.actions import documents
from broadcasts.queries import articles as queries
from broadcasts.queries import columns
from broadcasts.rules import article as articles
from broadcasts.rules import limits
from console import tasks
from console.jobs import work as work_on
from foundation.errors import Refused
from tests.broadcasts.conftest import LAW, Library, draft
from tests.documents import illustrated
from tests.office import Office
from tests.pictures import png, written
from wechat_bot.client import foreign_pictures
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.downloads import Guard

HERE = "https://img.example.com/a.png"


@pytest.mark.on_sqlite
def test_wechats_limits_are_said_at_the_block_or_the_field_while_it_is_typed(library: Library) -> None:
    long = [{"kind": "text", "text": "字" * 10_000}, {"kind": "text", "text": "字" * 10_001}]
    written = draft(
        "题" * 65, *long, {"kind": "picture", "picture": "", "origin": HERE}, author="作" * 17, digest="摘" * 129
    )
    with library.house.look() as session:
        faults = queries.check(session, written, lambda link: True).faults
    assert [(each.field or each.block, each.sentence) for each in faults] == [
        ("title", "标题有 65 字，微信最多 32 字。"),
        ("author", "作者有 17 字，微信最多 16 字。"),
        ("digest", "摘要有 129 字，微信最多 128 字。"),
        (2, "这张图片还在从原来的网站取，取到以前不能发布。"),
        (1, faults[-1].sentence),
    ]
    assert "写到这一块就超过微信的长度了" in faults[-1].sentence
    one = articles.read(draft("题", "字" * 20_001))
    assert [each.block for each in one.faults] == [0]  # … and a single one of 20,001 characters
    whole = articles.read(draft("题", "字" * (limits.CONTENT - 1 - len(rendering.wechat((TextBlock(""),))))))
    assert not limits.faults(whole, {}, {}, lambda link: True)


def test_a_word_document_becomes_a_draft_with_its_pictures_by_a_task(library: Library) -> None:
    services, owner = library.house.services, Office(library.house).user("liu", "marketing", name="刘敏")
    content = illustrated(*[f"第{number}页" + "说明" * 50 for number in range(200)], pictures=40)
    path = tasks.new_file(services.files_folder, ".upload")
    path.write_bytes(content)
    with services.transaction() as session:
        params = {"file": path.name, "name": "证.docx", "column": columns.named(session, LAW)}
        tasks.ask(session, documents.READ, "读入", params, owner_id=owner, now=services.clock())
    work_on(services, jobs.TASKS)
    with library.house.look() as session:
        (line,) = queries.page(session, limit=5).lines
        found = queries.find(session, line.id)
    assert found is not None and (line.title, line.changed_by) == ("证件管理", "刘敏")
    kinds = [each["kind"] for each in found.draft["blocks"]]
    assert kinds.count("picture") == 40 and kinds.count("table") == 1 and kinds.count("text") == 200
    # … which is more than WeChat takes in one article: it says where to part it.
    with library.house.look() as session:
        (fault,) = queries.check(session, found.draft, lambda link: True).faults
    assert fault.block is not None and "请删短，或分成几篇" in fault.sentence


@pytest.mark.on_sqlite
def test_macros_are_ignored_and_a_picture_that_cannot_be_read_goes_with_a_sentence() -> None:
    content = io.BytesIO(illustrated("看", pictures=2))
    with zipfile.ZipFile(content, "a") as target:
        target.writestr("word/vbaProject.bin", b"macro")
    read = word_document.read(content.getvalue())
    broken = {**read.pictures, "part:2": b"\x01\0\0\0 an EMF"}
    prepared = documents.prepare(read.document, broken)
    assert list(prepared.pictures) == ["part:1"] and "这个文件不是照片" in prepared.refused["part:2"]


def test_the_command_publishes_a_markdown_file_with_the_pictures_beside_it(library: Library, tmp_path) -> None:
    (tmp_path / "门 头.webp").write_bytes(written("WEBP", Image.new("RGB", (1200, 900))))
    file = tmp_path / "article.md"
    file.write_text(
        "# 看好有效期\n\n先看**日期**。\n\n![门头](<门 头.webp>)\n\n![没有](../secret.png)\n", encoding="utf-8"
    )
    done = library.house.flask("broadcasts", "article", str(file), "--column", LAW)
    assert done.exit_code == 0, done.output
    note, printed = done.output.splitlines()
    assert note == "第 2 块：去掉了一张图片：文件旁边没有 ../secret.png。"
    found = library.find(int(printed))
    assert (found.title, found.version, found.changed_by, found.column.name) == ("看好有效期", 1, "命令行", LAW)
    assert [each["kind"] for each in found.draft["blocks"]] == ["text", "picture"]
    assert found.draft["blocks"][1]["words"] == "门头"


@pytest.mark.on_sqlite
def test_the_command_keeps_nothing_of_an_article_that_cannot_be_published(library: Library, tmp_path) -> None:
    file = tmp_path / "article.md"
    file.write_text(f"# {'题' * 40}\n\n好\n", encoding="utf-8")
    done = library.house.flask("broadcasts", "article", str(file), "--column", LAW)
    assert done.exit_code == 1 and "标题有 40 字，微信最多 32 字。" in done.output
    done = library.house.flask("broadcasts", "article", str(file), "--column", "没有的", "--draft")
    assert done.exit_code == 1 and "没有栏目“没有的”。现在有：货源策略、" in done.output
    done = library.house.flask("broadcasts", "article", str(file), "--column", LAW, "--by", "nobody")
    assert done.exit_code == 1
    with library.house.look() as session:
        assert not queries.page(session, limit=5).lines


@pytest.mark.on_sqlite
def test_html_in_markdown_is_kept_out_and_each_piece_of_it_is_said(library: Library, tmp_path) -> None:
    file = tmp_path / "article.md"
    pieces = (
        "# 看证",
        "先<b>看</b><br>证",
        "<svg onload=alert(1)><circle/></svg>",
        "[点](javascript:alert(1))",
        "<p style='position:fixed'>后看</p>",
        "[答](survey:1)",
    )
    file.write_text("\n\n".join(pieces), encoding="utf-8")
    done = library.house.flask("broadcasts", "article", str(file), "--column", LAW)
    assert done.exit_code == 0, done.output
    found = library.find(1).draft["blocks"]
    assert [each["text"] for each in found] == ["先**看**\n证", "点", "后看", "答"]
    link = "去掉了一个不能用的链接"
    assert all(
        said in done.stderr for said in ("去掉了矢量图（SVG）", f"第 2 块：{link}", "固定位置", f"第 4 块：{link}")
    )
    file.write_text("# 看证\n\n![远](https://127.0.0.1/x.png)\n", encoding="utf-8")
    done = library.house.flask("broadcasts", "article", str(file), "--column", LAW)
    assert done.exit_code == 1
    assert "图片 https://127.0.0.1/x.png 取不下来，原来的网站没有给。" in done.output


def test_a_picture_on_another_site_is_fetched_by_the_clock_and_stands_in_the_draft(library: Library) -> None:
    article_id = library.write("看", {"kind": "picture", "picture": "", "origin": HERE, "words": "门头"})
    with pytest.raises(Refused, match="还在从原来的网站取"):
        library.publish(article_id)
    asked: list[str] = []

    def answer(address: str) -> bytes:
        asked.append(address)
        if len(asked) == 1:
            raise SendError("not now", act=Act.RETRY)
        return png(9)

    services = replace(library.house.services, fetch_picture=answer)
    jobs.fetch_pictures(services)
    jobs.fetch_pictures(services)
    assert asked == [HERE]
    library.house.later(minutes=10)
    jobs.fetch_pictures(services)
    jobs.fetch_pictures(services)
    assert asked == [HERE, HERE]
    block = library.find(article_id).draft["blocks"][0]
    assert block["kind"] == "picture" and len(block["picture"]) == 64 and "origin" not in block
    library.house.later(days=5)
    library.house.tick()
    assert library.publish(article_id) == 1


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>", "这张图片取不到：这个文件不是照片"),
        (SendError("ours", act=Act.NO), "这张图片取不到：原来的网站没有给。"),
    ],
)
def test_one_that_cannot_be_had_says_why_at_its_block(library: Library, answer: bytes | SendError, said: str) -> None:
    article_id = library.write("看", {"kind": "picture", "picture": "", "origin": HERE})

    def fetch(address: str) -> bytes:
        if isinstance(answer, SendError):
            raise answer
        return answer

    jobs.fetch_pictures(replace(library.house.services, fetch_picture=fetch))
    with library.house.look() as session:
        (fault,) = queries.check(session, library.find(article_id).draft, lambda link: True).faults
    assert fault.block == 0 and fault.sentence.startswith(said)


@pytest.mark.parametrize("address", ["https://10.0.0.1/a.png", "https://127.1/a.png", "https://[::1]/a.png"])
def test_no_picture_is_fetched_from_a_network_of_our_own(address: str) -> None:
    with pytest.raises(SendError, match="a network of our own"):
        foreign_pictures.fetch(address)
    # … nor where the name of a public host leads there.
    leads_back = Guard("picture", "image/*", resolve=lambda *_, **__: [(2, 1, 6, "", ("192.168.0.7", 443))])
    with pytest.raises(SendError, match="a network of our own"):
        foreign_pictures.fetch("https://img.example.com/a.png", leads_back)
    assert not blocks.read([{"kind": "picture", "picture": "", "origin": address}]).blocks


def test_what_was_pasted_with_pictures_inside_is_put_on_the_shelf(library: Library) -> None:
    data = base64.b64encode(png(3)).decode()
    html = f'<p>一</p><img src="data:image/png;base64,{data}"><img src="file:///c:/2.png"><img src="{HERE}" alt="远">'
    prepared = documents.prepare(pasted.read(html), {})
    services = library.house.services
    with services.transaction() as session:
        found = documents.take_in(session, services.media_folder, prepared, now=services.clock())
    first, second = (each for each in found.blocks if isinstance(each, PictureBlock))
    assert len(first.picture) == 64 and second == PictureBlock("", "远", HERE)
    assert [str(each) for each in found.notes] == [
        "第 2 块：去掉了一张图片：它不在剪贴板里。请上传 .docx 文件，或单独加这张图片。",
        "第 3 块：这张图片在别的网站，正在取到我们这里，取到以前不能发布。",
    ]
