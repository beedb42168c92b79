"""One renderer for all that show blocks: whole elements that WeChat keeps, and nothing that it strips."""

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blocks import blocks, rendering
from blocks.blocks import Block, HeadingBlock, ListBlock, ListItem, TextBlock

#: Elements and attributes that WeChat keeps in an article.
KEPT = {
    *("section", "h2", "h3", "p", "ul", "ol", "li", "blockquote", "span", "table", "tbody", "tr", "th", "td"),
    *("strong", "sup", "a", "img", "br", "hr"),
}
EMPTY = {"img", "br", "hr"}


class Strict(HTMLParser):
    """Reader of HTML that takes nothing but whole elements that WeChat keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KEPT, tag
        names = {name for name, _ in attrs}
        assert names <= {"style", "src", "alt", "href", "start"}, names
        for name, value in attrs:
            assert name != "href" or (value or "").startswith("https://mp.weixin.qq.com/")
            assert name != "src" or (value or "").startswith("picture:")
            assert name != "style" or not re.search(r"position|url\(|expression|\d+px;width", value or "")
        # A list within an item is flattened by WeChat.
        assert not (tag in ("ul", "ol", "table") and "li" in self.open)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",)) | st.sampled_from("*[]()<>&\"'\n")
ILL = ("<script>alert(1)</script>", "**粗**", "[点](https://a.com/b)", "</p><svg onload=x>", "picture:" + "a" * 64)
SAID = st.text(LETTERS, max_size=60) | st.sampled_from(ILL)
WRITTEN: st.SearchStrategy[Any] = st.one_of(
    st.fixed_dictionaries({"kind": st.just("heading"), "text": SAID, "level": st.integers(0, 3)}),
    st.fixed_dictionaries({"kind": st.just("text"), "text": SAID}),
    st.fixed_dictionaries({"kind": st.just("picture"), "picture": st.sampled_from(["a" * 64, "x", ""]), "words": SAID}),
    st.fixed_dictionaries(
        {
            "kind": st.just("list"),
            "numbered": st.booleans(),
            "items": st.lists(st.fixed_dictionaries({"text": SAID, "items": st.lists(SAID, max_size=2)}), max_size=3),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("quote"), "text": SAID, "source": SAID}),
    st.fixed_dictionaries(
        {
            "kind": st.just("table"),
            "has_head": st.booleans(),
            "rows": st.lists(st.lists(SAID, max_size=3), max_size=3),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("video"), "url": SAID, "title": SAID}),
    st.fixed_dictionaries({"kind": st.just("button"), "words": SAID, "link": SAID | st.just("survey:12")}),
    st.just({"kind": "line"}),
    st.none() | st.integers() | SAID | st.dictionaries(SAID, SAID, max_size=2),
)


@given(st.lists(WRITTEN, max_size=6))
def test_whatever_is_written_comes_out_as_whole_elements_that_wechat_keeps(written: list[Any]) -> None:
    read = blocks.read(written)
    assert len(read.blocks) + len(read.faults) == len(written)
    assert blocks.read(blocks.to_json(read.blocks)) == blocks.ReadBlocks(
        read.blocks, (), tuple(range(len(read.blocks)))
    )
    html = rendering.wechat(read.blocks)
    strict = Strict()
    strict.feed(html)
    strict.close()
    assert strict.open == []
    said = "".join(strict.text)
    for block in read.blocks:
        for line in blocks.words(block).replace("\t", "\n").split("\n"):
            assert line in said, "every word is there"
    # … and the chat's text keeps to WeChat's bytes.
    assert len(rendering.chat("题", read.blocks, address="https://a.cn/m", most=300).encode()) <= 300
    rendering.page(read.blocks, str, lambda link: "")


def bare(written: tuple[Block, ...]) -> str:
    """WeChat's article without its styles and the element around all."""
    html = re.sub(r' style="[^"]*"', "", rendering.wechat(written))
    return html.removeprefix("<section>").removesuffix("</section>")


def test_a_nested_list_comes_out_as_siblings_and_numbers_go_on() -> None:
    nested: tuple[Block, ...] = (ListBlock((ListItem("一", ("甲", "乙")), ListItem("二")), numbered=True),)
    assert bare(nested) == '<ol><li>一</li></ol><ul><li>甲</li><li>乙</li></ul><ol start="2"><li>二</li></ol>'


def test_links_become_numbers_in_wechat_and_lead_on_from_our_own_page() -> None:
    written = (
        TextBlock("见[全文](https://a.com/1)、[公众号](https://mp.weixin.qq.com/s/x)和[全文](https://a.com/1)。"),
    )
    assert bare(written) == (
        '<p>见全文<sup>[1]</sup>、<a href="https://mp.weixin.qq.com/s/x">公众号</a>和全文<sup>[1]</sup>。</p>'
        "<p>文中的网址<br>[1] https://a.com/1</p>"
    )
    assert '<a href="https://a.com/1" rel="noopener noreferrer">全文</a>' in rendering.page(written, str, str)


def test_our_own_page_has_the_same_elements_without_styles() -> None:
    written = (HeadingBlock("看证"), TextBlock("先**看**。"), ListBlock((ListItem("一", ("甲",)),)))
    page = rendering.page(written, str, str)
    assert page == f"<section>{bare(written)}</section>" and "style" not in page
