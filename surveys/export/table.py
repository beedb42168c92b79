"""Workbook of a cross-tab (.xlsx): small enough to be made while somebody waits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from foundation.workbooks.writing import Cell, Heading, OneDecimal, Percent, Workbook
from surveys.rules.crossing import CrossRow, CrossTab

#: Replaces a hidden figure, as on the page.
HIDDEN = "—"
SCORES = {"nps": "净推荐值", "rating": "满意（4–5 分）"}


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
    """Return the table with counts and shares side by side, its title above and `notes` below."""
    out = BytesIO()
    labels = [option["label"] for option in entry["options"]]
    scored = SCORES.get(entry["type"], "")
    heads = [by, "回答", *labels, *(f"{label}占比" for label in labels), *([scored] if scored else [])]
    with Workbook(out) as book:
        sheet = book.sheet("交叉分析", (24, *(12 for _ in heads[1:])))
        sheet.freeze_panes(5, 1)
        for said in (title, f"{entry['text']}（按{by}）", f"{now.astimezone(zone):%Y-%m-%d %H:%M}"):
            sheet.write([said])
        sheet.write([])
        sheet.write(map(Heading, heads))
        rows: list[CrossRow] = [*table.rows, *([table.total] if table.total else [])]
        for row in rows:
            shares = [HIDDEN if cell.share is None else Percent(cell.share) for cell in row.cells]
            cells: list[Cell] = [
                row.name,
                *(HIDDEN if n is None else n for n in (row.n, *(cell.count for cell in row.cells))),
            ]
            cells += shares
            if scored:
                score = OneDecimal if entry["type"] == "nps" else Percent
                cells.append(HIDDEN if row.score is None else score(row.score))
            sheet.write(cells)
        sheet.write([])
        for said in notes:
            sheet.write([said])
    out.seek(0)
    return out
