"""Columns of an export of answers, and what each shows of an answer: planned once, then looked up for every row.

A choice has a column for its words and one for its code, a choice of several also a 0/1 column for each option,
and 其他 a column for its words. Why a question has no answer is shown in its first columns: in words where people
read (and where Excel must not add them up), by a negative code in columns of codes. 0/1 columns stay empty, so
that their mean is the share.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.workbooks.writing import Cell
from questions.flow import Missing
from questions.question import OTHER, Question, QuestionType

Cells = tuple[Cell, ...]
Guard = Callable[[str], str]

WORDS = {Missing.SKIPPED: "跳过", Missing.NOT_SHOWN: "未显示", Missing.NOT_REACHED: "未答"}
CODES = {Missing.SKIPPED: -1, Missing.NOT_SHOWN: -2, Missing.NOT_REACHED: -3}
SOURCES = {"chat": "微信对话", "page": "网页"}
#: Combinations of choices whose words are cached; beyond it each is put together anew.
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """Column: its heading, and for the codebook its role (`words`, `code`, `option`, `other`, `value`)."""

    heading: str
    role: str
    width: int
    option: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Columns of one question, and how to fill them."""

    question: Question
    columns: tuple[ExportColumn, ...]
    read: Callable[[Mapping[str, Any]], Cells]
    missing: Mapping[Missing, Cells]


def plan(question: Question, guard: Guard, *, with_other: bool = False) -> ColumnPlan:
    """Return the columns of a question; `guard` formats texts, `with_other` adds the words of 其他."""
    title = guard(f"{question.code} {question.text}")
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            return _choice(question, title, with_other, guard)
        case QuestionType.RATING | QuestionType.NPS:
            return _plain(question, ExportColumn(title, "value", 14), lambda data: (int(data["v"]),))
        case QuestionType.NUMBER:
            return _plain(question, ExportColumn(title, "value", 14), lambda data: (_number(data["v"]),))
        case QuestionType.PHOTO:
            return _plain(question, ExportColumn(title, "value", 26), lambda data: (" ".join(data["m"]),))
        case QuestionType.TEXT:
            return _plain(question, ExportColumn(title, "value", 36), lambda data: (guard(data["t"]),))


def _plain(question: Question, column: ExportColumn, read: Callable[[Mapping[str, Any]], Cells]) -> ColumnPlan:
    return ColumnPlan(question, (column,), read, {why: (WORDS[why],) for why in Missing})


def _choice(question: Question, title: str, with_other: bool, guard: Guard) -> ColumnPlan:
    several = question.type is QuestionType.MULTIPLE
    codes = [option.code for option in (*question.options, *question.retired)] + [OTHER] * with_other
    columns = [ExportColumn(title, "words", 24), ExportColumn(f"{question.code} 编码", "code", 10)]
    if several:
        columns += [
            ExportColumn(f"{question.code}_{code} {question.label(code)}", "option", 12, option=code) for code in codes
        ]
    if with_other:
        columns.append(ExportColumn(f"{question.code} 其他内容", "other", 24))
    labels = {code: question.label(code) for code in codes}
    known: dict[Any, Cells] = {}

    def chosen(options: Sequence[int]) -> Cells:
        words = guard("、".join(labels.get(code) or question.label(code) for code in options))
        if not several:
            return words, options[0]
        return words, ",".join(map(str, options)), *(int(code in options) for code in codes)

    def read(data: Mapping[str, Any]) -> Cells:
        options = tuple(data["o"]) if several else (data["o"],)
        cells = known.get(options)
        if cells is None:
            cells = chosen(options)
            if len(known) < _REMEMBERED:
                known[options] = cells
        if not with_other:
            return cells
        text = data.get("t")
        return (*cells, None if text is None else guard(text))

    empty: Cells = (None,) * (len(columns) - 2)
    return ColumnPlan(question, tuple(columns), read, {why: (WORDS[why], CODES[why], *empty) for why in Missing})


def _number(spelled: str) -> int | float:
    value = Decimal(spelled)
    return int(value) if value == value.to_integral_value() else float(value)
