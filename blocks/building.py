"""Builder of blocks: takes a document's text in its order, and where its paragraphs, lists and tables begin and end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from blocks import inline
from blocks.blocks import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_BLOCKS,
    MOST_CELLS,
    MOST_ITEMS,
    MOST_ROWS,
    ArticleFault,
    Block,
    HeadingBlock,
    LineBlock,
    ListBlock,
    ListItem,
    PictureBlock,
    QuoteBlock,
    TableBlock,
    TextBlock,
)
from blocks.table_grid import WIDEST, CellGrid
from foundation.errors import Refused
from foundation.text import cut, readable, shortened, visible

_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
#: Blocks of a document: whoever comes to so many has to part it.
_MOST = 4 * MOST_BLOCKS
_SOURCE = re.compile(r"^(?:——?|―+|--)\s*(.+)$")


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """Document as it was read: the title, blocks whose pictures have their origin only, and what could not be kept."""

    title: str
    blocks: tuple[Block, ...]
    notes: tuple[ArticleFault, ...]
    #: How many blocks stood before the title.
    title_at: int = 0


@dataclass
class _List:
    is_numbered: bool
    items: list[tuple[str, list[str]]] = field(default_factory=list)


class BlockBuilder:
    """Builder of blocks. Text goes where the innermost of item, cell and quotation is, else into a paragraph."""

    def __init__(self) -> None:
        self.bold = 0
        self.address = ""
        self.is_pre = False
        self._title = ""
        self._title_at = 0
        self._blocks: list[Block] = []
        self._levels: list[int] = []  # of the headings, as the document has them
        self._notes: list[ArticleFault] = []
        self._said: list[tuple[str, bool, str]] = []
        self._lists: list[_List] = []
        self._tables: list[CellGrid] = []
        self._quotes: list[list[str]] = []
        self._waiting: list[Block] = []  # pictures within a list, a table or a quotation come behind it

    def say(self, text: str, *, is_kept: bool = False) -> None:
        """Take some text; its blanks are one, but for those that are kept."""
        text = readable(text)
        if not (self.is_pre or is_kept):
            text = _BLANKS.sub(" ", text)
        self._said.append((text, self.bold > 0, self.address))

    def tell(self, sentence: str) -> None:
        """Tell something at the block that is being read; each sentence once a block."""
        fault = ArticleFault(sentence, len(self._blocks))
        if fault not in self._notes:
            self._notes.append(fault)

    def paragraph(self) -> None:
        """End the paragraph, wherever it stands."""
        text = self._taken()
        if not text:
            return
        if self._tables and self._tables[-1].lines is not None:
            self._tables[-1].lines.append(text)
        elif self._lists:
            self._into_item(text)
        elif self._quotes:
            self._quotes[-1].append(text)
        else:
            for part in cut(text, LONGEST_TEXT * 3):
                self._put(TextBlock(part))

    def heading(self, level: int) -> None:
        """End a heading. The first of the document is its title."""
        if self._tables or self._lists or self._quotes:
            self.paragraph()
            return
        text = " ".join(inline.plain(self._taken()).split())
        if not text:
            return
        if not self._title and not self._levels:
            self._title, self._title_at = text, len(self._blocks)
        elif len(text) > LONGEST_LINE:
            self._put(TextBlock(text))
        else:
            self._levels.append(level)
            self._put(HeadingBlock(text))

    def line(self) -> None:
        """Draw a line across."""
        self.paragraph()
        if not (self._tables or self._lists or self._quotes):
            self._put(LineBlock())

    def picture(self, origin: str, words: str) -> None:
        """Show a picture that lies at this origin."""
        if not origin:
            return
        said = " ".join(readable(words).split())
        block = PictureBlock("", inline.marked(shortened(said, LONGEST_LINE)), origin)
        if self._tables or self._lists or self._quotes:
            self._waiting.append(block)
        else:
            self.paragraph()
            self._put(block)

    def caption_ends(self) -> None:
        """Put what was said below the last picture."""
        last = self._blocks[-1] if self._blocks else None
        if isinstance(last, PictureBlock) and not (self._tables or self._lists or self._quotes):
            words = self._taken()
            self._blocks[-1] = PictureBlock("", shortened(words, LONGEST_LINE) or last.words, last.origin)
        else:
            self.paragraph()

    def list_begins(self, *, is_numbered: bool) -> None:
        """Begin a list; one within an item belongs to it."""
        self.paragraph()
        self._lists.append(_List(is_numbered, self._lists[0].items if self._lists else []))

    def item_begins(self) -> None:
        """Begin an item."""
        if len(self._lists) == 1:
            self._lists[0].items.append(("", []))
        elif self._lists:
            if not self._lists[0].items:
                self._lists[0].items.append(("", []))
            self._lists[0].items[-1][1].append("")

    def list_ends(self) -> None:
        """End a list."""
        self.paragraph()
        if not self._lists:
            return
        done = self._lists.pop()
        if self._lists:
            return
        items = []
        for text, lower in done.items:
            below = [each for each in lower if each]
            if text:
                items.append(ListItem(text, tuple(below)))
            else:  # a list indented as a whole
                items += [ListItem(each) for each in below]
        self._outward([ListBlock(part, done.is_numbered) for part in _in_parts(items)])

    def table_begins(self) -> None:
        """Begin a table; one within a cell is read as the cell's text."""
        self.paragraph()
        self._tables.append(CellGrid())

    def row_begins(self) -> None:
        """Begin a row."""
        if self._tables:
            self._tables[-1].row_begins()

    def cell_begins(self, columns: int, rows: int, *, is_head: bool) -> None:
        """Begin a cell that reaches over so many columns and rows."""
        self.paragraph()
        if self._tables:
            self._tables[-1].cell_begins(columns, rows, is_head=is_head)

    def cell_ends(self) -> None:
        """End a cell."""
        self.paragraph()
        if self._tables:
            self._tables[-1].cell_ends()

    def table_ends(self) -> None:
        """End a table."""
        self.paragraph()
        if not self._tables:
            return
        done = self._tables.pop()
        rows = done.filled
        if self._tables:
            if self._tables[-1].lines is not None:
                self._tables[-1].lines += ["  ".join(cell for cell in row if cell) for row in rows]
            return
        width = max(map(len, rows), default=0)
        if width > MOST_CELLS:
            many = f"{width} 列" if width < WIDEST else f"{WIDEST} 列以上"
            self.tell(f"表格有 {many}，只留了前 {MOST_CELLS} 列。")
        if self._lists or self._quotes or (len(rows) == 1 and width == 1):
            # Within a list, or a frame drawn around a text.
            for row in rows:
                self._said.append(("  ".join(cell for cell in row if cell), False, ""))
                self.paragraph()
            self._outward([])
            return
        whole = [tuple(row[:MOST_CELLS]) + ("",) * (min(width, MOST_CELLS) - len(row)) for row in rows]
        parts = [whole[start : start + MOST_ROWS] for start in range(0, len(whole), MOST_ROWS)]
        has_head = bool(done.heads) and len(whole) > 1
        self._outward([TableBlock(tuple(part), has_head and part is parts[0]) for part in parts])

    def quote_begins(self) -> None:
        """Begin a quotation."""
        self._quotes.append([])

    def quote_ends(self) -> None:
        """End a quotation; a last line that begins with —— says where it stands."""
        self.paragraph()
        if not self._quotes:
            return
        lines = self._quotes.pop()
        if self._quotes:
            self._quotes[-1] += lines
            return
        lines = "\n".join(lines).split("\n")
        found = _SOURCE.match(inline.plain(lines[-1])) if len(lines) > 1 else None
        if found:
            lines.pop()
        source = shortened(found[1].strip(), LONGEST_LINE) if found else ""
        parts = cut("\n".join(lines).strip(), LONGEST_TEXT * 3)
        self._outward([QuoteBlock(part, source if part is parts[-1] else "") for part in parts if part])

    def finished(self) -> ReadDocument:
        """What was read."""
        self.paragraph()
        while self._quotes:
            self.quote_ends()
        while self._tables:
            self.cell_ends()
            self.table_ends()
        while self._lists:
            self.list_ends()
        while self._blocks and isinstance(self._blocks[-1], LineBlock):
            self._blocks.pop()
        top, levels = min(self._levels, default=1), iter(self._levels)
        blocks = tuple(
            HeadingBlock(each.text, 1 if next(levels) == top else 2) if isinstance(each, HeadingBlock) else each
            for each in self._blocks
        )
        last = max(len(blocks) - 1, 0)
        notes = (ArticleFault(each.sentence, min(each.block or 0, last) if blocks else None) for each in self._notes)
        return ReadDocument(self._title, blocks, tuple(dict.fromkeys(notes)), min(self._title_at, len(blocks)))

    def _put(self, block: Block) -> None:
        if len(self._blocks) >= _MOST:
            raise Refused(f"里面超过 {_MOST:,} 段，没有读。请分成几篇。")
        self._blocks.append(block)

    def _outward(self, blocks: list[Block] | list[ListBlock] | list[TableBlock] | list[QuoteBlock]) -> None:
        """Put what is finished, and behind it the pictures that stood in it, once nothing else is open."""
        for each in blocks:
            self._put(each)
        if not (self._tables or self._lists or self._quotes):
            self._blocks += self._waiting
            self._waiting = []

    def _into_item(self, text: str) -> None:
        items, text = self._lists[0].items, text.replace("\n", " ")
        if not items:
            items.append(("", []))
        said, lower = items[-1]
        if len(self._lists) > 1:
            if not lower:
                lower.append("")
            lower[-1] = f"{lower[-1]} {text}" if lower[-1] else text
        else:
            items[-1] = (f"{said} {text}" if said else text, lower)

    def _taken(self) -> str:
        """The text said since the last paragraph, with its marks."""
        said, self._said = self._said, []
        merged: list[tuple[str, bool, str]] = []
        for text, is_bold, address in said:
            if merged and merged[-1][1:] == (is_bold, address):
                merged[-1] = (merged[-1][0] + text, is_bold, address)
            else:
                merged.append((text, is_bold, address))
        marked = "".join(_by_line(text, is_bold=bold, address=address) for text, bold, address in merged)
        lines = (" ".join(line.split(" ")).strip() for line in marked.split("\n"))
        return visible("\n".join(lines))


def _by_line(text: str, *, is_bold: bool, address: str) -> str:
    """A text with its marks in each of its lines, for a line may be taken apart."""
    return "\n".join(inline.marked(each, is_bold=is_bold, address=address) for each in text.split("\n"))


def _in_parts(items: list[ListItem]) -> Iterator[tuple[ListItem, ...]]:
    """Items in lists that are not too long."""
    part: list[ListItem] = []
    size = 0
    for each in items:
        weight = 1 + len(each.items)
        if part and size + weight > MOST_ITEMS:
            yield tuple(part)
            part, size = [], 0
        part.append(ListItem(each.text, each.items[: MOST_ITEMS - 1]))
        size += weight
    if part:
        yield tuple(part)
