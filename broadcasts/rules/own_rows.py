"""Reader of own rows: a table with a licence in each row, and what a service notice tells that shop alone.

The first row that names 许可证号 holds the headings. Every fault is named by its cell; with one of them nothing is
read.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundation.errors import Refused
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Fault, Limits, Sheet, column_letters
from people import rules
from people.roster.cell_text import is_rounded, text_of

LICENCE = "许可证号"
#: Rows above the headings that may hold a title.
_HEADER_WITHIN = 10
LIMITS = Limits(file=16 << 20, unpacked=256 << 20, rows=120_000, columns=40)
MOST_VALUES, LONGEST_HEADING, LONGEST_VALUE = 20, 20, 60
#: Bytes of a row in the message; WeChat takes 2,048 for all of it, and an introduction stands before.
MOST_BYTES = 1_200
#: Faults that are listed; further ones are counted.
TOLD = 100


@dataclass(frozen=True, slots=True)
class FileRow:
    """Row of the file: its number there, the licence, and a value for each heading, empty where its cell is."""

    number: int
    licence: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnRows:
    """Own rows as a file gives them: the headings beside the licence, the licence's column, and the rows."""

    headings: tuple[str, ...]
    licence_column: str
    rows: tuple[FileRow, ...]

    @property
    def digest(self) -> str:
        """The digest of all of it, the same for the same rows in the same order."""
        content = [self.headings, [(row.licence, row.values) for row in self.rows]]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def place(self, row: FileRow) -> str:
        """The cell of a row's licence, as Excel names it."""
        return f"{self.licence_column}{row.number}"


class WrongRows(Refused):
    """Error: a table that cannot be taken, with a line for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.lines, self.count = list(faults[:TOLD]), len(faults)
        more = [f"还有 {len(faults) - TOLD} 处没有列出。"] if len(faults) > TOLD else []
        super().__init__("\n".join([*self.lines, *more, f"共 {len(faults)} 处要改，什么都没有导入。"]))


def read(content: bytes) -> OwnRows:
    """Return the rows of an uploaded table (.xlsx or CSV). Raises `WrongRows` with all faults, and `Refused` for a file
    that is no table or has no column 许可证号."""
    sheet, number, texts = _header(content)
    licence_at = next(at for at, text in texts.items() if text == LICENCE)
    headings = {at: text for at, text in texts.items() if text and at != licence_at}
    faults = _wrong_headings(headings, number)
    faults += [f"{each} 是合并单元格，请取消合并，每行都写上。" for each in sheet.merged if each.bottom > number]
    rows: list[FileRow] = []
    met: dict[str, int] = {}
    for row, cells in sheet.rows():
        if row <= number:
            continue
        found = list(_faults_of(row, cells, headings, licence_at))
        licence = rules.licence(text_of(cells.get(licence_at))) or ""
        if licence and licence in met:
            found.append(f"{column_letters(licence_at)}{row} 和第 {met[licence]} 行是同一家店。")
        if not found:
            met[licence] = row
            rows.append(FileRow(row, licence, tuple(_value(cells.get(at)) for at in headings)))
        faults += found
    if faults:
        raise WrongRows(faults)
    if not rows:
        raise Refused("表里没有一家店。请在表头下面每行写一家：许可证号，和要告诉它的内容。")
    return OwnRows(tuple(headings.values()), column_letters(licence_at), tuple(rows))


def said(headings: Sequence[str], values: Sequence[str]) -> str:
    """Return a row as the message says it.

    >>> said(["级别", "可订", "备注"], ["十二档", "86 条", ""])
    '级别：十二档\\n可订：86 条'
    """
    return "\n".join(f"{heading}：{value}" for heading, value in zip(headings, values, strict=True) if value)


def _header(content: bytes) -> tuple[Sheet, int, dict[int, str]]:
    """Return the sheet, the number and the texts of the row with the headings."""
    for sheet in reading.sheets(content, LIMITS):
        for number, cells in sheet.rows() if sheet.is_visible else ():
            if number > _HEADER_WITHIN:
                break
            texts = {at: "".join(text_of(cell).split()) for at, cell in cells.items() if not isinstance(cell, Fault)}
            if list(texts.values()).count(LICENCE) > 1:
                raise Refused(f"表头里有两列“{LICENCE}”，请只留一列。")
            if LICENCE in texts.values():
                return sheet, number, texts
    raise Refused(f"前 {_HEADER_WITHIN} 行里没有找到“{LICENCE}”这一列。")


def _wrong_headings(headings: dict[int, str], number: int) -> list[str]:
    if not headings:
        return [f"第 {number} 行只有“{LICENCE}”，请再写上要告诉各店的栏目，如：可订数量。"]
    if len(headings) > MOST_VALUES:
        return [f"第 {number} 行有 {len(headings)} 个栏目，最多 {MOST_VALUES} 个。"]
    found = []
    for at, text in headings.items():
        if len(text) > LONGEST_HEADING:
            found.append(f"{column_letters(at)}{number} 的栏目名太长，最多 {LONGEST_HEADING} 个字。")
        if list(headings.values()).index(text) != list(headings).index(at):
            found.append(f"{column_letters(at)}{number} 的“{text}”前面已有一列。")
    return found


def _faults_of(row: int, cells: Cells, headings: dict[int, str], licence_at: int) -> Iterator[str]:
    """Yield what is wrong with a row."""
    wrong = [
        (at, cell) for at, cell in cells.items() if isinstance(cell, Fault) and (at in headings or at == licence_at)
    ]
    yield from (f"{column_letters(at)}{row} {cell.said}。" for at, cell in wrong)
    licence, place = cells.get(licence_at), f"{column_letters(licence_at)}{row}"
    if not text_of(licence):
        yield f"{place} 没有写许可证号。"
    elif is_rounded(licence):
        yield f"{place} 的许可证号位数太多，Excel 已经改掉了后几位，请把这一列设成文本再填。"
    elif not isinstance(licence, Fault) and rules.licence(text_of(licence)) is None:
        yield f"{place} 的“{text_of(licence)[:40]}”不是许可证号。"
    outside = [at for at in cells if at not in headings and at != licence_at and _value(cells[at])]
    yield from (f"{column_letters(at)}{row} 有内容，可是这一列没有栏目名。" for at in outside)
    values = {at: _value(cells.get(at)) for at in headings}
    yield from (
        f"{column_letters(at)}{row} 太长，最多 {LONGEST_VALUE} 个字。"
        for at, value in values.items()
        if len(value) > LONGEST_VALUE
    )
    if not any(values.values()) and not wrong:
        yield f"第 {row} 行除了许可证号什么都没有写。"
    elif len(said(list(headings.values()), list(values.values())).encode()) > MOST_BYTES:
        yield f"第 {row} 行一共太长，微信一条消息放不下。"


def _value(cell: Cell | None) -> str:
    return "" if isinstance(cell, Fault) else text_of(cell)
