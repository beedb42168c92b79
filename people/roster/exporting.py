"""The roster as .xlsx, in the columns an import takes, so that a list can be corrected and brought back."""

from collections.abc import Callable, Iterator
from pathlib import Path

from foundation.text import mask_phone
from foundation.workbooks.writing import Digits, Heading, Workbook
from people.roster.checking import COLUMNS
from people.roster.template import WIDTHS
from people.shops.listing import Line

BOUND = "微信"
BATCH = 1000


def write(
    path: Path, lines: Iterator[Line], *, shows_phones: bool, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write shops row by row, in constant memory; gives how many."""
    # The folder for the unpacked rows is the file's own: the system's may be small.
    with Workbook(path, folder=path.parent) as book:
        sheet = book.sheet("零售户", (*WIDTHS, 10))
        sheet.freeze_panes(1, 0)
        sheet.write(map(Heading, (*COLUMNS, BOUND)))
        number = 0
        for number, line in enumerate(lines, 1):
            phone = line.phone
            # What a shop has from its area it shall still have from there when the file is brought back.
            manager, manager_phone = ("", "") if line.inherits else (line.manager, line.manager_phone)
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
                manager,
                manager_phone,
                "已绑定" if line.is_bound else "未绑定",
            )
            sheet.write(map(Digits, cells))
            if number % BATCH == 0:
                progress(number)
    return number
