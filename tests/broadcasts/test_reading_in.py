"""Articles from Word, Markdown and web pages: what is kept, what goes with a sentence at its block, what is refused."""

import base64
import contextlib
import io
import time
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from broadcasts import jobs
from broadcasts.actions import documents
from broadcasts.queries import articles as queries
from broadcasts.queries import columns
from broadcasts.rules import article as articles
from broadcasts.rules import blocks, limits, markdown, pasted, rendering, word_document
from broadcasts.rules.blocks import ListBlock, ListItem, PictureBlock, QuoteBlock, TableBlock, TextBlock
from console import tasks
from console.jobs import work as work_on
from foundation.errors import Refused
from tests.broadcasts.conftest import LAW, Library, draft
from tests.documents import document, paragraph, table
from tests.office import Office
from tests.pictures import png, written
from wechat_bot.client import foreign_pictures
from wechat_bot.client.codes import Act, SendError
from wechat_bot.client.downloads import Guard

HERE = "https://img.example.com/a.png"


def test_what_is_pasted_goes_through_the_sanitiser_and_says_at_its_block_what_went() -> None:
    read = pasted.read(
        "<h1>看证</h1><p>一<svg onload=alert(1)><text>x</text></svg></p>"
        '<p>二<a href="javascript:alert(1)">点</a></p>'
        '<p style="position:fixed;top:0">三</p>'
        '<p onclick="alert(1)">四<script>alert(1)</script></p>'
        '<iframe src="https://a.com/x">里</iframe><p>五<var>svg</var></p>'
    )
    assert read.title == "看证"
    assert [each.text for each in read.blocks if isinstance(each, TextBlock)] == ["一", "二点", "三", "四", "五svg"]
    assert [str(each) for each in read.notes] == [
        "第 1 块：去掉了矢量图（SVG），微信不收。请截成图片再放。",
        "第 2 块：去掉了一个不能用的链接，它的文字还在。链接要以 https:// 开头。",
        "第 3 块：去掉了固定位置的格式，文字还在。",
        "第 4 块：去掉了脚本，微信和我们的页面都不运行它。",
        "第 5 块：去掉了嵌在里面的网页，微信不收。可以放一个按钮或写上网址。",
    ]
    html = rendering.wechat(read.blocks)
    assert not any(each in html for each in ("svg onload", "javascript", "position", "iframe", "<script"))


def test_a_page_keeps_its_lists_tables_quotations_and_links() -> None:
    read = pasted.read(
        "<div><h2>怎么办</h2><ol><li>看<b>日期</b><ul><li>年<ul><li>月</li></ul></li></ul></li><li><p>打电话</p></li></ol>"
        "<blockquote><p>第五十条</p><p>——《行政许可法》</p></blockquote>"
        "<table><tr><th>年</th><th>月</th></tr><tr><td rowspan=2>2027</td><td>1</td></tr>"
        "<tr><td>2<br>3</td></tr></table>"
        '<table><tr><td><p>框</p></td></tr></table><p>见<a href="http://a.com/x">全文</a></p><hr></div>'
    )
    assert read.blocks == (
        ListBlock((ListItem("看**日期**", ("年", "月")), ListItem("打电话")), numbered=True),
        QuoteBlock("第五十条", "《行政许可法》"),
        TableBlock((("年", "月"), ("2027", "1"), ("", "2\n3")), has_head=True),
        TextBlock("框"),
        TextBlock("见[全文](https://a.com/x)"),
    )
    assert read.title == "怎么办" and not read.notes


def test_cells_that_reach_over_many_others_keep_nobody_waiting() -> None:
    began = time.monotonic()
    (made,) = pasted.read("<table>" + ("<tr>" + "<td colspan=12 rowspan=200>x</td>" * 2 + "</tr>") * 200).blocks
    assert isinstance(made, TableBlock) and len(made.rows[0]) == 12
    assert time.monotonic() - began < 2


TAGS = [
    *("p", "div", "h1", "h3", "ul", "ol", "li", "table", "tr", "td", "th", "blockquote", "a", "b", "img", "br", "hr"),
    *("svg", "script", "var", "figure", "figcaption", "pre", "iframe"),
]
GIVEN = ("", ' href="https://a.com/x"', ' href="javascript:1"', f' src="{HERE}" alt="图[1]**"', " colspan=3 rowspan=2")
OPENED = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(GIVEN))
CLOSED = st.sampled_from(TAGS).map("</{}>".format)
WORDS = st.sampled_from(["看证", " 有效期 ", "**粗**", "[x](https://a.com)", "—— 许可法", "\n", "&lt;b&gt;", "<"])


@given(st.lists(OPENED | CLOSED | WORDS, max_size=40))
def test_whatever_is_pasted_is_read_into_blocks_that_can_be_saved(pieces: list[str]) -> None:
    read = pasted.read("".join(pieces))
    again = blocks.read(blocks.to_json(read.blocks))
    assert again.blocks == read.blocks and not again.faults
    assert all(each.block is None or each.block < max(len(read.blocks), 1) for each in read.notes)
    assert "<script" not in rendering.wechat(read.blocks)


