"""Cell values of a table somebody handed in: kinds, sheets, and the limits of size."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from foundation.text import plain

UNREADABLE = "打不开这个文件：这不是 Excel 工作簿，请另存为 .xlsx 再试"
OLD = "这是旧式的 Excel 文件（.xls），请用 Excel 或 WPS 另存为 .xlsx 再试"
LOCKED = "这个文件加了密码，请去掉密码再试"
WRONG_LETTERS = "读不懂这个文件的文字编码，请另存为 .xlsx 或 UTF-8 的 CSV 再试"
HOLDS_NUL = "文件里有不能读的空字符（NUL），可能已经损坏，请用 Excel 另存为 .xlsx 再试"
BROKEN_ROW = "有一格的文字太长，或者少了一个引号，请用 Excel 打开看看，另存为 .xlsx 再试"
NO_RESULT = "是公式，文件里没有算好的结果。请用 Excel 打开再保存一次，或粘贴为数值"

#: What Excel shows where it has no value; in a CSV, and where values were pasted, it is a text.
_ERRORS = re.compile(
    "#(?:REF!|N/A|VALUE!|NAME[?]|DIV/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|BLOCKED!|BUSY!|CONNECT!|EXTERNAL!|FIELD!"
    "|PYTHON!|TIMEOUT!|UNKNOWN!)|ERR:[0-9]{3}"  # the last is LibreOffice's
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a door takes: bytes of the file, bytes it unpacks to, rows and columns that hold something."""

    file: int
    unpacked: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose value is not in the file; `said` is why, in words that follow the cell's name."""

    said: str


@dataclass(frozen=True, slots=True)
class NumberCell:
    """A number whose format shows it otherwise than by its digits: `shown`, or None where that cannot be told."""

    value: int | float
    shown: str | None


#: Dates and times are what the cell's format shows: a `date` without a time of day, a `datetime` with one.
Cell = str | int | float | bool | datetime | date | time | timedelta | NumberCell | Fault
#: Cells by their columns, counted from 0; an empty one is not there.
Cells = dict[int, Cell]


class Merged(NamedTuple):
    """Cells that were made one: the rows and columns of its corners, rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Sheet:
    """One sheet, which can be read again and again."""

    name: str
    is_visible: bool
    read: Callable[[], Iterator[tuple[int, Cells]]]
    count: Callable[[], int]
    find_merged: Callable[[], tuple[Merged, ...]]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Rows that hold something, with the numbers Excel shows beside them. Raises `Refused` where one is too far."""
        return self.read()

    @cached_property
    def height(self) -> int:
        """About how many rows there are, to say how far a reader has come."""
        return self.count()

    @cached_property
    def merged(self) -> tuple[Merged, ...]:
        """The cells that were made one. Raises `Refused`."""
        return self.find_merged()


def too_large(found: str, most: str) -> str:
    """The sentence for a table that does not fit.

    >>> too_large("文件有 65 MB", "最多 64 MB")
    '表格太大：文件有 65 MB，最多 64 MB。请只留下需要的表、行和列，再试一次。'
    """
    return f"表格太大：{found}，{most}。请只留下需要的表、行和列，再试一次。"


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
    """The sentence for a cell outside of what a door takes."""
    return too_large(f"{column_letters(column)}{row} 还有内容", f"最多 {limits.rows:,} 行、{limits.columns:,} 列")


def megabytes(size: int) -> str:
    """A size in words.

    >>> megabytes(64 << 20), megabytes(1_700_000)
    ('64 MB', '1.6 MB')
    """
    return f"{size / (1 << 20):,.1f}".removesuffix(".0") + " MB"


def as_text(text: str) -> Cell | None:
    """What a cell with this text holds: nothing, an error of Excel's that became text, or the text.

    >>> as_text(""), as_text(" \u200b#N/A"), as_text("Err:502"), as_text("#1 店")
    (None, Fault(said='是错误值 #N/A'), Fault(said='是错误值 Err:502'), '#1 店')
    """
    if "#" in text or "rr:" in text.lower():
        seen = plain(text)
        if _ERRORS.fullmatch(seen.upper()):
            return Fault(f"是错误值 {seen}")
    return text or None
