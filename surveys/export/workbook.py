"""Workbook of an export (.xlsx): 数据, 编码表, 汇总, written row by row in constant memory."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from foundation.workbooks.writing import ROWS_OF_A_SHEET, Digits, Heading, Serial, SheetWriter, Workbook, serial
from surveys.export import codebook, overview
from surveys.export.columns import ColumnLayout
from surveys.export.leading import Leading
from surveys.export.rows import AnswerRow
from surveys.queries.version_cache import Frozen

_CODEBOOK_WIDTHS = (30, 8, 40, 12, 8, 40, 10, 10)
_OVERVIEW_WIDTHS = (10, 44, 12, 10, 8, 30, 10, 10, 10, 10)


def write(
    path: Path,
    folder: Path,
    rows: Iterable[AnswerRow],
    total: int,
    versions: Sequence[Frozen],
    figures: Mapping[str, Any],
    *,
    zone: ZoneInfo,
    is_anonymous: bool,
) -> Generator[int]:
    """Write the workbook to `path`, with temporary files in `folder`; yields the number of rows written as it goes."""
    layout = ColumnLayout(versions, str)
    leading = Leading(
        is_anonymous=is_anonymous,
        numbers={version.id: version.number for version in versions},
        guard=str,
        code=Digits,
        when=partial(serial, zone=zone),
    )
    moments = {"num_format": "yyyy-mm-dd" if is_anonymous else "yyyy-mm-dd hh:mm:ss"}
    with Workbook(path, folder=folder, formats={Serial: moments}) as book:
        sheets = [_data_sheet(book, n, leading, layout) for n in range(-(-total // ROWS_OF_A_SHEET) or 1)]
        # Created in the order in which they stand; each is filled through a temporary file of its own.
        explained = book.sheet("编码表", _CODEBOOK_WIDTHS)
        summed = book.sheet("汇总", _OVERVIEW_WIDTHS)
        for number, row in enumerate(rows):
            cells = leading.cells(row, number + 1)
            cells += layout.cells(row.version_id, row.answers, row.is_valid)
            sheets[number // ROWS_OF_A_SHEET].write(cells)
            yield number + 1
        explained.freeze_panes(1, 0)
        explained.write(map(Heading, codebook.HEADINGS))
        for line in codebook.lines(layout.plans, versions, figures, layout.missing):
            explained.write(line)
        for sums in overview.lines(figures):
            summed.write(sums)


def _data_sheet(book: Workbook, n: int, leading: Leading, layout: ColumnLayout) -> SheetWriter:
    widths = [*leading.columns.values(), *(column.width for column in layout.columns)]
    sheet = book.sheet(f"数据{n + 1}" if n else "数据", widths)
    sheet.freeze_panes(1, min(3, len(leading.columns)))
    sheet.write(Heading(heading) for heading in [*leading.columns, *(column.heading for column in layout.columns)])
    return sheet
