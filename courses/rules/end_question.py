"""End question of a lesson: whether an answer to it is right."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questions.keyed import marking
from questions.keyed.items import HUNDREDTHS, KeyedItem


def is_right(item: KeyedItem, answer: Mapping[str, Any]) -> bool:
    """Whether a stored answer is wholly right: half of a multiple choice is not.

    >>> from questions.keyed.items import Key, Kind
    >>> from questions.question import Option, Question
    >>> which = Question("q", Kind.MULTIPLE.type, "选哪几个？", tuple(Option(n, f"第 {n} 个") for n in (1, 2, 3)))
    >>> item = KeyedItem(which, Kind.MULTIPLE, Key(frozenset({1, 3})), points=0)
    >>> [is_right(item, {"o": chosen}) for chosen in ([1, 3], [1], [1, 2, 3])], is_right(item, {"s": True})
    ([True, False, False], False)
    """
    return marking.mark(replace(item, points=HUNDREDTHS), answer) == HUNDREDTHS


def is_skip(answer: Mapping[str, Any]) -> bool:
    """Whether a stored answer is none: an end question is answered, or the lesson is not finished."""
    return "s" in answer
