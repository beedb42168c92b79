"""Marking: how many hundredths of a point an answer gets. Plain values in and out; nothing is read, nothing asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from questions.answers import FreeText, Multiple, Single, from_json
from questions.keyed.items import HUNDREDTHS, Key, KeyedItem, KeyEffect, MarkingRule
from questions.numerals import quantity, same

Mark = int | None
"""Hundredths of a point; None where the item is struck and counts for nobody."""

#: Whether a name stands in its marks (《烟草专卖法》) changes nothing.
_QUOTES = str.maketrans("", "", "《》〈〉“”‘’「」『』\"'")


class MarkedPaper(NamedTuple):
    """Marked paper: the mark of each item in order, their sum, and the greatest sum, in hundredths of a point."""

    marks: tuple[Mark, ...]
    total: int
    maximum: int


def paper(items: Sequence[KeyedItem], answers: Mapping[str, Mapping[str, Any]]) -> MarkedPaper:
    """Return the marked paper; `answers` are stored answers by the item's code, and what is missing gets nothing."""
    marks = tuple(mark(item, answers.get(item.code)) for item in items)
    maximum = sum(item.points for item in items if item.key.effect is not KeyEffect.STRUCK)
    return MarkedPaper(marks, sum(each for each in marks if each is not None), maximum)


def is_passed(total: int, maximum: int, pass_mark: int) -> bool:
    """Tell whether a total passes; `pass_mark` is the least share of the maximum in hundredths of a per cent.

    A paper of which every item is struck passes nobody.

    >>> is_passed(6000, 10_000, 6000), is_passed(5999, 10_000, 6000), is_passed(0, 0, 6000)
    (True, False, False)
    """
    return maximum > 0 and total * 10_000 >= pass_mark * maximum


def mark(item: KeyedItem, answer: Mapping[str, Any] | None) -> Mark:
    """Return the mark of a stored answer, from 0 to the item's points; None where the item is struck.

    >>> from questions.question import Question
    >>> from questions.keyed.items import Kind
    >>> often = Question("k4", Kind.FILL.type, "许可证延续应提前几天申请?")
    >>> item = KeyedItem(often, Kind.FILL, Key(variants=("三十天",)), 1000)
    >>> [mark(item, {"t": said}) for said in ("30天", "３０ 天", "三十天。", "30", "30元", "")]
    [1000, 1000, 1000, 1000, 0, 0]
    """
    key = item.key
    if key.effect is KeyEffect.STRUCK:
        return None
    if key.effect is KeyEffect.FULL:
        return item.points
    match from_json(item.question, answer) if answer is not None else None:
        case Single(option=chosen):
            return item.points if chosen in key.right else 0
        case Multiple(options=chosen_ones):
            return _of_several(frozenset(chosen_ones), key, item.points)
        case FreeText(text=said) if is_accepted(item.question.text, key.variants, said):
            return item.points
        case _:  # skipped, or never answered
            return 0


def is_right(item: KeyedItem, answer: Mapping[str, Any] | None) -> bool:
    """Whether a stored answer is wholly right, whatever the item is worth: half of a multiple choice is not.

    >>> from questions.keyed.items import Key, Kind
    >>> from questions.question import Option, Question
    >>> which = Question("q", Kind.MULTIPLE.type, "选哪几个？", tuple(Option(n, f"第 {n} 个") for n in (1, 2, 3)))
    >>> item = KeyedItem(which, Kind.MULTIPLE, Key(frozenset({1, 3})), points=0)
    >>> [is_right(item, {"o": chosen}) for chosen in ([1, 3], [1], [1, 2, 3])], is_right(item, {"s": True})
    ([True, False, False], False)
    """
    worth = replace(item, points=HUNDREDTHS)
    return mark(worth, answer) == HUNDREDTHS


def _of_several(chosen: frozenset[int], key: Key, points: int) -> int:
    hit = len(chosen & key.right)
    if not hit or chosen - key.right:
        return 0
    if chosen == key.right:
        return points
    match key.rule:
        case MarkingRule.HALF:
            return _rounded(points, 2)
        case MarkingRule.EACH:
            return _rounded(points * hit, len(key.right))
        case MarkingRule.ALL:
            return 0


def _rounded(value: int, by: int) -> int:
    """Return value ÷ by, half up."""
    return (2 * value + by) // (2 * by)


def is_accepted(asked: str, variants: Sequence[str], said: str) -> bool:
    """Tell whether words are one of the accepted spellings, apart from width, case, blanks, quotation marks and closing
    ones; or the same number, written in another way. `asked` is the text of the question.

    A unit must be the same; where only one of the two has one, it must be the one asked for (几天, 多少元) or stand in
    the accepted spelling.

    >>> is_accepted("提前几天?", ["30"], "三十天"), is_accepted("提前几天?", ["30"], "30元")
    (True, False)
    >>> is_accepted("证叫什么?", ["烟草专卖零售许可证"], "烟草专卖零售 许可证。"), is_accepted("?", ["香烟专卖"], "烟")
    (True, False)
    >>> is_accepted("?", ["烟草专卖法"], "《烟草专卖法》。"), is_accepted("?", ["《烟草专卖法》"], "烟草专卖法")
    (True, True)
    """
    said = said.translate(_QUOTES)
    word, number = same(said), quantity(said)
    if not word:
        return False
    for variant in (each.translate(_QUOTES) for each in variants):
        if same(variant) == word:
            return True
        wanted = quantity(variant)
        if number is None or wanted is None or number.value != wanted.value:
            continue
        if number.unit == wanted.unit or not number.unit or (not wanted.unit and number.spelt in asked):
            return True
    return False


def written(marks: Sequence[Mark]) -> str:
    """Return marks as they are stored; a struck item leaves its place empty.

    >>> written((500, 0, None)), read("500,0,")
    ('500,0,', (500, 0, None))
    """
    return ",".join("" if each is None else str(each) for each in marks)


def read(marks: str) -> tuple[Mark, ...]:
    """Return the marks that `written` stored."""
    return tuple(int(each) if each else None for each in marks.split(","))


def weakest_tag(marked: Sequence[tuple[KeyedItem, Mark]]) -> str:
    """Return the tag that lost the greatest share of its points, of equal ones the one that lost more; empty where
    nothing was lost or nothing has a tag."""
    lost: dict[str, int] = {}
    worth: dict[str, int] = {}
    for item, each in marked:
        if each is None:
            continue
        for tag in item.tags:
            lost[tag] = lost.get(tag, 0) + item.points - each
            worth[tag] = worth.get(tag, 0) + item.points
    losing = [tag for tag, points in lost.items() if points]
    return max(losing, key=lambda tag: (lost[tag] / worth[tag], lost[tag]), default="")
