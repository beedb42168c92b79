"""CSV reader for the encodings and separators that Excel and people use."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from foundation.errors import Refused
from foundation.workbooks.cells import (
    BROKEN_ROW,
    HOLDS_NUL,
    WORKBOOK,
    WRONG_LETTERS,
    Cell,
    Cells,
    Limits,
    Sheet,
    as_text,
    too_far,
)

_PIECE = 1 << 16
#: The most characters of one row.
_LONGEST_ROW = 1 << 20
_SEPARATORS = ",\t;|，"
#: NUL bytes on one side that make a text UTF-16.
_WIDE = 8
#: Lines from which the separator is guessed.
_TITLES = 10
_EXCEL_TEXT = re.compile(r'\s*="((?:[^"]|"")*)"\s*', re.DOTALL)


def separated(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The table as read with each possible separator, the likeliest first. Raises `Refused`."""
    start = 0
    while content.startswith(codecs.BOM_UTF8, start):  # some programs put a second byte order mark before the first
        start += len(codecs.BOM_UTF8)
    content = content[start:]
    encoding = encoding_of(content)
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    first = [lines.readline(_LONGEST_ROW) for _ in range(_TITLES)]
    separators = sorted(_SEPARATORS, key=lambda each: -max(line.count(each) for line in first))

    def sheet(separator: str) -> Sheet:
        return Sheet(
            name="",
            is_visible=True,
            read=lambda: _split(content, encoding, separator, limits),
            count=lambda: content.count(b"\n") + 1,
            find_merged=tuple,
        )

    return tuple(map(sheet, separators))


def encoding_of(content: bytes) -> str:
    """The encoding of a text that people wrote. Raises `Refused` where it is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif (wide := _wide(content[:_PIECE])) is not None:
        encodings = [wide]
    else:
        # Chinese Excel writes GBK. A GBK text is hardly ever valid UTF-8, so trying UTF-8 first is safe.
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for at in range(0, len(content), _PIECE):
                if "\0" in decoder.decode(content[at : at + _PIECE]):
                    raise Refused(HOLDS_NUL)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused(WRONG_LETTERS)


def _wide(content: bytes) -> str | None:
    """Detect UTF-16 without a byte order mark: its ASCII characters have a NUL byte, always before or always after; a
    few Chinese characters (一) have one on the other side."""
    before, behind = content[::2].count(0), content[1::2].count(0)
    if max(before, behind) < max(_WIDE, 4 * min(before, behind)):
        return None
    return "utf-16-le" if behind > before else "utf-16-be"


def _split(content: bytes, encoding: str, separator: str, limits: Limits) -> Iterator[tuple[int, Cells]]:
    letters = 0

    def lines() -> Iterator[str]:
        nonlocal letters
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        while line := text.readline(_LONGEST_ROW):
            letters += len(line)
            if letters > _LONGEST_ROW:
                raise Refused(
                    WORKBOOK.too_large(f"有一行超过 {_LONGEST_ROW:,} 个字", f"一行最多 {_LONGEST_ROW:,} 个字")
                )
            yield line

    reader = csv.reader(lines(), delimiter=separator)
    try:
        for number, row in enumerate(reader, 1):
            letters = 0
            cells = {at: cell for at, each in enumerate(row) if (cell := _written(each)) is not None}
            if number > limits.rows or max(cells, default=0) >= limits.columns:
                raise Refused(too_far(number, max(cells, default=0), limits))
            if cells:
                yield number, cells
    except csv.Error:
        raise Refused(BROKEN_ROW) from None


def _written(text: str) -> Cell | None:
    # In a CSV for Excel a long number is written as ="0123": the value is what is inside the quotation marks.
    if "=" in text and (found := _EXCEL_TEXT.fullmatch(text)):
        text = found[1].replace('""', '"')
    return as_text(text)
