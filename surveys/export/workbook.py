"""Workbook of an export (.xlsx): 数据, 编码表, 汇总, written row by row in constant memory."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from foundation.workbooks import files
from foundation.workbooks.writing import Cell, Digits, Heading, Serial, Workbook, serial
from surveys.export import codebook, overview
from surveys.export.columns import ColumnLayout
from surveys.export.leading import Leading
from surveys.export.rows import AnswerRow
from surveys.queries.version_cache import Frozen
from surveys.rules import scores

_CODEBOOK_WIDTHS = (30, 8, 40, 12, 8, 40, 10, 10)
_OVERVIEW_WIDTHS = (10, 44, 12, 10, 8, 30, 10, 10, 10, 10)


def write(
    path: Path,
    *,
    rows: Iterable[AnswerRow],
    total: int,
    versions: Sequence[Frozen],
    figures: Mapping[str, Any],
    zone: ZoneInfo,
    is_anonymous: bool,
) -> Generator[int]:
    """Write the workbook to `path`, with temporary files beside it; yields the number of rows written as it goes."""
    layout = ColumnLayout(versions, str)
    leading = Leading(
        is_anonymous=is_anonymous,
        is_scored=scores.is_scored(version.definition for version in versions),
        numbers={version.id: version.number for version in versions},
        guard=str,
        code=Digits,
        when=partial(serial, zone=zone),
    )
    moments = {"num_format": "yyyy-mm-dd" if is_anonymous else "yyyy-mm-dd hh:mm:ss"}
    columns = [*leading.columns.items(), *((column.heading, column.width) for column in layout.columns)]
    with Workbook(path, folder=path.parent, formats={Serial: moments}) as book:
        sheets = files.data_sheets(book, "数据", columns, total=total, kept=min(3, len(leading.columns)))
        # Created in the order in which they stand; each is filled through a temporary file of its own.
        explained = book.sheet("编码表", _CODEBOOK_WIDTHS)
        summed = book.sheet("汇总", _OVERVIEW_WIDTHS)
        yield from files.fill(sheets, cells(rows, leading, layout))
        explained.freeze_panes(1, 0)
        explained.write(map(Heading, codebook.HEADINGS))
        for line in codebook.lines(layout.plans, versions, figures, layout.missing):
            explained.write(line)
        for sums in overview.lines(figures):
            summed.write(sums)


def cells(rows: Iterable[AnswerRow], leading: Leading, layout: ColumnLayout) -> Iterator[list[Cell]]:
    """Yield the cells of each row: who answered and when, then the answers."""
    for number, row in enumerate(rows, start=1):
        yield leading.cells(row, number) + layout.cells(row.version_id, row.answers, row.is_valid)
