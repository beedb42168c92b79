"""Workbook reader for every upload: .xlsx or CSV, told apart by content.

The sizes that a file declares are not trusted: a sheet ends at its last cell, and unpacked bytes are counted while
unpacking. Empty cells take no memory, and only the parts asked for are read.
"""

from pathlib import Path

from foundation.errors import Refused
from foundation.workbooks import csv, xml
from foundation.workbooks.cells import LOCKED, OLD, UNREADABLE, Limits, Sheet, megabytes, too_large

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: Name of the one part of a workbook with a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def taken(path: Path, limits: Limits) -> bytes:
    """A file's content. Raises `Refused` for a file that is too large, before reading it."""
    _weigh(path.stat().st_size, limits)
    return path.read_bytes()


def is_workbook(content: bytes) -> bool:
    """Whether the content is an Excel file and not a text, whatever its name."""
    return content.startswith((_ZIP, _COMPOUND))


def sheets(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook; of a CSV one for each possible separator, the likeliest first.

    Raises `Refused` for a file that is neither, or too large.
    """
    _weigh(len(content), limits)
    return workbook(content, limits) if is_workbook(content) else csv.separated(content, limits)


def workbook(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises `Refused` for a file that is none, or too large."""
    _weigh(len(content), limits)
    if content.startswith(_COMPOUND):
        raise Refused(LOCKED if _ENCRYPTED in content else OLD)
    if not content.startswith(_ZIP):
        raise Refused(UNREADABLE)
    return xml.opened(content, limits)


def _weigh(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise Refused(too_large(f"文件有 {megabytes(size)}", f"最多 {megabytes(limits.file)}"))
