"""File of an export, written from its first row to its final place: its name never shows a half-written file."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation import text
from foundation.errors import Refused
from foundation.workbooks.writing import csv_digits, csv_text, csv_writer
from surveys.export import rows, workbook
from surveys.export.columns import ColumnLayout
from surveys.export.leading import Leading
from surveys.export.rows import AnswerRow
from surveys.queries import version_cache
from surveys.queries.version_cache import Frozen

EXPORT = "surveys.export"
"""The name of the task that writes such a file: a page asks for it, a job does it."""

Form = Literal["xlsx", "csv"]
Progress = Callable[[int, int], None]


def file_name(title: str, form: Form, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the file's name, `标题_YYYYMMDDHHmm.xlsx`, in local time.

    >>> from datetime import UTC
    >>> moment = datetime(2026, 9, 30, 16, 5, tzinfo=UTC)
    >>> file_name("三季度: 满意度?", "xlsx", now=moment, zone=ZoneInfo("Asia/Shanghai"))
    '三季度_ 满意度__202610010005.xlsx'
    """
    return text.file_name(title, f"_{now.astimezone(zone):%Y%m%d%H%M}.{form}")


def write(
    session: Session,
    survey_id: int,
    out: Path,
    *,
    form: Form,
    figures: Mapping[str, Any],
    now: datetime,
    zone: ZoneInfo,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write a survey's submissions to `out`, a file or a folder; gives the file's path.

    `figures` are those of `queries.tally`, read in the same session, which must see one moment of the database.
    `progress(done, total)` is called every thousand rows and at the end. Raises Refused where the folder does not
    exist.
    """
    if out.is_dir():
        out /= file_name(figures["title"], form, now=now, zone=zone)
    if not out.parent.is_dir():
        raise Refused(f"没有文件夹 {out.parent}。")
    is_anonymous: bool = figures["anonymous"]
    versions = version_cache.of_survey(session, survey_id)
    total = rows.total(session, survey_id)
    found = rows.stream(session, survey_id, is_anonymous=is_anonymous)
    # Next to the target, so that the last step is a rename, and space is needed on one disk only.
    with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
        part = Path(folder) / f"part.{form}"
        written: Generator[int]
        if form == "xlsx":
            written = workbook.write(
                part, Path(folder), found, total, versions, figures, zone=zone, is_anonymous=is_anonymous
            )
        else:
            written = _write_csv(part, found, versions, zone, is_anonymous=is_anonymous)
        # Also when `progress` raises: no open file outlives its folder, and no cursor stays open in the database.
        with closing(found), closing(written):
            for done in written:
                if done % rows.BATCH == 0:
                    progress(done, total)
        os.replace(part, out)
    progress(total, total)
    return out


def _write_csv(
    path: Path, found: Iterable[AnswerRow], versions: Sequence[Frozen], zone: ZoneInfo, *, is_anonymous: bool
) -> Generator[int]:
    form = "%Y-%m-%d" if is_anonymous else "%Y-%m-%d %H:%M:%S"
    layout = ColumnLayout(versions, csv_text)
    leading = Leading(
        is_anonymous=is_anonymous,
        numbers={version.id: version.number for version in versions},
        guard=csv_text,
        code=csv_digits,
        when=lambda moment: moment.astimezone(zone).strftime(form),
    )
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv_writer(file)
        writer.writerow([*leading.columns, *(column.heading for column in layout.columns)])
        for number, row in enumerate(found, start=1):
            cells = leading.cells(row, number)
            writer.writerow(cells + layout.cells(row.version_id, row.answers, row.is_valid))
            yield number
