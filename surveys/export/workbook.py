"""The .xlsx file: 数据, 编码表, 汇总, written row by row, so that the memory it takes does not grow with the rows."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from surveys.export import codebook, overview
from surveys.export.cells import Digits, Figure, Heading, Percent, Quoted, Serial, Title, quoted, serial
from surveys.export.columns import Cell, Layout
from surveys.export.leading import Leading
from surveys.export.rows import Row
from surveys.export.sheet import Sheet, styled
from surveys.frozen import Frozen

#: Excel's last row, less the headings.
ROWS_OF_A_SHEET = 1_048_575
_CODEBOOK_WIDTHS = (30, 8, 40, 12, 8, 40, 10, 10)
_OVERVIEW_WIDTHS = (10, 44, 12, 10, 8, 30, 10, 10, 10, 10)


class Book:
    """An .xlsx file being written to `path`; its unpacked sheets grow in `folder` until it is done."""

    def __init__(self, path: Path, folder: Path, zone: ZoneInfo, *, is_anonymous: bool) -> None:
        self._zone, self._is_anonymous = zone, is_anonymous
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(folder),
                "use_zip64": True,  # the sheet of a very large survey is more than 4 GB before it is packed
            },
        )
        self._styles = styled(
            self._book,
            {
                # The apostrophe one types in Excel: the text keeps its letters, and stays a text when the cell is edited.
                Quoted: {"quote_prefix": True},
                Digits: {"num_format": "@"},
                Serial: {"num_format": "yyyy-mm-dd" if is_anonymous else "yyyy-mm-dd hh:mm:ss"},
                Heading: {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"},
                Title: {"bold": True, "font_size": 14},
                Percent: {"num_format": "0.0%"},
                Figure: {"num_format": "0.00"},
            },
        )

    def write(
        self, rows: Iterable[Row], total: int, versions: Sequence[Frozen], figures: Mapping[str, Any]
    ) -> Generator[int]:
        """Write everything; gives the number of rows written as it goes."""
        try:
            yield from self._write(rows, total, versions, figures)
        except BaseException:
            for sheet in self._book.worksheets():
                sheet.abandon()
            raise

    def _write(
        self, rows: Iterable[Row], total: int, versions: Sequence[Frozen], figures: Mapping[str, Any]
    ) -> Generator[int]:
        layout, styles = Layout(versions, quoted), self._styles
        leading = Leading(
            is_anonymous=self._is_anonymous,
            numbers={version.id: version.number for version in versions},
            guard=quoted,
            code=Digits,
            when=partial(serial, zone=self._zone),
        )
        sheets = [self._data_sheet(n, leading, layout) for n in range(-(-total // ROWS_OF_A_SHEET) or 1)]
        # Made in the order in which they stand; each is filled through a temporary file of its own.
        explained = self._sheet("编码表", _CODEBOOK_WIDTHS)
        summed = self._sheet("汇总", _OVERVIEW_WIDTHS)
        for number, row in enumerate(rows):
            cells = leading.cells(row, number + 1)
            cells += layout.cells(row.version_id, row.answers, row.is_valid)
            sheets[number // ROWS_OF_A_SHEET].write_cells(number % ROWS_OF_A_SHEET + 1, cells, styles)
            yield number + 1
        explained.freeze_panes(1, 0)
        self._fill(explained, [map(Heading, codebook.HEADINGS)])
        self._fill(explained, codebook.lines(layout.plans, versions, figures, layout.missing), first=1)
        self._fill(summed, overview.lines(figures))
        self._book.close()

    def _data_sheet(self, n: int, leading: Leading, layout: Layout) -> Sheet:
        widths = [*leading.columns.values(), *(column.width for column in layout.columns)]
        sheet = self._sheet(f"数据{n + 1}" if n else "数据", widths)
        sheet.freeze_panes(1, min(3, len(leading.columns)))
        # Licence numbers are texts on purpose: no green corners on thousands of cells.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        headings = [*leading.columns, *(column.heading for column in layout.columns)]
        sheet.write_cells(0, [Heading(heading) for heading in headings], self._styles)
        return sheet

    def _sheet(self, name: str, widths: Sequence[int]) -> Sheet:
        sheet: Sheet = self._book.add_worksheet(name, Sheet)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _fill(self, sheet: Sheet, lines: Iterable[Iterable[Cell]], first: int = 0) -> None:
        for place, cells in enumerate(lines, start=first):
            marked = [quoted(cell) if cell.__class__ is str else cell for cell in cells]
            sheet.write_cells(place, marked, self._styles)
