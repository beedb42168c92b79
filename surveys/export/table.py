"""A cross-tab as .xlsx: small enough to be made while one waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from surveys.rules.crossing import CrossTab, Row

#: Stands where a figure would say too much, as on the page.
HIDDEN = "—"
SCORES = {"nps": "NPS", "rating": "满意(4–5 分)"}


def workbook(
    title: str,
    entry: Mapping[str, Any],
    by: str,
    table: CrossTab,
    notes: Sequence[str],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> BytesIO:
    """The table with counts and shares side by side, what it is of above and `notes` below. Texts stay texts."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("交叉分析")
    heading = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
    share, score = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "0.0"})
    labels = [option["label"] for option in entry["options"]]
    for line, said in enumerate((title, f"{entry['text']}(按{by})", f"{now.astimezone(zone):%Y-%m-%d %H:%M}")):
        sheet.write_string(line, 0, said)
    scored = SCORES.get(entry["type"], "")
    heads = [by, "回答", *labels, *(f"{label}占比" for label in labels), *([scored] if scored else [])]
    for column, head in enumerate(heads):
        sheet.write_string(4, column, head, heading)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(heads) - 1, 12)
    rows: list[Row] = [*table.rows, *([table.total] if table.total else [])]
    for line, row in enumerate(rows, start=5):
        figures = [
            (row.n, None),
            *((cell.count, None) for cell in row.cells),
            *((cell.share, share) for cell in row.cells),
        ]
        if scored:
            figures.append((row.score, score if entry["type"] == "nps" else share))
        sheet.write_string(line, 0, row.name)
        for column, (figure, shape) in enumerate(figures, start=1):
            if figure is None:
                sheet.write_string(line, column, HIDDEN)
            else:
                sheet.write_number(line, column, figure, shape)
    sheet.freeze_panes(5, 1)
    for line, said in enumerate(notes, start=len(rows) + 6):
        sheet.write_string(line, 0, said)
    book.close()
    out.seek(0)
    return out
