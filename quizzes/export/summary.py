"""Codebook (编码表) and summary (汇总) of an export: what columns and codes mean, and the figures of the command."""

from collections.abc import Iterator, Sequence

from foundation.workbooks.writing import Cell, Heading, SheetTitle, TwoDecimals
from questions.exporting import CODES, WORDS, ExportColumn
from questions.flow import Missing
from questions.keyed.items import KeyEffect, Kind
from quizzes.export.columns import AnswerPlan
from quizzes.queries.figures import QuestionFigures, QuizFigures

CODEBOOK = ("列", "题号", "题目", "类型", "编码", "含义", "答案", "选的人")
EXPLAINED = {
    Missing.SKIPPED: "跳过：看到了这一题，没有作答",
    Missing.NOT_SHOWN: "未显示：这份答卷没有这一题",
    Missing.NOT_REACHED: "未答：有这一题，既没有作答也没有跳过",
}
_EFFECTS = {KeyEffect.STRUCK: "这一题不算", KeyEffect.FULL: "人人得满分", KeyEffect.MARKED: ""}
_OF_PAPER = ("考完的店", "平均分", "中位数", "标准差", "偏度", "峰度", "信度（%）", "误差比（%）", "标准误")
_OF_QUESTION = (
    "题号",
    "题目",
    "人数",
    "得分率（%）",
    "标准差（%）",
    "区分度（%）",
    "区分效率（%）",
    "权重（%）",
    "建议",
)


def codebook(plans: Sequence[AnswerPlan], figures: QuizFigures) -> Iterator[list[Cell]]:
    """Yield the rows under `CODEBOOK`; who chose what is counted of the attempts that count."""
    counted = {each.item.code: each for each in figures.questions}
    for plan in plans:
        for column in plan.columns:
            yield from _column(column, plan, counted.get(plan.code))


def _column(column: ExportColumn, plan: AnswerPlan, figures: QuestionFigures | None) -> Iterator[list[Cell]]:
    question, key = plan.item.question, plan.item.key
    about: list[Cell] = [column.heading, plan.code, question.text, plan.item.kind.label]
    counts = {option.code: option.count for option in figures.options} if figures else {}
    if column.role == "option":
        yield [*about, 1, "选了", _is_right(column.option in key.right), counts.get(column.option or 0)]
        yield [*about, 0, "没选", None, None]
    elif column.role == "code":
        for option in question.options:
            right = _is_right(option.code in key.right)
            yield [*about, option.code, option.label, right, counts.get(option.code)]
    elif column.role == "mark":
        yield [*about, None, "这一题得的分；这一题不算时是空的", _EFFECTS[key.effect] or None, None]
    elif column.role == "key":
        yield [*about, None, "按第几版答案计分", None, None]
    else:
        right = "、".join(key.variants) if plan.item.kind is Kind.FILL else None
        yield [*about, None, "回答", right, figures.figures.n if figures else None]
    if column.role in ("words", "value", "code"):
        for why in Missing:
            yield [*about, CODES[why] if column.role == "code" else WORDS[why], EXPLAINED[why], None, None]


def _is_right(yes: bool) -> str | None:
    return "对" if yes else None


def lines(figures: QuizFigures) -> Iterator[list[Cell]]:
    """Yield the rows of the summary."""
    whole = figures.paper
    yield [SheetTitle(figures.definition.title)]
    yield []
    yield [Heading(name) for name in _OF_PAPER]
    statistics = (whole.mean, whole.median, whole.sd, whole.skewness, whole.kurtosis)
    reliability = (whole.alpha, whole.error_ratio, whole.standard_error)
    yield [whole.attempts, *map(_figure, (*statistics, *reliability))]
    yield []
    yield [Heading(name) for name in _OF_QUESTION]
    for each in figures.questions:
        one = each.figures
        numbers = (one.facility, one.sd, one.index, one.efficiency, one.weight)
        yield [each.item.code, each.item.question.text, one.n, *map(_figure, numbers), each.advice]
    yield []
    yield [f"第 {figures.number} 版里计入成绩的答卷；刚交的晚几秒。空的是算不出。"]
    if figures.definition.is_drawn:
        yield ["每人题目不同，不计算信度。"]


def _figure(value: float | None) -> TwoDecimals | None:
    return None if value is None else TwoDecimals(value)
