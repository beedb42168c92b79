"""One renderer: what the phone preview shows is what WeChat gets, and nothing in it that WeChat strips."""

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from broadcasts.actions import pictures, sending
from broadcasts.queries import articles as queries
from broadcasts.rules import blocks, limits, rendering
from broadcasts.rules.blocks import Block, HeadingBlock, ListBlock, ListItem, TextBlock
from tests.broadcasts.conftest import Library
from tests.pictures import png
from wechat_bot.mass import preparing
from wechat_bot.mass.source import MassContent

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
    assert limits.size(read.blocks)[0] >= len(html)


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


def test_what_the_preview_shows_is_what_wechat_gets_byte_for_byte(library: Library) -> None:
    services = library.house.services
    shown = []
    for number in range(2):
        made = pictures.prepare(png(number))
        with services.transaction() as session:
            shown.append(pictures.add(session, services.media_folder, made, now=services.clock()))
    article_id = library.published(
        "看好有效期",
        {"kind": "heading", "text": "先看", "level": 1},
        "许可证上印着**有效期**，见[全文](https://a.com/1)。",
        {"kind": "picture", "picture": shown[0], "words": "许可证 <正本>"},
        {"kind": "list", "numbered": True, "items": [{"text": "一", "items": ["甲"]}, {"text": "二"}]},
        {"kind": "table", "has_head": True, "rows": [["年", "月"], ["2027", "1"]]},
        {"kind": "quote", "text": "第五十条", "source": "《行政许可法》（2019 年修正）"},
        {"kind": "picture", "picture": shown[1], "words": ""},
        {"kind": "line"},
        {"kind": "button", "words": "填写调查", "link": "survey:1"},
        author="专卖科",
    )

    with library.house.look() as session:
        published = queries.version(session, article_id, 1)
    assert published is not None
    article = queries.drafted(published, "https://wx.example.com/m/p/x")

    preparing.get_ready(services, MassContent(article=article), sending.picture)
    (draft,) = library.house.sim.world.drafts.values()
    stored = draft.articles[0]
    places = dict(zip(shown, re.findall(r'<img src="([^"]+)"', stored["content"]), strict=True))
    assert rendering.previewed(article.content, places.__getitem__).encode() == stored["content"].encode()
    assert stored["title"] == "看好有效期" and stored["author"] == "专卖科"
    # … and the digest is what WeChat would make of it, or its author's.
    assert stored["digest"].startswith("先看 许可证上印着有效期，见全文。") and "甲 二" in stored["digest"]
