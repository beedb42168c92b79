"""Blocks from Word, Markdown and web pages: what is kept, what goes with a sentence at its block, what is refused."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import blocks, markdown, notation, pasted, rendering, word_document
from blocks.blocks import ListBlock, ListItem, PictureBlock, QuoteBlock, TableBlock, TextBlock
from foundation.errors import Refused
from tests.documents import illustrated

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
    began = time.thread_time()
    (made,) = pasted.read("<table>" + ("<tr>" + "<td colspan=12 rowspan=200>x</td>" * 2 + "</tr>") * 200).blocks
    assert isinstance(made, TableBlock) and len(made.rows[0]) == 12
    assert time.thread_time() - began < 2


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
    began = time.thread_time()
    with pytest.raises(Refused, match=said):
        pasted.read(html)
    assert time.thread_time() - began < 2


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
    with (
        zipfile.ZipFile(io.BytesIO(illustrated("看"))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        target.compresslevel = 1
        for each in source.namelist():
            target.writestr(each, source.read(each))
        with target.open("word/media/0.png", "w", force_zip64=True) as part:
            for _ in range(64):
                part.write(bytes(16 << 20))
    began = time.thread_time()
    with pytest.raises(Refused, match="文档太大：展开后有 1,024 MB"):
        word_document.read(out.getvalue())
    assert time.thread_time() - began < 5


def test_entities_and_other_files_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    # Parsed as XML, too, under a name that does not say so.
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = f'<Relationship Id="a" Type="{kinds}/officeDocument" Target="word/a.bin"/>'
    related = f'<Relationships xmlns="{parts}">{main}</Relationships>'
    hidden = {"_rels/.rels": related, "word/a.bin": laughs}
    old = b"\xd0\xcf\x11\xe0 an old one"
    for content in (
        illustrated("看", parts={"word/styles.xml": laughs}),
        illustrated("看", parts=hidden),
        b"%PDF-1.7",
        old,
    ):
        with pytest.raises(Refused):
            word_document.read(content)


def test_markdown_longer_than_an_article_is_refused_but_for_its_pictures() -> None:
    with pytest.raises(Refused, match="请分成几篇"):
        markdown.read("![" * 70_000)
    assert len(markdown.read(f"一\n\n![](data:image/png;base64,{'A' * 200_000})").blocks) == 2


MARKS = st.sampled_from(["1. 一", "- 二", "# 三", "> 四", "***", "a_b_c", "`x`", "先看，", "|", "~~x~~", "====", "\\"])


@given(st.lists(OPENED | CLOSED | WORDS | MARKS, max_size=30))
def test_what_was_read_and_written_down_in_light_notation_says_the_same_again(pieces: list[str]) -> None:
    read = tuple(each for each in pasted.read("".join(pieces)).blocks if not isinstance(each, PictureBlock))
    again = markdown.read(f"# 题\n\n{notation.write(read)}").blocks
    said, said_again = ("".join("".join(map(blocks.words, those)).split()) for those in (read, again))
    assert said == said_again
