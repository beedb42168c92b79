"""Workbook handed out to authors: an example to overwrite, every cell text so that 0-6 stays 0-6."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from foundation.workbooks.writing import Digits, Heading, Workbook
from questions.authoring.excel_file import COLUMNS, QUESTIONS
from questions.authoring.layout import FileLayout
from questions.authoring.question_reader import CHINESE_TYPES
from questions.question import QuestionType

_NOTES = (
    ("编码", "字母开头，如 q1；发布后不要改，同一编码的回答才能合在一起"),
    ("类型", "单选 多选 评分（1-5） 推荐度（0-10） 数字 文本 照片"),
    ("选项", "一行一个（在单元格里按 Alt+Enter 换行），或用 | 隔开；只改说法时写 [2] 比较满意，票数照旧合并"),
    ("选项名额", "写在选项后面，如 周六上午 [限20]：选的人满 20 个，别人就不能再选"),
    ("其他", "填 是，多一个让人自己写的选项"),
    ("最多 最少", "多选题：选几项；数字题：数值范围"),
    ("小数", "数字题可填几位小数：0、1 或 2"),
    ("必填", "不填就是必填；否：可以跳过"),
    ("显示条件", "只在前面的题这样回答时才问，如 q1=一般、不满意 或 q4=0-6；几个条件各占一行，要同时满足"),
)
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
        (f"[{each['code']}] " if with_codes else "") + each["text"] + (f" [限{each['most']}]" if "most" in each else "")
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
    }
    return tuple(cells[key] for key in COLUMNS.values())


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


def packed(layout: FileLayout, head: Sequence[tuple[str, str]], questions: Iterable[Sequence[str]]) -> bytes:
    """Return the workbook as an .xlsx file that `excel_file.parse` reads: `head` has the value and the explanation of
    every row of the layout. The same bytes every time."""
    file = io.BytesIO()
    with Workbook(file, formats=_WRAPPED, made_at=_MADE_AT) as book:
        about = book.sheet(layout.called, (14, 40, 50), columns=Digits)
        for word, (value, note) in zip(layout.rows, head, strict=True):
            about.write((Heading(word), Digits(value), Digits(note)))
        asked = book.sheet(QUESTIONS, (8, 8, 40, 24, 8, 8, 8, 8, 8, 28), columns=Digits)
        asked.freeze_panes(1, 0)
        asked.write(map(Heading, (*COLUMNS, *layout.columns)))
        for question in questions:
            asked.write(map(Digits, question))
        asked.data_validation("B2:B200", {"validate": "list", "source": list(CHINESE_TYPES)})
        explained = book.sheet("说明", (14, 90))
        explained.freeze_panes(1, 0)
        explained.write((Heading("列"), Heading("怎么填")))
        for line in _NOTES:
            explained.write(map(Digits, line))
    return file.getvalue()
