"""Form of the article's editor: a card for each block, every value the text of its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.blocks import NAMES

Fields = Mapping[str, Sequence[str]]
#: Rows and columns of a table that is begun.
_BEGUN = (("", ""), ("", ""))
Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class BlockCard:
    """Card of a block. Its code names it while the form is open: `b1`, `b2` …"""

    code: str
    kind: str
    #: Words of a heading, a text or a quote; the items of a list, one a line, those below another behind two blanks.
    text: str = ""
    level: str = "1"
    is_numbered: bool = False
    #: Picture on the shelf, by its SHA-256, and what stands below it.
    picture: str = ""
    words: str = ""
    #: Its address elsewhere, while it is fetched from there.
    origin: str = ""
    source: str = ""
    has_head: bool = True
    cells: Cells = ()
    url: str = ""
    title: str = ""
    link: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it yet."""
        written = (self.text, self.words, self.picture, self.origin, self.source, self.url, self.title, self.link)
        return self.kind != "line" and not any(written) and not any(any(row) for row in self.cells)


Cards = tuple[BlockCard, ...]


def begun(code: str, kind: str) -> BlockCard:
    """The card of a block that is just begun.

    >>> begun("b2", "table").cells
    (('', ''), ('', ''))
    """
    return BlockCard(code, kind, cells=_BEGUN if kind == "table" else ())


def read(fields: Fields) -> Cards:
    """Read the cards as they were posted, in the order of their fields; what is of no kind of ours is a text.

    >>> read({"b": ["b2", "b1"], "b2.kind": ["heading"], "b2.text": [" 怎么备货 "], "b1.kind": ["?"]})[0].text
    '怎么备货'
    >>> [card.kind for card in read({"b": ["b1", "b1", ""], "b1.kind": ["?"]})]
    ['text']
    """
    return tuple(_card(fields, code) for code in dict.fromkeys(code for code in fields.get("b", ()) if code))


def place(cards: Cards, code: str) -> int | None:
    """Where a card stands, from 0; None where it is gone."""
    return next((at for at, card in enumerate(cards) if card.code == code), None)


def changed(cards: Cards, card: BlockCard) -> Cards:
    """The cards with this one in place of the one with its code."""
    return tuple(card if each.code == card.code else each for each in cards)


def of_blocks(blocks: Iterable[Mapping[str, Any]]) -> Cards:
    """The cards that show these blocks.

    >>> [card.text for card in of_blocks([{"kind": "list", "items": [{"text": "先看", "items": ["去年"]}]}])]
    ['先看\\n  去年']
    """
    return tuple(of_block(f"b{n}", block) for n, block in enumerate(blocks, start=1))


def of_block(code: str, block: Mapping[str, Any]) -> BlockCard:
    """The card that shows a block."""
    kind = str(block.get("kind", ""))
    card = BlockCard(code, kind if kind in NAMES else "text", text=str(block.get("text", "")))
    match card.kind:
        case "heading":
            return replace(card, level=str(block.get("level", 1)))
        case "list":
            return replace(card, text=_lines(block.get("items", ())), is_numbered=bool(block.get("numbered")))
        case "quote":
            return replace(card, source=str(block.get("source", "")))
        case "picture":
            words, origin = str(block.get("words", "")), str(block.get("origin", ""))
            return replace(card, picture=str(block.get("picture", "")), words=words, origin=origin)
        case "table":
            rows = tuple(tuple(str(cell) for cell in row) for row in block.get("rows", ()))
            return replace(card, cells=even(rows) or _BEGUN, has_head=bool(block.get("has_head")))
        case "video":
            return replace(card, url=str(block.get("url", "")), title=str(block.get("title", "")))
        case "button":
            return replace(card, words=str(block.get("words", "")), link=str(block.get("link", "")))
    return card


def to_blocks(cards: Cards) -> list[dict[str, Any]]:
    """The blocks that the cards write; nothing is checked here, and what is empty stays.

    >>> to_blocks((BlockCard("b1", "list", "先看\\n  去年\\n再订"), BlockCard("b2", "line")))[0]["items"]
    [{'text': '先看', 'items': ['去年']}, {'text': '再订', 'items': []}]
    """
    return [to_block(card) for card in cards]


def to_block(card: BlockCard) -> dict[str, Any]:
    """The block that a card writes."""
    match card.kind:
        case "heading":
            return {"kind": "heading", "text": card.text, "level": 2 if card.level == "2" else 1}
        case "list":
            return {"kind": "list", "numbered": card.is_numbered, "items": _items(card.text)}
        case "quote":
            return {"kind": "quote", "text": card.text, "source": card.source}
        case "picture":
            origin = {"origin": card.origin} if card.origin and not card.picture else {}
            return {"kind": "picture", "picture": card.picture, "words": card.words} | origin
        case "table":
            return {"kind": "table", "has_head": card.has_head, "rows": [list(row) for row in card.cells]}
        case "video":
            return {"kind": "video", "url": card.url, "title": card.title}
        case "button":
            return {"kind": "button", "words": card.words, "link": card.link}
        case "line":
            return {"kind": "line"}
    return {"kind": "text", "text": card.text}


def even(rows: Cells) -> Cells:
    """The rows of a table, all as wide as the widest.

    >>> even((("a",), ("b", "c")))
    (('a', ''), ('b', 'c'))
    """
    wide = max((len(row) for row in rows), default=0)
    return tuple((*row, *("",) * (wide - len(row))) for row in rows)


def one(fields: Fields, name: str) -> str:
    """The first value of a field, without the blanks around it and the carriage returns that forms send."""
    return next(iter(fields.get(name, ())), "").replace("\r\n", "\n").replace("\0", "").strip()


def _card(fields: Fields, code: str) -> BlockCard:
    kind = one(fields, f"{code}.kind")
    written = next(iter(fields.get(f"{code}.text", ())), "").replace("\r\n", "\n").replace("\0", "")
    return BlockCard(
        code,
        kind if kind in NAMES else "text",
        # The first item of a list may stand below nothing: its blanks are no mistake to be lost.
        text=written.rstrip().lstrip("\n") if kind == "list" else written.strip(),
        level=one(fields, f"{code}.level") or "1",
        is_numbered=one(fields, f"{code}.numbered") == "1",
        picture=one(fields, f"{code}.picture"),
        words=one(fields, f"{code}.words"),
        origin=one(fields, f"{code}.origin"),
        source=one(fields, f"{code}.source"),
        has_head=one(fields, f"{code}.head") == "1",
        cells=_cells(fields, code) if kind == "table" else (),
        url=one(fields, f"{code}.url"),
        title=one(fields, f"{code}.title"),
        link=one(fields, f"{code}.link"),
    )


def _cells(fields: Fields, code: str) -> Cells:
    given = [each.replace("\r\n", "\n").replace("\0", "").strip() for each in fields.get(f"{code}.cell", ())]
    width = one(fields, f"{code}.wide")
    wide = max(int(width), 1) if width.isascii() and width.isdigit() and len(width) < 4 else 1
    return even(tuple(tuple(given[at : at + wide]) for at in range(0, len(given), wide))) or _BEGUN


def _items(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in text.split("\n"):
        words = line.strip()
        if not words:
            continue
        if found and line[:1] in (" ", "\t", "\u3000"):
            found[-1]["items"].append(words)
        else:
            found.append({"text": words, "items": []})
    return found


def _lines(items: Iterable[Any]) -> str:
    lines: list[str] = []
    for item in items:
        if isinstance(item, Mapping):
            lines += [str(item.get("text", "")), *(f"  {below}" for below in item.get("items", ()))]
    return "\n".join(lines)