@pytest.mark.parametrize(
    ("html", "said"),
    [("<div>" * 600 + "x", "一层套一层"), ("x" * (3 << 20), "太多了"), ("<p>x" * 3000, "里面超过 2,000 段")],
)
def test_what_would_keep_the_server_busy_is_refused_at_once(html: str, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(Refused, match=said):
        pasted.read(html)
    assert time.monotonic() - began < 2


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
    content = word(*[f"第{number}页" + "说明" * 50 for number in range(200)], pictures=40)
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


def word(*paragraphs: str, pictures: int = 0, parts: Mapping[str, str] = {}) -> bytes:
    """A document with a title, a table, paragraphs and pictures."""
    shown = (
        '<w:p><w:r><w:drawing xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:p="http://schemas.openxmlformats.org/drawingml/2006/picture"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><wp:inline><a:graphic>'
        '<a:graphicData><p:pic><p:blipFill><a:blip r:embed="p{0}"/></p:blipFill></p:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )
    body = [paragraph("证件管理", style="Heading1"), table(["年", "月"], ["2027", "1"]), *paragraphs]
    made = document(*body, *(shown.format(number) for number in range(pictures)), parts=parts)
    out, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(made))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "word/_rels/document.xml.rels":
                rows = "".join(
                    f'<Relationship Id="p{number}" Type="{kind}" Target="media/{number}.png"/>'
                    for number in range(pictures)
                )
                text = text.replace(b"</Relationships>", rows.encode() + b"</Relationships>")
            target.writestr(name, text)
        for number in range(pictures):
            target.writestr(f"word/media/{number}.png", png(number))
    return out.getvalue()


@pytest.mark.on_sqlite
def test_macros_are_ignored_and_a_picture_that_cannot_be_read_goes_with_a_sentence() -> None:
    content = io.BytesIO(word("看", pictures=2))
    with zipfile.ZipFile(content, "a") as target:
        target.writestr("word/vbaProject.bin", b"macro")
    read = word_document.read(content.getvalue())
    broken = {**read.pictures, "part:2": b"\x01\0\0\0 an EMF"}
    prepared = documents.prepare(read.document, broken)
    assert list(prepared.pictures) == ["part:1"] and "这个文件不是照片" in prepared.refused["part:2"]


OPEN = "".join(f"<b id=b{number}>" for number in range(400))


@pytest.mark.parametrize(
    "html",
    [
        # A formatting left open is begun again in each paragraph behind it; what seems to end it ends nothing.
        f"<p>{OPEN}</p>" + "<p>一" * 1_900,
        f"<p>{OPEN}<!--{'</b>' * 400}--></p>" + "<p>一" * 1_900,
        f"<p>{OPEN}<table><tr><td>{'</b>' * 400}</table>" + "<p>一" * 1_900,
        # In front of each row of a table, too.
        f"<p>{OPEN}<table>" + "一<tr></tr>" * 1_900,
        "<div><!--</div>-->" * 30_000,
        # Tags that never end are looked for to the end of the text each time.
        "</var " * 60_000,
        "<![if gte mso 9]>一<![endif]><![" * 5_000,
    ],
)
def test_pasted_text_made_to_be_slow_is_not(html: str) -> None:
    began = time.thread_time()
    with contextlib.suppress(Refused):
        pasted.read(html)
    assert time.thread_time() - began < 1.5


def test_a_zip_bomb_of_a_gigabyte_is_refused_within_five_seconds() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("看"))) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.compresslevel = 1
        for each in source.namelist():
            target.writestr(each, source.read(each))
        with target.open("word/media/0.png", "w", force_zip64=True) as part:
            for _ in range(64):
                part.write(bytes(16 << 20))
    began = time.monotonic()
    with pytest.raises(Refused, match="文档太大：展开后有 1,024 MB"):
        word_document.read(out.getvalue())
    assert time.monotonic() - began < 5


def test_entities_and_other_files_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    # Parsed as XML, too, under a name that does not say so.
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = f'<Relationship Id="a" Type="{kinds}/officeDocument" Target="word/a.bin"/>'
    related = f'<Relationships xmlns="{parts}">{main}</Relationships>'
    hidden = {"_rels/.rels": related, "word/a.bin": laughs}
    old = b"\xd0\xcf\x11\xe0 an old one"
    for content in (word("看", parts={"word/styles.xml": laughs}), word("看", parts=hidden), b"%PDF-1.7", old):
        with pytest.raises(Refused):
            word_document.read(content)


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


def test_markdown_longer_than_an_article_is_refused_but_for_its_pictures() -> None:
    with pytest.raises(Refused, match="请分成几篇"):
        markdown.read("![" * 70_000)
    assert len(markdown.read(f"一\n\n![](data:image/png;base64,{'A' * 200_000})").blocks) == 2


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
