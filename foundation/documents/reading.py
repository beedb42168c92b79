"""Word document reader (.docx): paragraphs and tables in their order, read as a stream within limits.

What a paragraph holds that is no text, or text its author does not mean, is named with it, so that nobody takes the
rest for the whole. Headers, footers and comments are not read.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from foundation.documents import numbering
from foundation.documents.numbering import ListNumbering
from foundation.errors import Refused
from foundation.ooxml import package
from foundation.ooxml.kinds import FileKind
from foundation.ooxml.package import COMPOUND, ZIP
from foundation.ooxml.parser import Attributes, Parser, attribute

DOCUMENT = FileKind(
    main="word/document.xml",
    whole="文档",
    called="文档",
    unreadable="打不开这个文件：这不是 Word 文档，请另存为 .docx 再试",
    old="这是旧式的 Word 文件（.doc），请用 Word 或 WPS 另存为 .docx 再试",
    shrink="请只留下题目，去掉图片和别的内容",
)
#: Name of the one stream of an old Word file.
_OLD_STREAM = "WordDocument".encode("utf-16-le")
#: Limits of what is kept of a document.
_MOST_PIECES, _MOST_LETTERS = 10_000, 300_000
_OFF = ("0", "false", "off")
#: Elements whose inside is not read: pronunciation, field codes, the properties before a tracked change, the older form
#: of what stands beside it in a newer one.
_ASIDE = (
    "rt",
    "instrText",
    "sdtPr",
    "Fallback",
    "pPrChange",
    "rPrChange",
    "sectPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
)
#: Elements whose inside cannot be read, in the author's words.
_UNREAD = {
    "drawing": "图片或图形",
    "pict": "图片或图形",
    "object": "嵌入的对象",
    "oMath": "公式",
    "del": "还没接受的修订",
    "moveFrom": "还没接受的修订",
}
#: Marks of what is elsewhere, or not meant as it stands.
_MARKS = {
    "ins": "还没接受的修订",
    "moveTo": "还没接受的修订",
    "footnoteReference": "脚注",
    "endnoteReference": "尾注",
    "altChunk": "嵌入的文档",
    "subDoc": "嵌入的文档",
}
#: Boxes and ticks of the fonts Wingdings and Wingdings 2.
_SYMBOLS = {
    **dict.fromkeys((0xF06F, 0xF070, 0xF071, 0xF072, 0xF0A8, 0xF0A3, 0xF02A), "□"),
    **dict.fromkeys((0xF0A1, 0xF06D, 0xF099), "○"),
    **dict.fromkeys((0xF0FE, 0xF052), "☑"),
    **dict.fromkeys((0xF0FC, 0xF050), "√"),
    **dict.fromkeys((0xF0FB, 0xF04F), "×"),
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Paragraph of a document, with the number among those that hold something."""

    number: int
    text: str
    """With the label of its list; `\\t` and `\\n` are tabs and line breaks within it."""
    unread: tuple[str, ...] = ()
    """What it holds that cannot be read."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """Row of a table: the text of each cell."""

    cells: tuple[str, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Table of a document, with its number."""

    number: int
    rows: tuple[TableRow, ...]


def is_document(content: bytes) -> bool:
    """Whether the content is a Word file, old or new."""
    if content.startswith(COMPOUND):
        return _OLD_STREAM in content
    return content.startswith(ZIP) and b"word/" in content and b"xl/workbook" not in content


def blocks(content: bytes, *, largest: int, unpacked: int) -> tuple[Paragraph | Table, ...]:
    """The paragraphs and tables of a document; `largest` and `unpacked` are the most bytes of the file and of a part.

    Raises `Refused` for a file that is none, or too large.
    """
    DOCUMENT.weigh(len(content), largest)
    opened = package.opened(content, DOCUMENT, unpacked=unpacked)
    if not opened.main:
        raise Refused(DOCUMENT.unreadable)
    lists, styles = (opened.elements(part) if part else () for part in map(opened.one, ("numbering", "styles")))
    body = _Body(numbering.read(lists, styles))
    for _ in opened.parse(opened.main, body.parser()):
        pass
    body.finish()
    if not body.is_document:
        raise Refused(DOCUMENT.unreadable)
    return tuple(body.found)


