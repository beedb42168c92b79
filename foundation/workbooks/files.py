"""Files of rows, .xlsx or CSV: written apart and then put in their place, so that a name never shows half a file."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from foundation import text
from foundation.errors import Refused
from foundation.workbooks.writing import ROWS_OF_A_SHEET, Cell, Heading, SheetWriter, Workbook, csv_writer

Form = Literal["xlsx", "csv"]
Progress = Callable[[int, int], None]
FORMS = {"xlsx": "Excel", "csv": "CSV"}
NO_SUCH_FORM = "只能导出为 Excel 或 CSV。"
#: Rows between two reports of progress.
BATCH = 1000


def file_name(title: str, form: Form, *, now: datetime, zone: ZoneInfo) -> str:
    """The file's name, `标题_YYYYMMDDHHmm.xlsx`, in local time.

    >>> from datetime import UTC
    >>> moment = datetime(2026, 9, 30, 16, 5, tzinfo=UTC)
    >>> file_name("三季度: 满意度?", "xlsx", now=moment, zone=ZoneInfo("Asia/Shanghai"))
    '三季度_ 满意度__202610010005.xlsx'
    """
    return text.file_name(title, f"_{now.astimezone(zone):%Y%m%d%H%M}.{form}")


def put(
    out: Path,
    name: str,
    rows: Generator[object],
    make: Callable[[Path], Generator[int]],
    *,
    total: int,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write a file to `out`, a file or a folder in which it gets this name; gives its path.

    `make(path)` writes `rows` to a path and yields how many it has written as it goes; `progress(done, total)` is
    called every thousand rows and at the end. Raises Refused where the folder does not exist.
    """
    out = out / name if out.is_dir() else out
    if not out.parent.is_dir():
        raise Refused(f"没有文件夹 {out.parent}。")
    # Next to the target, so that the last step is a rename, and space is needed on one disk only.
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
        part = Path(folder) / f"part{out.suffix}"
        # Also when `progress` raises: no open file outlives its folder, and no cursor stays open in the database.
        with closing(rows), closing(make(part)) as written:
            for done in written:
                if done % BATCH == 0:
                    progress(done, total)
        os.replace(part, out)
    progress(total, total)
    return out


def write_csv(path: Path, headings: Iterable[str], rows: Iterable[Sequence[Cell]]) -> Generator[int]:
    """Write rows under their headings, as Excel opens them; yields their number as it goes."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv_writer(file)
        writer.writerow(list(headings))
        for number, row in enumerate(rows, start=1):
            writer.writerow(row)
            yield number


def data_sheets(
    book: Workbook, name: str, columns: Sequence[tuple[str, int]], *, total: int, kept: int
) -> list[SheetWriter]:
    """Begin as many sheets as so many rows need, with these headings and widths; the first `kept` columns stay in
    view."""
    sheets = []
    for n in range(-(-total // ROWS_OF_A_SHEET) or 1):
        sheet = book.sheet(f"{name}{n + 1}" if n else name, [width for _, width in columns])
        sheet.freeze_panes(1, kept)
        sheet.write(Heading(heading) for heading, _ in columns)
        sheets.append(sheet)
    return sheets


def fill(sheets: Sequence[SheetWriter], rows: Iterable[Iterable[Cell]]) -> Generator[int]:
    """Write rows to the sheets that `data_sheets` began; yields their number as it goes."""
    for number, row in enumerate(rows):
        sheets[number // ROWS_OF_A_SHEET].write(row)
        yield number + 1
