"""Overview sheet (汇总): 发放, 回收, 有效, and the figures of every question."""

from collections.abc import Iterator, Mapping
from typing import Any

from foundation.workbooks.writing import Cell, Heading, Percent, SheetTitle, TwoDecimals
from questions.question import QuestionType
from surveys.export.codebook import TYPES

HEADINGS = ("题号", "题目", "类型", "回答数", "编码", "选项", "票数", "占比", "下限", "上限")
FIGURES = {
    "mean": "平均",
    "sd": "标准差",
    "median": "中位数",
    "min": "最小",
    "max": "最大",
    "nps": "净推荐值",
    "nps_low": "净推荐值下限",
    "nps_high": "净推荐值上限",
    "promoters": "推荐者",
    "passives": "中立者",
    "detractors": "贬损者",
}


def lines(figures: Mapping[str, Any]) -> Iterator[list[Cell]]:
    """Yield the rows of the sheet, from the figures of `queries.tally`."""
    yield [SheetTitle(figures["title"])]
    yield []
    yield [Heading(name) for name in ("发放", "回收", "有效", "回收率", "有效率")]
    yield [
        *(figures[name] for name in ("sent", "returned", "valid")),
        *(_percent(figures[name]) for name in ("response_rate", "valid_rate")),
    ]
    if score := figures["score"]:
        yield [Heading("平均得分"), TwoDecimals(score["mean"]), f"满分 100，{score['n']} 份有效的有得分"]
    yield []
    yield [Heading(name) for name in HEADINGS]
    for entry in figures["questions"]:
        yield from _question(entry)
    yield []
    yield ["占比以有效答卷中回答了该题的为分母；下限、上限为 95% 威尔逊置信区间。"]
    for sentence in [said for version in figures["versions"] for said in version["changes"]]:
        yield [sentence]


def _question(entry: Mapping[str, Any]) -> Iterator[list[Cell]]:
    about: list[Cell] = [entry["code"], entry["text"], TYPES[QuestionType(entry["type"])], entry["n"]]
    options = entry.get("options", ())
    for option in options:
        label = f"{option['label']}（已停用）" if option.get("retired") else option["label"]
        shares = (_percent(option[name]) for name in ("share", "low", "high"))
        yield [*about, option["code"], label, option["count"], *shares]
    if not options:
        yield about
    for name, label in FIGURES.items():
        if name in entry:
            value = entry[name]
            yield [*about, None, label, TwoDecimals(value) if isinstance(value, float) else value]


def _percent(share: float | None) -> Percent | None:
    return None if share is None else Percent(share)
