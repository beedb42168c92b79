"""Moves of the article's editor: what its buttons do to the cards, and how a deleted card comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.blocks import MOST_BLOCKS, MOST_CELLS, MOST_ROWS, NAMES
from broadcasts.rules import cards as form
from broadcasts.rules.cards import BlockCard, Cards, begun, changed, place
from foundation.errors import Refused
from foundation.text import shortened, whole_number

#: Deleted cards that are kept with the form; the oldest goes first.
MOST_DELETED = 10
_LONGEST_KEPT = 30_000
FULL = f"已经有 {MOST_BLOCKS} 块，不能再加了。"


@dataclass(frozen=True)
class DeletedBlock:
    """Deleted card of the editor: its block, and where it stood (from 0)."""

    at: int
    block: Mapping[str, Any]

    @property
    def said(self) -> str:
        """What was deleted, for the note that offers it back.

        >>> DeletedBlock(1, {"kind": "text", "text": "元旦前还有两次到货"}).said, DeletedBlock(0, {"kind": "line"}).said
        ('文字“元旦前还有两次到货”', '分隔线')
        """
        words = str(self.block.get("text") or self.block.get("words") or self.block.get("title") or "")
        return NAMES.get(str(self.block.get("kind")), "") + (f"“{shortened(words, 16)}”" if words else "")


@dataclass(frozen=True)
class PressedBlocks:
    """Cards behind a button, what is kept of deleted ones, and what to say of it."""

    cards: Cards
    deleted: tuple[DeletedBlock, ...] = ()
    said: str = ""


def pressed(cards: Cards, deleted: tuple[DeletedBlock, ...], wanted: str) -> PressedBlocks:
    """Return the cards after a button: `add:text`, `insert:b3:text` (behind it; `insert::text` in front of all),
    `up:b3`, `down:b3`, `copy:b3`, `delete:b3`, `unpicture:b3`, `row:b3`, `column:b3`, `row_delete:b3:0`,
    `column_delete:b3:0`, `undo` for what was deleted last.

    An unknown button, or one of a card that is gone, changes nothing. Raises Refused where there is no room.

    >>> three = pressed(pressed(pressed((), (), "add:text").cards, (), "add:line").cards, (), "insert:b1:quote").cards
    >>> [(card.code, card.kind) for card in three]
    [('b1', 'text'), ('b3', 'quote'), ('b2', 'line')]
    >>> gone = pressed(three, (), "delete:b3")
    >>> gone.said, [card.kind for card in pressed(gone.cards, gone.deleted, "undo").cards]
    ('已删除引用。', ['text', 'quote', 'line'])
    """
    verb, _, rest = wanted.partition(":")
    code, _, detail = rest.partition(":")
    if verb == "add" and code in NAMES:
        return PressedBlocks((*_room(cards), begun(free_code(cards), code)), deleted)
    if verb == "insert" and detail in NAMES:
        found = place(cards, code) if code else -1
        at = len(cards) if found is None else found + 1
        return PressedBlocks((*_room(cards)[:at], begun(free_code(cards), detail), *cards[at:]), deleted)
    if verb == "undo" and deleted:
        return PressedBlocks(_undone(cards, deleted[-1]), deleted[:-1], f"{deleted[-1].said}放回来了。")
    at_or_none = place(cards, code)
    if at_or_none is None:
        return PressedBlocks(cards, deleted)
    at, card = at_or_none, cards[at_or_none]
    if verb == "delete":
        kept = (*deleted, DeletedBlock(at, form.to_block(card)))[-MOST_DELETED:]
        return PressedBlocks(cards[:at] + cards[at + 1 :], kept, f"已删除{kept[-1].said}。")
    return PressedBlocks(_moved(cards, at, card, verb, detail), deleted)


def _moved(cards: Cards, at: int, card: BlockCard, verb: str, detail: str) -> Cards:
    match verb:
        case "up" if at > 0:
            return _swapped(cards, at - 1)
        case "down" if at + 1 < len(cards):
            return _swapped(cards, at)
        case "copy":
            return (*_room(cards)[: at + 1], replace(card, code=free_code(cards)), *cards[at + 1 :])
        case "unpicture":
            return changed(cards, replace(card, picture="", origin=""))
        case "row" | "column" | "row_delete" | "column_delete" if card.kind == "table":
            return changed(cards, _table(card, verb, whole_number(detail)))
    return cards


def _table(card: BlockCard, verb: str, at: int | None) -> BlockCard:
    rows = card.cells
    wide = len(rows[0])
    if verb == "row":
        if len(rows) >= MOST_ROWS:
            raise Refused(f"一张表最多 {MOST_ROWS} 行。")
        return replace(card, cells=(*rows, ("",) * wide))
    if verb == "column":
        if wide >= MOST_CELLS:
            raise Refused(f"一张表最多 {MOST_CELLS} 列，再多手机上看不清。")
        return replace(card, cells=tuple((*row, "") for row in rows))
    if verb == "row_delete" and at is not None and len(rows) > 1:
        return replace(card, cells=tuple(row for n, row in enumerate(rows) if n != at))
    if verb == "column_delete" and at is not None and wide > 1:
        return replace(card, cells=tuple(tuple(cell for n, cell in enumerate(row) if n != at) for row in rows))
    return card


def added(cards: Cards, blocks: Sequence[Mapping[str, Any]], behind: str = "") -> Cards:
    """Return the cards with these blocks behind one of them, or at the end. Raises Refused where there is no room.

    >>> [card.code for card in added((BlockCard("b1", "text"), BlockCard("b2", "text")), [{"kind": "line"}], "b1")]
    ['b1', 'b3', 'b2']
    """
    if len(cards) + len(blocks) > MOST_BLOCKS:
        raise Refused(f"加上这 {len(blocks)} 块就超过 {MOST_BLOCKS} 块了，请分成两篇。")
    found = place(cards, behind)
    at, more = len(cards) if found is None else found + 1, cards
    for n, block in enumerate(blocks):
        more = (*more[: at + n], form.of_block(free_code(more), block), *more[at + n :])
    return more


def pasted_cells(cards: Cards, place_of_cell: str, text: str) -> Cards:
    """Return the cards with rows copied from a workbook put into a table, from a cell on (`b3:0:1`); the table grows as
    far as it may.

    >>> card = BlockCard("b1", "table", cells=(("", ""), ("", "")))
    >>> pasted_cells((card,), "b1:1:0", "规格\\t箱数\\n红\\t3")[0].cells
    (('', ''), ('规格', '箱数'), ('红', '3'))
    """
    code, _, rest = place_of_cell.partition(":")
    at = place(cards, code)
    first, _, left = rest.partition(":")
    row_at, cell_at = whole_number(first), whole_number(left)
    if at is None or cards[at].kind != "table" or row_at is None or cell_at is None:
        return cards
    rows = [list(row) for row in cards[at].cells]
    for down, line in enumerate(text.replace("\r\n", "\n").strip("\n").split("\n")):
        for right, cell in enumerate(line.split("\t")):
            if row_at + down < MOST_ROWS and cell_at + right < MOST_CELLS:
                rows += [[] for _ in range(row_at + down + 1 - len(rows))]
                row = rows[row_at + down]
                row += [""] * (cell_at + right + 1 - len(row))
                row[cell_at + right] = cell.strip()
    return changed(cards, replace(cards[at], cells=form.even(tuple(map(tuple, rows)))))


def pictured(cards: Cards, code: str, sha256: str) -> Cards:
    """Return the cards with a picture in this card where it is a picture's and has none, else in a new one behind it.

    >>> [card.picture for card in pictured((BlockCard("b1", "text"),), "b1", "abc")]
    ['', 'abc']
    """
    at = place(cards, code)
    if at is not None and cards[at].kind == "picture" and not cards[at].picture:
        return changed(cards, replace(cards[at], picture=sha256, origin=""))
    return added(cards, [{"kind": "picture", "picture": sha256, "words": ""}], code)


def free_code(cards: Cards) -> str:
    """Return a code that no card has."""
    used = {card.code for card in cards}
    return next(f"b{n}" for n in range(1, len(used) + 2) if f"b{n}" not in used)


def to_text(deleted: DeletedBlock) -> str:
    """Return a deleted card as the text of a field; `of_texts` reads it back."""
    return json.dumps({"at": deleted.at, "block": dict(deleted.block)}, ensure_ascii=False)


def of_texts(texts: Iterable[str]) -> tuple[DeletedBlock, ...]:
    """Return what the fields of a form keep; what no form of ours wrote is left out.

    >>> kept = DeletedBlock(1, {"kind": "text", "text": "好"})
    >>> of_texts([to_text(kept), "{", '{"at": "x"}', '{"at": 0, "block": {"kind": "?"}}']) == (kept,)
    True
    """
    found = [each for text in texts if len(text) <= _LONGEST_KEPT and (each := _deleted(text)) is not None]
    return tuple(found[-MOST_DELETED:])


def _deleted(text: str) -> DeletedBlock | None:
    try:
        value = json.loads(text)
        at, block = value["at"], value["block"]
        if isinstance(at, int) and 0 <= at < MOST_BLOCKS and block["kind"] in NAMES:
            return DeletedBlock(at, form.to_block(form.of_block("", block)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return None


def _undone(cards: Cards, deleted: DeletedBlock) -> Cards:
    card = form.of_block(free_code(_room(cards)), deleted.block)
    return (*cards[: deleted.at], card, *cards[deleted.at :])


def _swapped(cards: Cards, at: int) -> Cards:
    return (*cards[:at], cards[at + 1], cards[at], *cards[at + 2 :])


def _room(cards: Cards) -> Cards:
    if len(cards) >= MOST_BLOCKS:
        raise Refused(FULL)
    return cards
