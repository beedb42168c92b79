"""Blocks of an article: nine kinds, read from what the editor posts or the database keeps, with every fault at its
block."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from blocks import inline
from foundation.text import readable, visible

MOST_BLOCKS = 500
#: Characters: of a text, of a heading or the words of a button.
LONGEST_TEXT, LONGEST_LINE = 20_000, 100
MOST_ITEMS, MOST_ROWS, MOST_CELLS = 200, 200, 12
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: One of our topics, with what of it, where it is one of several.
_LINK = re.compile(r"[a-z][a-z_]{0,30}:[A-Za-z0-9_-]{0,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """Heading, of level 1 or 2 below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Paragraph, with inline marks."""

    text: str


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """Picture on the shelf with the words below it. `origin` is its address elsewhere while it is fetched."""

    picture: str
    words: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """Item of a list, with the items below it."""

    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListBlock:
    """List, numbered or not."""

    items: tuple[ListItem, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class QuoteBlock:
    """Quoted words, such as those of a law, and where they stand."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Table, all rows of the same length."""

    rows: tuple[tuple[str, ...], ...]
    has_head: bool = False


@dataclass(frozen=True, slots=True)
class VideoBlock:
    """Video on another page."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ButtonBlock:
    """Button that leads to one of our topics (`survey:12`) or to an address."""

    words: str
    link: str


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Line across the page."""


Block = (
    HeadingBlock | TextBlock | PictureBlock | ListBlock | QuoteBlock | TableBlock | VideoBlock | ButtonBlock | LineBlock
)
#: The kinds by their names in JSON.
KINDS: Mapping[str, type[Block]] = {
    "heading": HeadingBlock,
    "text": TextBlock,
    "picture": PictureBlock,
    "list": ListBlock,
    "quote": QuoteBlock,
    "table": TableBlock,
    "video": VideoBlock,
    "button": ButtonBlock,
    "line": LineBlock,
}
#: What people call them, in the order in which they are offered.
NAMES: Mapping[str, str] = {
    "heading": "标题",
    "text": "文字",
    "picture": "图片",
    "list": "列表",
    "quote": "引用",
    "table": "表格",
    "video": "视频链接",
    "button": "按钮",
    "line": "分隔线",
}
_KIND_OF = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class ArticleFault:
    """Fault of an article: what is wrong in one sentence, at a block (counted from 0) or, without one, at a field."""

    sentence: str
    block: int | None = None
    field: str = ""

    def __str__(self) -> str:
        return self.sentence if self.block is None else f"第 {self.block + 1} 块：{self.sentence}"


@dataclass(frozen=True, slots=True)
class ReadBlocks:
    """Blocks as they were read: those that are whole, and the faults of the others."""

    blocks: tuple[Block, ...]
    faults: tuple[ArticleFault, ...] = ()
    #: The place of each block in what was read.
    places: tuple[int, ...] = ()


class _Wrong(Exception):
    """Sentence on a block that cannot be read."""


def read(given: Any) -> ReadBlocks:
    """Read blocks from JSON; every fault is told at its block, and the others are read all the same.

    >>> read([{"kind": "heading", "text": "看一眼", "level": 1}]).blocks
    (HeadingBlock(text='看一眼', level=1),)
    >>> [str(each) for each in read([{"kind": "text", "text": "好"}, {"kind": "video", "url": "javascript:1"}]).faults]
    ['第 2 块：视频的网址要以 https:// 开头，请从浏览器的地址栏里复制。']
    """
    if not isinstance(given, list):
        return ReadBlocks((), (ArticleFault("内容读不出来，请重新打开这一页再试。"),))
    found: list[Block] = []
    places: list[int] = []
    faults: list[ArticleFault] = []
    if len(given) > MOST_BLOCKS:
        faults.append(ArticleFault(f"内容有 {len(given):,} 块，最多 {MOST_BLOCKS} 块，请分成几篇。", MOST_BLOCKS))
    for place, each in enumerate(given[:MOST_BLOCKS]):
        try:
            found.append(_block(each))
            places.append(place)
        except _Wrong as wrong:
            faults.append(ArticleFault(str(wrong), place))
    return ReadBlocks(tuple(found), tuple(faults), tuple(places))


