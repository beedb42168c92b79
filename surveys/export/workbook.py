"""The .xlsx file: 数据, 编码表, 汇总, written row by row, so that the memory it takes does not grow with the rows."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]

from surveys.export import codebook, overview
from surveys.export.cells import Digits, Quoted, Serial, quoted, serial
from surveys.export.columns import Cell, Layout
from surveys.export.leading import Leading
from surveys.export.rows import Row
from surveys.frozen import Frozen

#: Excel's last row, less the headings.
ROWS_OF_A_SHEET = 1_048_575


class Book:
    """An .xlsx file being written to `path`; its unpacked sheets grow in `folder` until it is done."""

    def __init__(self, path: Path, folder: Path, zone: ZoneInfo) -> None:
        self._zone = zone
        self._book = xlsxwriter.Workbook(str(path), {
            "constant_memory": True, "tmpdir": str(folder),
            "use_zip64": True,  # the sheet of a very large survey is more than 4 GB before it is packed
        })
        add = self._book.add_format
        self._formats = {
            "head": add({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
            "title": add({"bold": True, "font_size": 14}),
            "percent": add({"num_format": "0.0%"}),
            "figure": add({"num_format": "0.00"}),
        }
        self._special = {
            # The apostrophe one types in Excel: the text keeps its letters, and stays a text when the cell is edited.
            Quoted: add({"quote_prefix": True}),
            Digits: add({"num_format": "@"}),
            Serial: add({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }

    def write(
        self, rows: Iterable[Row], total: int, versions: Sequence[Frozen], figures: Mapping[str, Any]
    ) -> Generator[int]:
        """Write everything; gives the number of rows written as it goes."""
        try:
            yield from self._write(rows, total, versions, figures)
        except BaseException:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()  # its rows so far, which only a finished workbook closes
            raise

    def _write(
        self, rows: Iterable[Row], total: int, versions: Sequence[Frozen], figures: Mapping[str, Any]
    ) -> Generator[int]:
        is_anonymous: bool = figures["anonymous"]
        if is_anonymous:
            self._special[Serial].set_num_format("yyyy-mm-dd")
        layout = Layout(versions, quoted)
        leading = Leading(
            is_anonymous=is_anonymous, numbers={version.id: version.number for version in versions}, guard=quoted,
            code=Digits, when=partial(serial, zone=self._zone),
        )
        sheets = [self._data_sheet(n, leading, layout) for n in range(-(-total // ROWS_OF_A_SHEET) or 1)]
        # Made in the order in which they stand; each is filled through a temporary file of its own.
        explained, summed = self._book.add_worksheet("编码表"), self._book.add_worksheet("汇总")
        for number, row in enumerate(rows):
            cells = leading.cells(row, number + 1)
            cells += layout.cells(row.version_id, row.answers, row.is_valid)
            self._row(sheets[number // ROWS_OF_A_SHEET], number % ROWS_OF_A_SHEET + 1, cells)
            yield number + 1
        self._codebook(explained, codebook.lines(layout.plans, versions, figures, layout.missing))
        self._overview(summed, overview.lines(figures))
        self._book.close()

    def _data_sheet(self, n: int, leading: Leading, layout: Layout) -> Any:
        sheet = self._book.add_worksheet(f"数据{n + 1}" if n else "数据")
        widths = [*leading.columns.values(), *(column.width for column in layout.columns)]
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, min(3, len(leading.columns)))
        # Licence numbers are texts on purpose: no green corners on thousands of cells.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for column, heading in enumerate([*leading.columns, *(column.heading for column in layout.columns)]):
            sheet.write_string(0, column, heading, self._formats["head"])
        return sheet

    def _row(self, sheet: Any, place: int, cells: Sequence[Cell]) -> None:
        # Most of an export's time is spent here, cell by cell: nothing is looked up that may be looked up outside.
        write_string, write_number, special = sheet.write_string, sheet.write_number, self._special
        for column, value in enumerate(cells):
            kind: Any = value.__class__
            if kind is str:
                write_string(place, column, value)
            elif kind is int or kind is float:
                write_number(place, column, value)
            elif kind is Serial:
                write_number(place, column, value, special[kind])
            elif value is not None:
                write_string(place, column, value, special[kind])

    def _codebook(self, sheet: Any, lines: Iterable[Sequence[Cell]]) -> None:
        for column, width in enumerate((30, 8, 40, 12, 8, 40, 10, 10)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(codebook.HEADINGS):
            sheet.write_string(0, column, heading, self._formats["head"])
        for place, cells in enumerate(lines, start=1):
            self._row(sheet, place, [quoted(cell) if isinstance(cell, str) else cell for cell in cells])

    def _overview(self, sheet: Any, lines: Iterable[overview.Line]) -> None:
        for column, width in enumerate((10, 44, 12, 10, 8, 30, 10, 10, 10, 10)):
            sheet.set_column(column, column, width)
        for place, line in enumerate(lines):
            for column, (value, form) in enumerate(line):
                known = self._formats.get(form)
                if isinstance(value, str):
                    marked = quoted(value)
                    sheet.write_string(place, column, marked, known or self._special.get(type(marked)))
                elif value is not None:
                    sheet.write_number(place, column, value, known)
