"""The roster as .xlsx, in the columns an import takes, so that a list can be corrected and brought back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import xlsxwriter

from foundation.text import mask_phone
from people.roster.checking import COLUMNS
from people.roster.template import WIDTHS
from people.shops.listing import Line

BOUND = "微信"
STEP = 1000


def write(
    path: Path, lines: Iterator[Line], *, shows_phones: bool, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write shops row by row, in constant memory; gives how many. Every cell is a text: nothing in it is a formula."""
    # The folder for the unpacked rows is the file's own: the system's may be small.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    heading = book.add_format({"bold": True, "bg_color": "#E8EEF4", "num_format": "@"})
    as_text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("零售户")
    for index, width in enumerate((*WIDTHS, 10)):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for index, column in enumerate((*COLUMNS, BOUND)):
        sheet.write_string(0, index, column, heading)
    number = 0
    for number, line in enumerate(lines, 1):
        phone, manager_phone = line.phone, line.manager_phone
        if not shows_phones:
            phone, manager_phone = mask_phone(phone), mask_phone(manager_phone) if manager_phone else ""
        cells = (
            line.licence,
            line.shop,
            line.keeper,
            phone,
            line.address,
            line.area,
            line.class_name,
            line.manager,
            manager_phone,
            "已绑定" if line.is_bound else "未绑定",
        )
        for index, cell in enumerate(cells):
            sheet.write_string(number, index, cell, as_text)
        if number % STEP == 0:
            progress(number)
    book.close()
    return number
