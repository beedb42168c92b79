"""Workbook reader for every upload: .xlsx or CSV, told apart by content.

The sizes that a file declares are not trusted: a sheet ends at its last cell, and unpacked bytes are counted while
unpacking. Empty cells take no memory, and only the parts asked for are read.
"""

from pathlib import Path

from foundation.ooxml.package import COMPOUND, ZIP
from foundation.workbooks import csv, xml
from foundation.workbooks.cells import WORKBOOK, Limits, Sheet


def taken(path: Path, limits: Limits) -> bytes:
    """A file's content. Raises `Refused` for a file that is too large, before reading it."""
    WORKBOOK.weigh(path.stat().st_size, limits.file)
    return path.read_bytes()


def is_workbook(content: bytes) -> bool:
    """Whether the content is an Excel file and not a text, whatever its name."""
    return content.startswith((ZIP, COMPOUND))


def sheets(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook; of a CSV one for each possible separator, the likeliest first.

    Raises `Refused` for a file that is neither, or too large.
    """
    WORKBOOK.weigh(len(content), limits.file)
    return workbook(content, limits) if is_workbook(content) else csv.separated(content, limits)


def workbook(content: bytes, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets of a workbook. Raises `Refused` for a file that is none, or too large."""
    WORKBOOK.weigh(len(content), limits.file)
    return xml.opened(content, limits)
