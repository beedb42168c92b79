"""Workbook handed out to authors: an example to overwrite, every cell text so that 0-6 stays 0-6."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from foundation.workbooks.cells import column_letters
from foundation.workbooks.writing import Digits, Heading, Workbook
from questions.authoring.layout import COLUMNS, FileLayout
from questions.question import QuestionType

_WRAPPED: Mapping[type, Mapping[str, Any]] = {
    Digits: {"num_format": "@", "text_wrap": True, "valign": "top"},
    Heading: {"num_format": "@", "text_wrap": True, "valign": "top", "bold": True},
}
#: A fixed day keeps the file's bytes the same, and needs no clock.
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def row(question: Mapping[str, Any], *, with_codes: bool) -> tuple[str, ...]:
    """Return the cells of a question as its author would write it; options carry their codes where they were published.
    What a cell cannot express is left out: the caller reads the file again and compares."""
    options = [
        (f"[{each['code']}] " if with_codes else "") + each["text"] + _marks(each)
        for each in question.get("options", ())
    ]
    cells = {
        "code": question["code"],
        "type": QuestionType(question["type"]).label,
        "text": question["text"],
        "options": "\n".join(options),
        "other": "是" if question.get("other") else "",
        "max": question.get("max", ""),
        "min": question.get("min", ""),
        "decimals": question.get("decimals", ""),
        "required": "是" if question.get("required", True) else "否",
        "show_if": "\n".join(f"{code}=" + "、".join(wanted) for code, wanted in question.get("show_if", {}).items()),
        "weight": question.get("weight", ""),
    }
    return tuple(cells[key] for key in COLUMNS.values())


def _marks(option: Mapping[str, Any]) -> str:
    limit = f" [限{option['most']}]" if "most" in option else ""
    return limit + (f" [{option['points']}分]" if "points" in option else "")


def names(spec: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Return the names of a row as they stand in its cell, a line for each word.

    >>> names({"class": ["现代终端", "普通终端"]}, {"客户类型": "class"})
    '客户类型=现代终端、普通终端'
    """
    by_key: dict[str, str] = {}
    for word, key in words.items():
        by_key.setdefault(key, word)
    lines = [(by_key[key], value) for key, value in spec.items() if key in by_key]
    return "\n".join(
        f"{word}=" + "、".join(map(str, value if isinstance(value, list) else [value])) for word, value in lines
    )


def _lots(rows: Iterable[Sequence[str]], size: int) -> Iterator[list[Sequence[str]]]:
    """Yield the rows of each sheet; of the first also where there are none.

    >>> list(_lots([("甲",), ("乙",), ("丙",)], 2)), list(_lots([], 2))
    ([[('甲',), ('乙',)], [('丙',)]], [[]])
    """
    left = iter(rows)
    yield list(islice(left, size))
    while lot := list(islice(left, size)):
        yield lot


def packed(layout: FileLayout, head: Sequence[tuple[str, str]], questions: Iterable[Sequence[str]]) -> bytes:
    """Return the workbook as an .xlsx file that `excel_file.parse` reads: `head` has the value and the explanation of
    every row of the layout, `questions` the cells of every column. The same bytes every time."""
    at = column_letters(tuple(layout.columns.values()).index("type"))
    file = io.BytesIO()
    with Workbook(file, formats=_WRAPPED, made_at=_MADE_AT) as book:
        if layout.rows:
            about = book.sheet(layout.called, (14, 40, 50), columns=Digits)
            for word, (value, note) in zip(layout.rows, head, strict=True):
                about.write((Heading(word), Digits(value), Digits(note)))
        for name, lot in zip(layout.sheet_names(), _lots(questions, layout.most_rows - 1), strict=False):
            asked = book.sheet(name, tuple(layout.widths), columns=Digits)
            asked.freeze_panes(1, 0)
            asked.write(map(Heading, layout.columns))
            for question in lot:
                asked.write(map(Digits, question))
            asked.data_validation(
                f"{at}2:{at}{layout.most_rows}", {"validate": "list", "source": list(layout.types.labels)}
            )
        explained = book.sheet("说明", (14, 90))
        explained.freeze_panes(1, 0)
        explained.write((Heading("列"), Heading("怎么填")))
        for line in layout.notes:
            explained.write(map(Digits, line))
    return file.getvalue()
