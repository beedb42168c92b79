"""Broken .xlsx files: each is refused with a sentence, whatever `zipfile` raises for it."""

import struct
import zipfile

import pytest

from foundation.errors import Refused
from foundation.workbooks import reading
from foundation.workbooks.cells import Limits
from tests.workbooks import rows, workbook

LIMITS = Limits(file=1 << 20, unpacked=1 << 20, rows=100, columns=100)
CELLS = {"名单": rows([["店名"], ["城南便利店"]])}
GOOD, STORED = workbook(CELLS), workbook(CELLS, kept=zipfile.ZIP_STORED)
SHEET = b"xl/worksheets/0.xml"
#: The sheet is the last part: its header, its content, its entry in the directory; then the end record.
HEADER, ENTRY, END = (GOOD.rindex(mark) for mark in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"))
CONTENT = HEADER + 30 + len(SHEET)
UTF_8 = struct.pack("<H", 0x800)


def over(content: bytes, *changes: tuple[int, bytes]) -> bytes:
    """The content with some bytes in place of others."""
    for at, new in changes:
        content = content[:at] + new + content[at + len(new) :]
    return content


def far_away() -> bytes:
    """A part said to begin at 2^64 - 1, in the form for large archives (ZIP64)."""
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    entry = over(GOOD[ENTRY:END], (30, struct.pack("<H", len(extra))), (42, b"\xff" * 4)) + extra
    (size,) = struct.unpack_from("<L", GOOD, END + 12)
    return GOOD[:ENTRY] + entry + over(GOOD[END:], (12, struct.pack("<L", size + len(extra))))


def before_the_file() -> bytes:
    (offset,) = struct.unpack_from("<L", GOOD, END + 16)
    return over(GOOD, (END + 16, struct.pack("<L", offset + 10_000)))


BROKEN = {
    "BadZipFile, of all parts": GOOD[:-30],
    "NotImplementedError, a newer version": over(GOOD, (ENTRY + 6, b"\xff")),
    "ValueError, a name that is not UTF-8": over(GOOD, (ENTRY + 8, UTF_8), (ENTRY + 46, b"\xff")),
    "BadZipFile, a wrong checksum": over(GOOD, (ENTRY + 16, bytes(4))),
    "zlib.error": over(GOOD, (CONTENT, b"\xff" * 8)),
    "NotImplementedError, patched data": over(GOOD, (ENTRY + 8, b"\x20")),
    "EOFError": over(STORED, (STORED.rindex(b"PK\x01\x02") + 20, struct.pack("<LL", 1 << 19, 1 << 19))),
    "ValueError, before the file": before_the_file(),
    "OverflowError": far_away(),
}


@pytest.mark.parametrize("error", BROKEN)
def test_a_broken_workbook_is_refused_with_a_sentence(error: str) -> None:
    with pytest.raises(Refused, match="打不开这个文件"):
        [list(sheet.rows()) for sheet in reading.workbook(BROKEN[error], LIMITS)]


def test_the_same_workbook_unbroken_is_read() -> None:
    for content in (GOOD, STORED):
        [sheet] = reading.workbook(content, LIMITS)
        assert [cells for _, cells in sheet.rows()] == [{0: "店名"}, {0: "城南便利店"}]
