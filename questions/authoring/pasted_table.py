"""Table pasted from a spreadsheet: a heading, and a question in each row, with tabs between the cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from foundation.documents.reading import TableRow
from foundation.text import is_visible
from questions.authoring import pasted_lines as marks
from questions.authoring import word_table
from questions.authoring.layout import NUMBERED
from questions.authoring.pasted_kinds import PastedQuestion
from questions.authoring.pasted_lines import Line
from questions.authoring.spelling import Misspelt, truth


def questions_of(text: str) -> list[PastedQuestion] | None:
    """Return the questions of a table; None for a text that is none.

    >>> found = questions_of("题型\\t题目\\t选项\\n单选\\t满意吗\\t满意|一般\\n\\t为什么\\t\\n")
    >>> [(each.kind, each.text, [label for label, _ in each.options]) for each in found or ()]
    [('single', '满意吗', ['满意', '一般']), ('', '为什么', [])]
    """
    rows = csv.reader(io.StringIO(text.strip("\n"), newline=""), delimiter="\t")
    try:
        ends = [(rows.line_num, row) for row in rows]
    except csv.Error:
        return None
    # A cell may hold several lines: a row begins behind the end of the one before.
    starts = [1, *(end + 1 for end, _ in ends)]
    numbered = [(start, row) for start, (_, row) in zip(starts, ends, strict=False) if any(map(is_visible, row))]
    if not numbered or len(numbered[0][1]) < 2:
        return None
    columns = word_table.columns_of(TableRow(tuple(numbered[0][1])))
    if columns is None:
        return None
    return [_question(number, row, columns, numbered[0][1]) for number, row in numbered[1:]]


def _question(number: int, row: Sequence[str], columns: Sequence[str], heads: Sequence[str]) -> PastedQuestion:
    line = Line(number, " ".join(row), True, "\t".join(row).strip())
    question = PastedQuestion(number, lines=[line])
    for at, cell in enumerate(row):
        column, value = (columns[at] if at < len(columns) else ""), cell.strip()
        if not is_visible(value) or column in (*NUMBERED, "编码"):
            continue
        if column == "题目":
            question.stem(line, " ".join(value.split()))
        elif column == "选项":
            question.options += [(label, line) for label in _labels(value)]
        elif column == "其他":
            question.other = _is_yes(value)
        elif column:
            question.label(line, column, value)
        else:
            head = heads[at].strip() if at < len(heads) else ""
            question.unread.append((number, value, f"不认识表头“{head}”" if head else "这一列没有表头"))
    return question


def _labels(cell: str) -> list[str]:
    """The options of a cell: marked, or one in a line, or with | between."""
    found: list[str] = []
    for line in marks.lines_of(re.sub("[|｜]", "\n", cell)):
        numbered = marks.numbered(line.text)
        family = numbered.family if numbered else marks.mark_of(line.text)
        found += marks.marked(line.text, family) if family else [line.text]
    return found


def _is_yes(value: str) -> bool:
    try:
        return truth(value)
    except Misspelt:
        return False
