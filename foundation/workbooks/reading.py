"""Workbook reader: .xlsx or CSV, told apart by content; the one way in for every upload.

What a file says of itself is not believed: where a sheet ends is where its cells are, and how much a part unpacks to is
counted while it is unpacked. Nothing is laid out between two cells, nothing is read that nobody asks for.
"""

from pathlib import Path

from foundation.errors import Refused
from foundation.workbooks import csv, xml
from foundation.workbooks.cells import LOCKED, OLD, UNREADABLE, Limits, Sheet, megabytes, too_large

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: How a workbook with a password names its one part.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def taken(path: Path, limits: Limits) -> bytes:
    """A file's content. Raises `Refused` for one that is too large, before it is read."""
    _weigh(path.stat().st_size, limits)
    return path.read_bytes()


def is_workbook(content: bytes) -> bool:
    """Whether this is Excel's and no text, whatever it is called."""
    return content.startswith((_ZIP, _COMPOUND))


def sheets(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook; of a CSV one for each sign that may be its separator, the likeliest first.

    Raises `Refused` for what is neither, or too large.
    """
    _weigh(len(content), limits)
    return workbook(content, limits) if is_workbook(content) else csv.separated(content, limits)


def workbook(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises `Refused` for what is none, or too large."""
    _weigh(len(content), limits)
    if content.startswith(_COMPOUND):
        raise Refused(LOCKED if _ENCRYPTED in content else OLD)
    if not content.startswith(_ZIP):
        raise Refused(UNREADABLE)
    return xml.opened(content, limits)


def _weigh(size: int, limits: Limits) -> None:
    if size > limits.file:
        raise Refused(too_large(f"文件有 {megabytes(size)}", f"最多 {megabytes(limits.file)}"))
