"""Renderer of articles: WeChat's article, our page inside WeChat, the chat's text, and passages for the search.

Styles are written while rendering. WeChat keeps no style sheet, no class and no attribute of size, takes pictures from
its own store only, and leads to no other site: so every element carries its style, pictures are `picture:SHA256` until
they are sent, and links become numbers with their addresses below the text. Our own page gets the same elements in the
same order without the styles, for its style sheet gives larger type and a night theme, and with links that lead on.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape as escaped

from blocks import inline, texts
from blocks.blocks import (
    Block,
    ButtonBlock,
    HeadingBlock,
    LineBlock,
    ListBlock,
    PictureBlock,
    QuoteBlock,
    TableBlock,
    TextBlock,
    VideoBlock,
    words,
)
from foundation.text import cut, shortened

#: Characters of the summary that WeChat makes where none is given.
DIGEST_MADE = 54
#: Characters of a passage for the search.
LONGEST_PASSAGE = 400
PICTURE = "picture:"
_PLACEHOLDER = re.compile(r'(<img src=")picture:([0-9a-f]{64})(")')
_WECHAT = "https://mp.weixin.qq.com/"
#: Short ones: they count towards WeChat's 20,000 characters.
_STYLES = {
    "section": "line-height:1.75",
    "h2": "margin:1.2em 0 .6em;font-size:20px;line-height:1.4",
    "h3": "margin:1em 0 .5em;font-size:18px;line-height:1.4",
    "p": "margin:1em 0",
    "img": "max-width:100%;height:auto",
    "small": "margin:1em 0;font-size:14px;opacity:.75",
    "ul": "margin:1em 0;padding-left:1.5em",
    "lower": "margin:-.5em 0 1em 1.5em;padding-left:1.5em",
    "blockquote": "margin:1em 0;padding:8px 12px;border-left:3px solid #05683a",
    "source": "font-size:14px;opacity:.75",
    "table": "width:100%;margin:1em 0;border-collapse:collapse",
    "cell": "padding:6px;border:1px solid #999;text-align:left",
    "hr": "margin:1.5em 0;border:0;border-top:1px solid #999",
}


def wechat(blocks: tuple[Block, ...]) -> str:
    """HTML of WeChat's article, as `draft/add` takes it but for the addresses of its pictures.

    >>> wechat((TextBlock("先看**有效期**<b>"),))
    '<section style="line-height:1.75"><p style="margin:1em 0">先看<strong>有效期</strong>&lt;b&gt;</p></section>'
    """
    return _WeChat().whole(blocks)


def previewed(content: str, picture: Callable[[str], str]) -> str:
    """The very bytes of WeChat's article, with these addresses in place of its pictures; the text is not touched.

    >>> previewed('<p><img src="picture:' + "a" * 64 + '" alt=""></p>', "/p/{:.3}".format)
    '<p><img src="/p/aaa" alt=""></p>'
    """
    return _PLACEHOLDER.sub(lambda found: f"{found[1]}{escaped(picture(found[2]))}{found[3]}", content)


def page(blocks: tuple[Block, ...], picture: Callable[[str], str], link: Callable[[str], str]) -> str:
    """HTML of our own page inside WeChat: `link` gives the address of a topic such as `survey:12`, or an empty text
    where it leads nowhere any more.

    >>> page((ButtonBlock("填写调查", "survey:12"),), str, lambda link: f"/m/{link}")
    '<section><p><a class="weui-btn weui-btn_primary" href="/m/survey:12">填写调查</a></p></section>'
    """
    return _Page(picture, link).whole(blocks)


def chat(title: str, blocks: tuple[Block, ...], *, address: str = "", most: int) -> str:
    """Text of an article in the chat, of at most so many bytes; `address` is where all of it can be read.

    >>> print(chat("看有效期", (TextBlock("许可证上印着**有效期**。"),), most=2047))
    《看有效期》
    许可证上印着有效期。
    >>> chat("看", (TextBlock("一二三四五六七八九十"),), address="https://a.cn", most=50)
    '《看》\\n一二三四五…\\n全文：https://a.cn'
    """
    end = f"\n{texts.READ_FULL.format(address=address)}" if address else ""
    whole = f"《{title}》\n{chat_text(blocks)}".rstrip("\n")
    if len((whole + end).encode()) <= most:
        return whole + end
    left = most - len(f"…{end}".encode())
    return f"{cut(whole, left)[0]}…{end}" if left > 0 else cut(whole, most)[0]


def chat_text(blocks: tuple[Block, ...]) -> str:
    """Text of blocks in the chat, whole: a table row by row, without what only a page can show.

    >>> from blocks.blocks import ListItem
    >>> chat_text((TextBlock("先看**证**。"), ListBlock((ListItem("日期"),))))
    '先看证。\\n· 日期'
    """
    return "\n".join(line for block in blocks for line in _chat_lines(block))


def passages(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """Passages by which an article is found beside its title: what stands below each heading with the heading, in
    pieces that can be shown. At least one, which may be empty.

    >>> passages((TextBlock("先看。"), HeadingBlock("怎么办"), TextBlock("打电话。"), TextBlock("带身份证。")))
    ('先看。', '怎么办\\n打电话。\\n带身份证。')
    >>> passages((TableBlock((("品名", "", "价"), ("红狼", "盒", "12"))),))
    ('品名，价\\n红狼，盒，12',)
    """
    found: list[str] = []
    head, lines = "", [""]
    for block in (*blocks, HeadingBlock("")):
        if isinstance(block, HeadingBlock):
            found += _cut_up(head, [line for line in lines if line])
            head, lines = block.text, []
        else:
            lines += _chat_lines(block) if isinstance(block, TableBlock) else words(block).split("\n")
    return tuple(found) or ("",)


def digest(given: str, blocks: tuple[Block, ...]) -> str:
    """Summary of an article: what its author wrote, else the first characters of its sentences, as WeChat would make
    it. What stands in a table, on a button or under a picture is no sentence.

    >>> digest("", (HeadingBlock("一"), TextBlock("二" * 60))) == "一 " + "二" * 52
    True
    >>> digest("", (TextBlock("看价目。"), TableBlock((("品名", "价"), ("红狼", "12"))), TextBlock("有问题请问。")))
    '看价目。 有问题请问。'
    """
    if given:
        return given
    said = [words(block) for block in blocks if isinstance(block, (HeadingBlock, TextBlock, ListBlock, QuoteBlock))]
    return " ".join(" ".join(said).split())[:DIGEST_MADE]


def minutes(blocks: tuple[Block, ...]) -> int:
    """Minutes that somebody over fifty takes to read blocks, at least one.

    >>> minutes((TextBlock("字" * 500),)), minutes(())
    (2, 1)
    """
    return max(1, round(sum(len(words(block)) for block in blocks) / 250))


def escape(text: str) -> str:
    """A text in HTML; one that looks like a picture's address is none.

    >>> escape("a<b"), escape("picture:00")
    ('a&lt;b', 'picture&#58;00')
    """
    return escaped(text).replace(PICTURE, PICTURE.replace(":", "&#58;"))


def _cut_up(head: str, lines: list[str]) -> Iterator[str]:
    kept = head
    for line in lines:
        for part in cut(line, LONGEST_PASSAGE * 3):
            if len(kept) + len(part) > LONGEST_PASSAGE and kept != head:
                yield kept
                kept = head
            kept = f"{kept}\n{part}" if kept else part
    if kept:
        yield kept


def _chat_lines(block: Block) -> list[str]:
    match block:
        case HeadingBlock():
            return ["", block.text]
        case ListBlock():
            return [
                line
                for number, item in enumerate(block.items, 1)
                for line in (
                    f"{number}. {inline.plain(item.text)}" if block.numbered else f"· {inline.plain(item.text)}",
                    *(f"  – {inline.plain(each)}" for each in item.items),
                )
            ]
        case PictureBlock() | LineBlock() | ButtonBlock():
            return []
        case TableBlock():
            return ["，".join(inline.plain(cell) for cell in row if cell) for row in block.rows]
        case VideoBlock():
            return [f"{texts.video(block.title)} {block.url}"]
        case QuoteBlock():
            return [f"“{inline.plain(block.text)}”", *([f"——{block.source}"] if block.source else [])]
        case TextBlock():
            return [inline.plain(block.text)]


@dataclass
class _Way(ABC):
    """Way of writing an article's elements: what is common to WeChat's article and our own page."""

    has_styles = False

    def whole(self, blocks: tuple[Block, ...]) -> str:
        inside = [each for block in blocks for each in self.block(block)]
        return self.element("section", "".join([*inside, *self.below()]))

    def below(self) -> Iterator[str]:
        yield from ()

    def block(self, block: Block) -> Iterator[str]:
        match block:
            case HeadingBlock():
                name = "h2" if block.level == 1 else "h3"
                yield self.element(name, escape(block.text))
            case TextBlock():
                yield self.element("p", self.text(block.text))
            case PictureBlock():
                yield from self.pictured(block)
            case ListBlock():
                yield from self.listed(block)
            case QuoteBlock():
                source = f"<br>{self.element('span', escape(block.source), 'source')}" if block.source else ""
                yield self.element("blockquote", self.text(block.text) + source)
            case TableBlock():
                yield self.table(block)
            case VideoBlock():
                yield self.video(block)
            case ButtonBlock():
                yield self.button(block)
            case LineBlock():
                yield f"<hr{self.style('hr')}>"

    def element(self, name: str, inside: str, style: str = "", more: str = "") -> str:
        return f"<{name}{more}{self.style(style or name)}>{inside}</{name}>"

    def style(self, name: str) -> str:
        return f' style="{_STYLES[name]}"' if self.has_styles and name in _STYLES else ""

    def text(self, text: str) -> str:
        return "".join(map(self.span, inline.spans(text)))

    def span(self, span: inline.Stretch) -> str:
        inside = escape(span.text).replace("\n", "<br>")
        inside = f"<strong>{inside}</strong>" if span.is_bold else inside
        return self.link(inside, span.address) if span.address else inside

    def listed(self, block: ListBlock) -> Iterator[str]:
        """WeChat flattens a list within an item: the lower list stands beside the upper one, which goes on behind."""
        name, run, begun = "ol" if block.numbered else "ul", "", 1
        for number, item in enumerate(block.items, 1):
            run += f"<li>{self.text(item.text)}</li>"
            if item.items or number == len(block.items):
                more = f' start="{begun}"' if begun > 1 and block.numbered else ""
                yield self.element(name, run, "ul", more)
                run, begun = "", number + 1
            if item.items:
                yield self.element("ul", "".join(f"<li>{self.text(each)}</li>" for each in item.items), "lower")

    def table(self, block: TableBlock) -> str:
        rows = []
        for number, row in enumerate(block.rows):
            name = "th" if block.has_head and number == 0 else "td"
            rows.append("".join(self.element(name, self.text(cell), "cell") for cell in row))
        return self.element("table", "<tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody>")

    def pictured(self, block: PictureBlock) -> Iterator[str]:
        if block.picture:
            alt = escape(inline.plain(block.words))
            yield self.element(
                "p", f'<img src="{escaped(self.picture(block.picture))}" alt="{alt}"{self.style("img")}>'
            )
        if block.words:
            yield self.element("p", self.text(block.words), "small")

    @abstractmethod
    def picture(self, sha256: str) -> str:
        """Return the address of a picture."""

    @abstractmethod
    def link(self, inside: str, address: str) -> str:
        """Return words that lead to an address."""

    @abstractmethod
    def video(self, block: VideoBlock) -> str:
        """Return a video."""

    @abstractmethod
    def button(self, block: ButtonBlock) -> str:
        """Return a button."""


@dataclass
class _WeChat(_Way):
    """WeChat's article."""

    has_styles = True
    addresses: list[str] = field(default_factory=list)

    def picture(self, sha256: str) -> str:
        return PICTURE + sha256

    def link(self, inside: str, address: str) -> str:
        if address.startswith(_WECHAT):
            return f'<a href="{escape(address)}">{inside}</a>'
        if address not in self.addresses:
            self.addresses.append(address)
        return f"{inside}<sup>[{self.addresses.index(address) + 1}]</sup>"

    def video(self, block: VideoBlock) -> str:
        return self.element("p", self.link(escape(texts.video(block.title)), block.url))

    def button(self, block: ButtonBlock) -> str:
        return self.element("p", f"<strong>{escape(texts.button(block.words))}</strong>")

    def below(self) -> Iterator[str]:
        if self.addresses:
            listed = (f"[{number}] {escape(address)}" for number, address in enumerate(self.addresses, 1))
            yield self.element("p", "<br>".join([texts.ADDRESSES, *listed]), "small")


@dataclass
class _Page(_Way):
    """Our own page."""

    address_of: Callable[[str], str]
    leads_to: Callable[[str], str]

    def picture(self, sha256: str) -> str:
        return self.address_of(sha256)

    def link(self, inside: str, address: str) -> str:
        return f'<a href="{escape(address)}" rel="noopener noreferrer">{inside}</a>'

    def video(self, block: VideoBlock) -> str:
        return self.element("p", self.link(escape(texts.video(block.title)), block.url))

    def button(self, block: ButtonBlock) -> str:
        address = block.link if inline.is_address(block.link) else self.leads_to(block.link)
        if not address:
            return ""
        said = escape(shortened(block.words, 20))
        return f'<p><a class="weui-btn weui-btn_primary" href="{escape(address)}">{said}</a></p>'
