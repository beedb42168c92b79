"""Opening a workbook that came from outside, so that a small file cannot take the process down."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from foundation.errors import Refused

LARGEST = 2 * 1024 * 1024
LARGEST_UNPACKED = 32 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 200

Cell = int | float | str | bool | time | date | datetime | timedelta
_NOT_A_WORKBOOK = "这不是 Excel 工作簿,请另存为 .xlsx 再试"
_EMPTY_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*/>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>]")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,9})[\"']")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,9})[\"']")


def sheets(content: bytes) -> dict[str, list[list[Cell]]]:
    """The cells of every sheet of an .xlsx file, rows from the first; an empty cell is "".

    Raises Refused for what is no workbook, is too large, or puts a cell so far out that the sheet would not fit in
    memory: the reader lays out the whole rectangle, and one cell at XFD1048576 asks for 500 GB.
    """
    if len(content) > LARGEST:
        raise Refused(f"文件太大,最多 {LARGEST // 1024 // 1024} MB")
    try:
        for part in _parts(content):
            _measure(part)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    except (zipfile.BadZipFile, zlib.error, CalamineError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Refused(_NOT_A_WORKBOOK) from None


def _parts(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > 500 or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
            raise Refused("工作簿里的内容太多,请只留下需要的工作表")
        for entry in entries:
            yield archive.read(entry)  # also proves that the sizes above were true


def _measure(part: bytes) -> None:
    filled = _EMPTY_CELL.sub(b"", part)  # cells with only a format are not laid out, and Excel writes them far out
    references = _REFERENCE.findall(filled)
    rows = [int(row) for _, row in references]
    if len(_CELL.findall(filled)) > len(references):
        rows += [int(row) for row in _ROW_NUMBER.findall(filled)]  # a cell may leave its place to its row
    if max(rows, default=0) > MOST_ROWS or any(_column(name) > MOST_COLUMNS for name, _ in references):
        raise Refused(f"工作表太大:内容不能超过 {MOST_ROWS} 行、{MOST_COLUMNS} 列,请删去远处的单元格")


def _column(name: bytes) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number
