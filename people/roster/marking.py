"""Marked roster: the uploaded table once more, with its mistakes in red and said beside their rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from foundation.workbooks.cells import Cell, Cells, Fault
from foundation.workbooks.writing import Digits, Workbook
from people.roster.cell_text import text_of
from people.roster.headings import MARKED

FORMATS = {"num_format": "@", "bg_color": "#FBD5D5", "font_color": "#8A1C1C", "bold": True}
WIDTH = 16


class MarkedCell(str):
    """Cell with a mistake."""

    __slots__ = ()


def write(
    path: Path,
    folder: Path,
    rows: Callable[[], Iterator[tuple[int, Cells]]],
    marks: Mapping[int, Sequence[tuple[int, str]]],
    *,
    header: int,
) -> None:
    """Write the rows of a file, each cell where it was; what is wrong stands behind the last column.

    Every value is a text: what Excel would make of a number again is what was wrong with many.
    """
    width = max((max(cells, default=0) for _, cells in rows()), default=0) + 1
    with Workbook(path, folder=folder, formats={MarkedCell: FORMATS}) as book:
        sheet = book.sheet("名单", [WIDTH] * width + [60])
        for number, cells in rows():
            while sheet.height < number - 1:
                sheet.write([])
            wrong = {at for at, _ in marks.get(number, ())}
            line = [_cell(cells.get(at), is_wrong=at in wrong) for at in range(width)]
            said = "；".join(what for _, what in marks.get(number, ())) or (MARKED if number == header else "")
            sheet.write([*line, MarkedCell(said) if said else None])


def _cell(value: Cell | None, *, is_wrong: bool) -> str | None:
    text = "" if value is None or isinstance(value, Fault) else text_of(value)
    return MarkedCell(text) if is_wrong else Digits(text) if text else None
