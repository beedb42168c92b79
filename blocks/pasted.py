"""Pasted HTML, from Word or a web page, read into blocks: first through a kept sanitiser, then element by element.

What cannot be kept is told with a sentence at the block where it stood. Pictures are named by where they are: an
address, a data address, or a file; the caller fetches them or says why not (`rules/taken_in.py`).
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import nh3

from blocks import balanced, inline
from blocks.building import BlockBuilder, ReadDocument
from foundation.errors import Refused

#: Bytes of pasted HTML with its pictures, and of it without them.
LARGEST, LARGEST_WITHOUT = 16 << 20, 2 << 20
_INLINE_TAGS = {"strong", "b", "em", "i", "u", "s", "a", "span", "code", "sup", "sub", "font", "small", "mark"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TABLES = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"}
_TAGS = {
    *_INLINE_TAGS,
    *_HEADINGS,
    *_TABLES,
    *("p", "div", "section", "article", "main", "header", "footer", "center", "ul", "ol", "li", "dl", "dt", "dd"),
    *("blockquote", "pre", "hr", "br", "img", "figure", "figcaption", "var"),
}
#: Elements that go with all they hold, and what is said of them.
_GONE = {
    "script": "去掉了脚本，微信和我们的页面都不运行它。",
    "svg": "去掉了矢量图（SVG），微信不收。请截成图片再放。",
    "math": "去掉了公式，微信不收。请截成图片再放。",
    "iframe": "去掉了嵌在里面的网页，微信不收。可以放一个按钮或写上网址。",
    "object": "去掉了嵌入的对象，微信不收。",
    "embed": "去掉了嵌入的对象，微信不收。",
    "video": "去掉了视频，可以加一个“视频”块，写上它的网址。",
    "audio": "去掉了录音，微信不收。",
    "form": "去掉了表单，微信不收。要收集回答，请放一个去调查的按钮。",
}
_SILENTLY = {"style", "title", "noscript", "template", "head", "select", "textarea", "button"}
_UNSAFE_LINK = "去掉了一个不能用的链接，它的文字还在。链接要以 https:// 开头。"
_HANDLER = "去掉了脚本，微信和我们的页面都不运行它。"
_POSITION = "去掉了固定位置的格式，文字还在。"
_DROPPED = "dropped:"
#: Schemes that the sanitiser shows to `_attribute`, which lets none through but those of a picture and https.
_SCHEMES = {"https", "http", "data", "file", "cid", "part", "javascript", "vbscript", "mailto", "tel", "weixin"}
#: Links that only a button carries.
_SCHEMES |= {"survey", "article", "lesson", "quiz", "message"}
_DATA = re.compile(r"data:[^\"'\s>]*")
_POSITIONED = re.compile(r"position\s*:\s*(fixed|absolute|sticky)", re.IGNORECASE)


def read(html: str) -> ReadDocument:
    """Read pasted HTML. Raises Refused for what is too large or nests too deep.

    >>> found = read('<h1>看证</h1><p>先看<b>日期</b><svg onload=alert(1)></svg></p><a href="javascript:x">点</a>')
    >>> found.title, [each.text for each in found.blocks], [str(each) for each in found.notes][0]
    ('看证', ['先看**日期**', '点'], '第 1 块：去掉了矢量图（SVG），微信不收。请截成图片再放。')
    """
    if len(html) > LARGEST or length(html) > LARGEST_WITHOUT:
        raise Refused("粘贴的内容太多了，没有读。请分几次粘贴。")
    cleaned = nh3.clean(
        # Where something goes, a `var` with its name is left by which that is known.
        balanced.written(html, _GONE),
        tags=_TAGS,
        clean_content_tags={*_GONE, *_SILENTLY},
        attributes={
            "*": {"style", "onclick", "onload", "onerror", "onmouseover"},
            "a": {"href"},
            "img": {"src", "data-src", "alt"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan"},
        },
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    reader = _Reader()
    reader.feed(cleaned)
    reader.close()
    return reader.builder.finished()


def length(text: str) -> int:
    """Return the length of a text without the pictures that are written into it."""
    return len(_DATA.sub("", text))


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What becomes of an attribute: whatever is not an address we keep is but a mark that something was there."""
    if name.startswith("on"):
        return _DROPPED
    if name == "style":
        return _DROPPED if _POSITIONED.search(value) else None
    if tag == "a":
        return _address(value)
    if name in ("src", "data-src"):
        address = re.sub(r"^http://", "https://", value.strip())
        return value if value.startswith("data:image/") else address
    return value


def _address(value: str) -> str | None:
    value = re.sub(r"^http://", "https://", value.strip())
    if inline.is_address(value):
        return value
    return None if value.startswith(("#", "mailto:", "tel:")) or not value else _DROPPED


class _Reader(HTMLParser):
    """Reader of sanitised HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = BlockBuilder()
        self._mark: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        builder, given = self.builder, {name: value or "" for name, value in attrs}
        self._tell(given)
        if tag == "var":
            self._mark = []
        elif tag in ("strong", "b"):
            builder.bold += 1
        elif tag == "a":
            builder.address = given.get("href", "").removeprefix(_DROPPED)
        elif tag == "br":
            builder.say("\n", is_kept=True)
        elif tag == "hr":
            builder.line()
        elif tag == "img":
            builder.picture(given.get("src") or given.get("data-src", ""), given.get("alt", ""))
        elif tag in ("ul", "ol"):
            builder.list_begins(is_numbered=tag == "ol")
        elif tag == "table":
            builder.table_begins()
        elif tag in ("td", "th"):
            builder.cell_begins(_number(given.get("colspan")), _number(given.get("rowspan")), is_head=tag == "th")
        elif tag not in _INLINE_TAGS and tag not in _TABLES - {"caption", "tr"}:
            self._begins(tag)

    def handle_endtag(self, tag: str) -> None:
        builder = self.builder
        if tag == "var":
            said = "".join(self._mark or ()).lower()
            self._mark = None
            if said in _GONE:
                builder.tell(_GONE[said])
        elif tag in ("strong", "b"):
            builder.bold = max(builder.bold - 1, 0)
        elif tag == "a":
            builder.address = ""
        elif tag in ("ul", "ol"):
            builder.list_ends()
        elif tag == "table":
            builder.table_ends()
        elif tag in ("td", "th"):
            builder.cell_ends()
        elif tag == "blockquote":
            builder.quote_ends()
        elif tag == "figcaption":
            builder.caption_ends()
        elif tag == "pre":
            builder.paragraph()
            builder.is_pre = False
        elif tag in _HEADINGS:
            builder.heading(_HEADINGS[tag])
        elif tag not in _INLINE_TAGS and tag not in _TABLES - {"caption"}:
            builder.paragraph()

    def handle_data(self, data: str) -> None:
        if self._mark is not None:
            self._mark.append(data)
        else:
            self.builder.say(data)

    def _begins(self, tag: str) -> None:
        builder = self.builder
        builder.paragraph()
        if tag == "tr":
            builder.row_begins()
        elif tag == "li":
            builder.item_begins()
        elif tag == "blockquote":
            builder.quote_begins()
        elif tag == "pre":
            builder.is_pre = True

    def _tell(self, given: Mapping[str, str]) -> None:
        for name, value in given.items():
            if value.startswith(_DROPPED):
                self.builder.tell(_HANDLER if name.startswith("on") else _POSITION if name == "style" else _UNSAFE_LINK)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 1
