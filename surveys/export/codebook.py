"""Codebook (编码表): the meaning of every column and code, in which versions, and how often it was given."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from questions.exporting import CODES, WORDS, Cells, ColumnPlan, ExportColumn
from questions.flow import Missing
from questions.question import Question, QuestionType
from surveys.export.columns import EXPLAINED
from surveys.queries.version_cache import Frozen

HEADINGS = ("列", "题号", "题目", "类型", "编码", "含义", "版本", "有效数")
TYPES = {
    QuestionType.SINGLE: "单选",
    QuestionType.MULTIPLE: "多选",
    QuestionType.RATING: "评分（1-5）",
    QuestionType.NPS: "推荐度（0-10）",
    QuestionType.NUMBER: "数字",
    QuestionType.TEXT: "文本",
    QuestionType.PHOTO: "照片",
}
_ROLES = {"words": "所选的文字", "other": "其他：填写的内容", "value": "回答"}


def lines(
    plans: Sequence[ColumnPlan],
    versions: Sequence[Frozen],
    figures: Mapping[str, Any],
    missing: Counter[tuple[str, Missing]],
) -> Iterator[Cells]:
    """Yield the rows under `HEADINGS`; `figures` are those of `queries.tally`, and all counts are of valid
    submissions."""
    entries = {entry["code"]: entry for entry in figures["questions"]}
    for plan in plans:
        entry = entries.get(plan.question.code, {"n": 0})
        for column in plan.columns:
            yield from _column(column, plan, versions, entry, missing)


def _column(
    column: ExportColumn,
    plan: ColumnPlan,
    versions: Sequence[Frozen],
    entry: Mapping[str, Any],
    missing: Counter[tuple[str, Missing]],
) -> Iterator[Cells]:
    question = plan.question
    about: Cells = (column.heading, question.code, question.text, TYPES[question.type])
    asked = _versions(versions, question.code)
    counts = {option["code"]: option["count"] for option in entry.get("options", ())}
    if column.role == "option" and column.option is not None:
        for label, where, is_last in _labels(versions, question, column.option):
            yield *about, 1, f"选了：{label}", where, counts.get(column.option, 0) if is_last else None
        yield *about, 0, "没选", asked, entry["n"] - counts.get(column.option, 0)
        return
    if column.role == "code":
        codes = [option.code for option in (*question.options, *question.retired)]
        codes += sorted(set(counts) - set(codes))
        for code in codes:
            for label, where, is_last in _labels(versions, question, code):
                yield *about, code, label, where, counts.get(code, 0) if is_last else None
    elif column.role == "value" and question.type.scale is not None:
        for code in question.type.scale:
            yield *about, code, f"{code} 分", asked, counts.get(code, 0)
    elif column.role == "other":
        yield *about, None, _ROLES["other"], asked, counts.get(0, 0)
        return
    else:
        yield *about, None, _ROLES[column.role], asked, entry["n"]
    for why in Missing:
        spelled = CODES[why] if column.role == "code" else WORDS[why]
        yield *about, spelled, EXPLAINED[why], asked, missing[question.code, why]


def _labels(versions: Sequence[Frozen], question: Question, code: int) -> Iterator[tuple[str, str, bool]]:
    """Yield the labels of a code, each with the versions that used it; the last one carries the count of all."""
    said: dict[str, list[int]] = {}
    for version in versions:
        for asked in version.definition.questions:
            if asked.code == question.code and code in asked.codes:
                said.setdefault(asked.label(code), []).append(version.number)
    said = said or {question.label(code): []}
    for n, (label, numbers) in enumerate(said.items(), start=1):
        yield label, "、".join(map(str, numbers)), n == len(said)


def _versions(versions: Sequence[Frozen], code: str) -> str:
    asking = [v.number for v in versions if any(question.code == code for question in v.definition.questions)]
    return "、".join(map(str, asking))
