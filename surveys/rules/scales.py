"""Scales from good to bad: which options are one, so that their colours say it."""

import re
from collections.abc import Sequence

from console.charts import SHADES, Shade
from questions.question import QuestionType

#: Words that stand in the middle of a scale.
_MIDDLE = frozenset(
    ("一般", "一般般", "普通", "还行", "还可以", "可以", "尚可", "中立", "中等", "无所谓", "说不清", "说不好", "不确定")
)
_STRONG = re.compile("^(非常|十分|特别|极其|极|完全|很|太|最)")
_MILD = re.compile("^(比较|基本|有点|有些|较|挺|还)")
_NOT = re.compile("^(不太|不够|不怎么|不是很|没有|不|没|无)")
#: The good and the bad word of scales that say no 不.
_OPPOSITES = (("好", "差"), ("好", "坏"), ("同意", "反对"), ("支持", "反对"), ("喜欢", "讨厌"))

_OF_LEVELS = {2: Shade.BEST, 1: Shade.GOOD, 0: Shade.MIDDLE, -1: Shade.POOR, -2: Shade.WORST}


def shades(kind: QuestionType, labels: Sequence[str]) -> tuple[Shade, ...] | None:
    """Return the shade of each option or point where they are a scale from good to bad; None where they are names.

    >>> shades(QuestionType.SINGLE, ["非常满意", "满意", "一般", "不满意"])
    (<Shade.BEST: 'c1'>, <Shade.GOOD: 'c-2'>, <Shade.MIDDLE: 'c-0'>, <Shade.WORST: 'c-5'>)
    >>> shades(QuestionType.SINGLE, ["很差", "差", "好", "很好"])
    (<Shade.WORST: 'c-5'>, <Shade.POOR: 'c-4'>, <Shade.GOOD: 'c-2'>, <Shade.BEST: 'c1'>)
    >>> shades(QuestionType.SINGLE, ["送货时间", "货源信息", "不用改进"])
    """
    if kind is QuestionType.RATING:
        return tuple(_of_rating(label) for label in labels)
    if kind is QuestionType.NPS:
        return tuple(_of_nps(label) for label in labels)
    if kind is not QuestionType.SINGLE:
        return None
    levels = _levels(labels)
    if levels is None:
        return None
    # The ends of the scale have the ends of the colours, however many steps lie between.
    strongest, weakest = max(levels), min(levels)
    return tuple(_OF_LEVELS[2 if level == strongest else -2 if level == weakest else level] for level in levels)


def distinct(kind: QuestionType, labels: Sequence[str]) -> tuple[Shade, ...]:
    """Return shades by which options are told apart where they stand beside one another in one bar.

    >>> distinct(QuestionType.MULTIPLE, ["送货", "货源"])
    (<Shade.BEST: 'c1'>, <Shade.GOOD: 'c-2'>)
    """
    return shades(kind, labels) or tuple(SHADES[place % len(SHADES)] for place in range(len(labels)))


def _of_rating(label: str) -> Shade:
    return _OF_LEVELS[max(-2, min(2, int(label) - 3))]


def _of_nps(label: str) -> Shade:
    return Shade.WORST if int(label) < 7 else Shade.MIDDLE if int(label) < 9 else Shade.BEST


def _levels(labels: Sequence[str]) -> list[int] | None:
    read = [_read(label.strip().rstrip("。！")) for label in labels]
    stems = {stem for stem, _ in read if stem}
    if len(stems) == 1:
        levels = [level for _, level in read]
        return levels if min(levels) < 0 < max(levels) else None
    for good, bad in _OPPOSITES:
        if stems == {good, bad}:
            return [-level if stem == bad else level for stem, level in read]
    return None


def _read(label: str) -> tuple[str, int]:
    """Return the word without what makes it stronger or weaker, and its level from -2 to 2."""
    if label in _MIDDLE:
        return "", 0
    rest = _STRONG.sub("", label)
    strength = 2 if rest != label else 1
    rest = _MILD.sub("", rest)
    stem = _NOT.sub("", rest)
    return stem, -strength if stem != rest else strength
