"""Reader of `show_if`: when a question is asked, by the answers given to earlier ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from foundation.text import plain
from questions.authoring.spelling import Misspelt, decimal, suggestion
from questions.numerals import same
from questions.question import OTHER, OTHER_LABEL, Condition, Question, QuestionType, Span

_RANGE = re.compile(r"(?P<low>-?[0-9]+(?:\.[0-9]+)?)(?:\s*[-~至到]\s*(?P<high>-?[0-9]+(?:\.[0-9]+)?))?")


def read_conditions(
    value: object, *, codes: Sequence[str], place: int, earlier: Mapping[str, Question], keyed: bool
) -> tuple[Condition, ...]:
    """Read the conditions written for the question at `place` (from 0): a mapping of an earlier question's code to the
    options (labels or codes), points or ranges that show this one. Several questions must all agree.

    `codes` are those of all questions as written; a condition on an earlier question that is itself faulty is ignored,
    because that one is listed already. `keyed`: whether the author knows questions by their codes, or by their numbers.

    Raises Misspelt.
    """
    if not isinstance(value, Mapping) or not value:
        raise Misspelt("应如 {q1: [一般, 不满意]}")
    conditions: list[Condition] = []

    def name(code: str) -> str:
        return code if keyed else f"第 {codes.index(code) + 1} 题"

    for key, wanted in value.items():
        code = plain(str(key))
        if code not in codes:
            raise Misspelt(
                f"没有题目“{code}”" + suggestion(code, codes[:place]) if keyed else "所按的题已经不在了，请另选一题"
            )
        if codes.index(code) >= place:
            raise Misspelt(f"只能按前面的题，{name(code)} 不在前面")
        question = earlier.get(code)
        if question is None:
            continue
        values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        if not values:
            raise Misspelt(f"{code} 后面要写选项" if keyed else f"里请选好{name(code)}的回答")
        if question.type.has_options:
            conditions.append(Condition(code, frozenset(_option(question, one) for one in values)))
        elif question.type.scale is not None:
            conditions.append(Condition(code, frozenset(n for one in values for n in _points(question, one))))
        elif question.type is QuestionType.NUMBER:
            conditions.append(Condition(code, frozenset(), tuple(_span(one) for one in values)))
        else:
            raise Misspelt(f"不能按 {name(code)}，它是{question.type.label}题")
    return tuple(conditions)


def _option(question: Question, written: object) -> int:
    word = same(str(written))
    for option in question.options:
        if same(option.label) == word:
            return option.code
    if word.isascii() and word.isdigit() and int(word) in question.codes:
        return int(word)
    if question.other and word in (OTHER_LABEL, "其它"):
        return OTHER
    raise Misspelt(f"{question.code} 没有选项“{written}”" + suggestion(str(written), question.labels))


def _points(question: Question, written: object) -> list[int]:
    scale = question.type.scale or range(0)
    span = _span(written)
    points = [point for point in scale if span.low <= point <= span.high]
    if span.low not in scale or span.high not in scale:
        raise Misspelt(f"{question.code} 只有 {scale[0]} 到 {scale[-1]} 分，没有“{written}”")
    return points


def _span(written: object) -> Span:
    if isinstance(written, int | float | Decimal) and not isinstance(written, bool):
        return Span(decimal(written), decimal(written))
    match = _RANGE.fullmatch(re.sub("[–—−]+", "-", plain(str(written))))
    if match is None:
        raise Misspelt(f"“{written}”应是数字或范围，如 0-6")
    low, high = decimal(match["low"]), decimal(match["high"] or match["low"])
    if low > high:
        raise Misspelt(f"“{written}”的两头写反了")
    return Span(low, high)
