"""Cell values of an uploaded table: their types, sheets, and size limits."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from foundation.ooxml.kinds import FileKind
from foundation.text import plain

WORKBOOK = FileKind(
    main="xl/workbook.xml",
    whole="工作簿",
    called="表格",
    unreadable="打不开这个文件：这不是 Excel 工作簿，请另存为 .xlsx 再试",
    old="这是旧式的 Excel 文件（.xls），请用 Excel 或 WPS 另存为 .xlsx 再试",
    shrink="请只留下需要的表、行和列",
)
WRONG_LETTERS = "读不懂这个文件的文字编码，请另存为 .xlsx 或 UTF-8 的 CSV 再试"
HOLDS_NUL = "文件里有不能读的空字符（NUL），可能已经损坏，请用 Excel 另存为 .xlsx 再试"
BROKEN_ROW = "有一格的文字太长，或者少了一个引号，请用 Excel 打开看看，另存为 .xlsx 再试"
NO_RESULT = "是公式，文件里没有算好的结果。请用 Excel 打开再保存一次，或粘贴为数值"

#: Excel's error values; in a CSV, and where values were pasted, they are texts.
_ERRORS = re.compile(
    "#(?:REF!|N/A|VALUE!|NAME[?]|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|BLOCKED!|BUSY!|CONNECT!|EXTERNAL!|FIELD!"
    "|PYTHON!|TIMEOUT!|UNKNOWN!)|ERR:[0-9]{3}"  # the last is LibreOffice's
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Size limits of an upload: bytes of the file, bytes it unpacks to, rows and columns that hold something."""

    file: int
    unpacked: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Cell whose value cannot be known from the file; `said` is the reason, as words that follow the cell's name."""

    said: str


@dataclass(frozen=True, slots=True)
class NumberCell:
    """Number whose format shows it differently from its digits: `shown` is that text, None where it is unknown."""

    value: int | float
    shown: str | None


#: Value of a cell. Dates and times follow the cell's format: a `date` without a time of day, a `datetime` with one.
Cell = str | int | float | bool | datetime | date | time | timedelta | NumberCell | Fault
#: Cells of a row by their columns, counted from 0; empty cells are left out.
Cells = dict[int, Cell]


class Merged(NamedTuple):
    """Merged cells: the rows (from 1) and columns (from 0) of the corners."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Sheet:
    """Sheet of a workbook, which can be read more than once."""

    name: str
    is_visible: bool
    read: Callable[[], Iterator[tuple[int, Cells]]]
    count: Callable[[], int]
    find_merged: Callable[[], tuple[Merged, ...]]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """The rows that hold something, with Excel's row numbers. Raises `Refused` for a cell beyond the limits."""
        return self.read()

    @cached_property
    def height(self) -> int:
        """The approximate number of rows, for showing progress."""
        return self.count()

    @cached_property
    def merged(self) -> tuple[Merged, ...]:
        """The merged cells. Raises `Refused`."""
        return self.find_merged()


def column_letters(index: int) -> str:
    """The name Excel gives a column counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def too_far(row: int, column: int, limits: Limits) -> str:
    """The sentence for a cell beyond the limits of rows and columns.

    >>> too_far(9, 0, Limits(file=1, unpacked=1, rows=8, columns=3))
    '表格太大：A9 还有内容，最多 8 行、3 列。请只留下需要的表、行和列，再试一次。'
    """
    return WORKBOOK.too_large(
        f"{column_letters(column)}{row} 还有内容", f"最多 {limits.rows:,} 行、{limits.columns:,} 列"
    )


def as_text(text: str) -> Cell | None:
    """The value of a cell with this text: None where empty, a fault for an Excel error written as text, else the text.

    >>> as_text(""), as_text(" \u200b#N/A"), as_text("Err:502"), as_text("#1 店")
    (None, Fault(said='是错误值 #N/A'), Fault(said='是错误值 Err:502'), '#1 店')
    """
    if "#" in text or "rr:" in text.lower():
        seen = plain(text)
        if _ERRORS.fullmatch(seen.upper()):
            return Fault(f"是错误值 {seen}")
    return text or None