@dataclass
class _Body:
    """Body of a document while it is parsed."""

    numbering: ListNumbering
    found: list[Paragraph | Table] = field(default_factory=list)
    is_document: bool = False
    # Of the paragraph.
    pieces: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    level: str = ""
    list_id: str = ""
    style: str = ""
    # Where the parser is: the elements it is inside of.
    aside: int = 0
    runs: int = 0
    is_text: bool = False
    # Of the table.
    depth: int = 0
    rows: list[TableRow] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    row_unread: list[str] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    kept: int = 0
    letters: int = 0

    def parser(self) -> Parser:
        starts: dict[str, Callable[[Attributes], None]] = {
            "document": self._document,
            "p": self._paragraph,
            "r": self._run,
            "t": self._text,
            "br": self._new_line,
            "cr": self._new_line,
            "tab": lambda _: self._write("\t", is_in_run=True),
            "noBreakHyphen": lambda _: self._write("-", is_in_run=True),
            "checkBox": lambda _: self._write("□", is_in_run=True),
            "sym": self._symbol,
            "numId": lambda each: self._property("list_id", each),
            "ilvl": lambda each: self._property("level", each),
            "pStyle": lambda each: self._property("style", each),
            "vanish": lambda each: self._hidden(each, "隐藏的文字"),
            "strike": lambda each: self._hidden(each, "划掉的文字"),
            "dstrike": lambda each: self._hidden(each, "划掉的文字"),
            "tbl": self._table,
            "tr": self._row,
            "tc": self._cell,
            "gridSpan": lambda _: self._merged(),
            "vMerge": lambda _: self._merged(),
            "txbxContent": lambda _: self._note("文本框"),
        }
        ends: dict[str, Callable[[str], None]] = {
            "p": self._paragraph_ends,
            "r": self._run_ends,
            "t": self._text_ends,
            "tbl": self._table_ends,
            "tr": self._row_ends,
            "tc": self._cell_ends,
        }
        for name in (*_ASIDE, *_UNREAD):
            starts[name], ends[name] = self._turn_aside(_UNREAD.get(name, "")), self._turn_back
        for name, words in _MARKS.items():
            starts[name] = self._marked(words)
        return Parser(starts, ends, DOCUMENT, self._hear)

    def _document(self, _: Attributes) -> None:
        self.is_document = True

    def _turn_aside(self, words: str) -> Callable[[Attributes], None]:
        def act(_: Attributes) -> None:
            if words and not self.aside:
                self._note(words)
            self.aside += 1

        return act

    def _turn_back(self, _: str) -> None:
        self.aside -= 1

    def _marked(self, words: str) -> Callable[[Attributes], None]:
        def act(_: Attributes) -> None:
            if not self.aside:
                self._note(words)

        return act

    def _note(self, words: str) -> None:
        if words not in self.unread:
            self.unread.append(words)

    def _property(self, name: str, attributes: Attributes) -> None:
        if not self.aside and not self.runs:
            setattr(self, name, attribute(attributes, "val"))

    def _paragraph(self, _: Attributes) -> None:
        if not self.aside:
            self.pieces.clear()
            self.level = self.list_id = self.style = ""

    def _paragraph_ends(self, _: str) -> None:
        if self.aside:
            return
        text = "".join(self.pieces)
        if text.strip():
            label = self.numbering.label(self.list_id, self.level, self.style)
            if label is None:
                self._note("看不懂格式的自动编号")
            text = f"{label}\t{text}" if label else text
            self._count(letters=len(label or ""))
        if self.depth:
            self.lines.append(text)
            self.row_unread += self.unread
            self.unread.clear()
        elif text.strip() or self.unread:
            self._keep(text)

    def finish(self) -> None:
        """Keep what was noted behind the last paragraph."""
        if self.unread:
            self._keep("")

    def _keep(self, text: str) -> None:
        self.paragraphs += 1
        self._count(pieces=1)
        self.found.append(Paragraph(self.paragraphs, text, tuple(self.unread)))
        self.unread.clear()

    def _run(self, _: Attributes) -> None:
        self.runs += 1

    def _run_ends(self, _: str) -> None:
        self.runs -= 1

    def _text(self, _: Attributes) -> None:
        self.is_text = not self.aside

    def _text_ends(self, _: str) -> None:
        self.is_text = False

    def _hear(self, text: str) -> None:
        if self.is_text:
            self._write(text.translate(_SYMBOLS))

    def _hidden(self, attributes: Attributes, words: str) -> None:
        if self.runs and not self.aside and attribute(attributes, "val") not in _OFF:
            self._note(words)

    def _new_line(self, _: Attributes) -> None:
        self._write("\n", is_in_run=True)

    def _symbol(self, attributes: Attributes) -> None:
        code = attribute(attributes, "char")
        known = _SYMBOLS.get(int(code, 16)) if len(code) == 4 and code.isalnum() and _is_hex(code) else None
        if known:
            self._write(known, is_in_run=True)
        elif not self.aside:
            self._note("特殊符号")

    def _write(self, text: str, *, is_in_run: bool = False) -> None:
        if self.aside or (is_in_run and not self.runs):
            return
        self.pieces.append(text)
        self._count(letters=len(text))

    def _count(self, *, pieces: int = 0, letters: int = 0) -> None:
        self.kept += pieces
        self.letters += letters
        if self.kept > _MOST_PIECES:
            raise Refused(DOCUMENT.too_large(f"超过 {_MOST_PIECES:,} 段", f"最多 {_MOST_PIECES:,} 段"))
        if self.letters > _MOST_LETTERS:
            raise Refused(DOCUMENT.too_large(f"超过 {_MOST_LETTERS:,} 个字", f"最多 {_MOST_LETTERS:,} 个字"))

    def _table(self, _: Attributes) -> None:
        if self.aside:
            return
        self.depth += 1
        if self.depth > 1:
            self.row_unread.append("表格里的表格")

    def _table_ends(self, _: str) -> None:
        if self.aside:
            return
        self.depth -= 1
        if not self.depth:
            self.tables += 1
            self.found.append(Table(self.tables, tuple(self.rows)))
            self.rows.clear()

    def _row(self, _: Attributes) -> None:
        if self.depth == 1 and not self.aside:
            self.cells.clear()
            self.row_unread.clear()

    def _row_ends(self, _: str) -> None:
        if self.depth == 1 and not self.aside:
            self.rows.append(TableRow(tuple(self.cells), tuple(dict.fromkeys(self.row_unread))))
            self._count(pieces=1)

    def _cell(self, _: Attributes) -> None:
        if self.depth == 1 and not self.aside:
            self.lines.clear()

    def _cell_ends(self, _: str) -> None:
        if self.depth == 1 and not self.aside:
            self.cells.append("\n".join(self.lines).strip())
            self._count(pieces=1)

    def _merged(self) -> None:
        if self.depth and not self.aside:
            self.row_unread.append("合并的单元格")


def _is_hex(text: str) -> bool:
    return all(sign in "0123456789abcdefABCDEF" for sign in text)
