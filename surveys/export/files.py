"""File of an export of a survey's answers."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.workbooks import files
from foundation.workbooks.files import Form, Progress
from foundation.workbooks.writing import csv_digits, csv_text
from surveys.export import rows, workbook
from surveys.export.columns import ColumnLayout
from surveys.export.leading import Leading
from surveys.queries import version_cache
from surveys.rules import scores

EXPORT = "surveys.export"
"""The name of the task that writes such a file: a page asks for it, a job does it."""


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
    Raises Refused where the folder does not exist.
    """
    is_anonymous: bool = figures["anonymous"]
    versions = version_cache.of_survey(session, survey_id)
    total = rows.total(session, survey_id)
    found = rows.stream(session, survey_id, is_anonymous=is_anonymous)
    if form == "xlsx":
        make = partial(
            workbook.write,
            rows=found,
            total=total,
            versions=versions,
            figures=figures,
            zone=zone,
            is_anonymous=is_anonymous,
        )
    else:
        day = "%Y-%m-%d" if is_anonymous else "%Y-%m-%d %H:%M:%S"
        layout = ColumnLayout(versions, csv_text)
        leading = Leading(
            is_anonymous=is_anonymous,
            is_scored=scores.is_scored(version.definition for version in versions),
            numbers={version.id: version.number for version in versions},
            guard=csv_text,
            code=csv_digits,
            when=lambda moment: moment.astimezone(zone).strftime(day),
        )
        headings = [*leading.columns, *(column.heading for column in layout.columns)]
        make = partial(files.write_csv, headings=headings, rows=workbook.cells(found, leading, layout))
    name = files.file_name(figures["title"], form, now=now, zone=zone)
    return files.put(out, name, found, make, total=total, progress=progress)