def to_json(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """Blocks as they are stored; `read` gives the same back.

    >>> to_json((PictureBlock("a" * 64, "门头"), LineBlock()))[1]
    {'kind': 'line'}
    """
    return [_plain({"kind": _KIND_OF[type(block)]} | asdict(block)) for block in blocks]


def pictures(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """The pictures that blocks show, each once, in their order."""
    return tuple(dict.fromkeys(each.picture for each in blocks if isinstance(each, PictureBlock) and each.picture))


def called(block: Block) -> str:
    """What people call a block.

    >>> called(LineBlock())
    '分隔线'
    """
    return NAMES[_KIND_OF[type(block)]]


def words(block: Block) -> str:
    """What a block says, without marks: empty for a line, and for a picture without words.

    >>> words(ListBlock((ListItem("先看**日期**", ("年", "月")), ListItem("再看章"))))
    '先看日期\\n年\\n月\\n再看章'
    """
    match block:
        case HeadingBlock() | TextBlock():
            said = [block.text]
        case PictureBlock():
            said = [block.words]
        case ListBlock():
            said = [each for item in block.items for each in (item.text, *item.items)]
        case QuoteBlock():
            said = [block.text, block.source]
        case TableBlock():
            said = ["\t".join(row) for row in block.rows]
        case VideoBlock():
            said = [block.title]
        case ButtonBlock():
            said = [block.words]
        case LineBlock():
            said = []
    return "\n".join(inline.plain(each) for each in said if each)


def _plain(written: dict[str, Any]) -> dict[str, Any]:
    return {
        key: [
            _plain(each) if isinstance(each, dict) else list(each) if isinstance(each, tuple) else each
            for each in value
        ]
        if isinstance(value, tuple)
        else value
        for key, value in written.items()
        if not (key == "origin" and not value)
    }


def _block(given: Any) -> Block:
    kind = given.get("kind") if isinstance(given, dict) else None
    act = _READERS.get(kind) if isinstance(kind, str) else None
    if act is None:
        raise _Wrong("这一块读不出来，请删掉再写一遍。")
    return act(given)


def _text(given: Mapping[str, Any], key: str, empty: str = "", longest: int = LONGEST_LINE) -> str:
    """A text of a block; with `empty`, the sentence where nothing is written."""
    return _cleaned(given.get(key, ""), empty, longest)


def _cleaned(given: Any, empty: str, longest: int) -> str:
    if not isinstance(given, str):
        raise _Wrong("这一块读不出来，请删掉再写一遍。")
    text = visible(_CONTROL.sub("", readable(given.replace("\r\n", "\n").replace("\t", " "))))
    if empty and not visible(inline.plain(text)):
        raise _Wrong(empty)
    if len(text) > longest:
        raise _Wrong(f"这里有 {len(text):,} 字，最多 {longest:,} 字，请删短或分成几块。")
    return text


def _heading(given: Mapping[str, Any]) -> HeadingBlock:
    level = given.get("level", 1)
    text = _text(given, "text", "这个标题还没有字，请写上，或删掉这一块。")
    return HeadingBlock(" ".join(inline.plain(text).split()), level if level in (1, 2) else 1)


def _paragraph(given: Mapping[str, Any]) -> TextBlock:
    return TextBlock(_text(given, "text", "这一段还没有字，请写上，或删掉这一块。", LONGEST_TEXT))


def _picture(given: Mapping[str, Any]) -> PictureBlock:
    picture, origin = given.get("picture", ""), given.get("origin", "")
    if not (isinstance(picture, str) and isinstance(origin, str)):
        raise _Wrong("这张图片读不出来，请重新选一张。")
    if not picture and not inline.is_address(origin):
        raise _Wrong("还没有选图片，请选一张，或删掉这一块。")
    if picture and not _SHA256.fullmatch(picture):
        raise _Wrong("这张图片读不出来，请重新选一张。")
    return PictureBlock(picture, _text(given, "words"), "" if picture else origin)


def _list(given: Mapping[str, Any]) -> ListBlock:
    items = given.get("items")
    if not isinstance(items, list) or not items:
        raise _Wrong("列表里还没有内容，请写上，或删掉这一块。")
    empty = "列表里有一项还没有字，请写上，或删掉这一项。"
    found = []
    for each in items:
        below = each.get("items", []) if isinstance(each, dict) else None
        if not isinstance(below, list):
            raise _Wrong("这个列表读不出来，请删掉再写一遍。")
        lower = tuple(_cleaned(one, empty, LONGEST_TEXT) for one in below)
        found.append(ListItem(_text(each, "text", empty, LONGEST_TEXT), lower))
    if sum(1 + len(each.items) for each in found) > MOST_ITEMS:
        raise _Wrong(f"列表最多 {MOST_ITEMS} 项，请分成几个。")
    return ListBlock(tuple(found), given.get("numbered") is True)


def _quote(given: Mapping[str, Any]) -> QuoteBlock:
    return QuoteBlock(
        _text(given, "text", "引用还没有字，请写上，或删掉这一块。", LONGEST_TEXT), _text(given, "source")
    )


def _table(given: Mapping[str, Any]) -> TableBlock:
    rows = given.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _Wrong("这个表格读不出来，请删掉再写一遍。")
    width = max(map(len, rows), default=0)
    if not width or len(rows) > MOST_ROWS or width > MOST_CELLS:
        raise _Wrong(f"表格要有 1 到 {MOST_ROWS} 行、1 到 {MOST_CELLS} 列。")
    cells = [[_cleaned(each, "", LONGEST_TEXT) for each in row] + [""] * (width - len(row)) for row in rows]
    if not any(any(row) for row in cells):
        raise _Wrong("表格里还没有字，请写上，或删掉这一块。")
    return TableBlock(tuple(map(tuple, cells)), given.get("has_head") is True)


def _video(given: Mapping[str, Any]) -> VideoBlock:
    url = _text(given, "url", "视频还没有网址，请填上，或删掉这一块。", inline.LONGEST_ADDRESS)
    if not inline.is_address(url):
        raise _Wrong("视频的网址要以 https:// 开头，请从浏览器的地址栏里复制。")
    return VideoBlock(url, _text(given, "title", "视频还没有标题，请写上。"))


def _button(given: Mapping[str, Any]) -> ButtonBlock:
    link = _text(given, "link", "按钮还没有说点了去哪里，请选一个。", inline.LONGEST_ADDRESS)
    if not _LINK.fullmatch(link) and not inline.is_address(link):
        raise _Wrong("按钮的去处请从列表里选（调查、文章、联系我），或写 https:// 开头的网址。")
    return ButtonBlock(_text(given, "words", "按钮上还没有字，请写上。", 20), link)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Block]] = {
    "heading": _heading,
    "text": _paragraph,
    "picture": _picture,
    "list": _list,
    "quote": _quote,
    "table": _table,
    "video": _video,
    "button": _button,
    "line": lambda given: LineBlock(),
}
