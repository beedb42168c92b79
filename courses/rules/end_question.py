"""End question of a lesson: as it is asked, and what is no answer to it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questions.keyed.items import KeyedItem
from questions.stepping import Position


def position(item: KeyedItem | None, *, misread: int = 0) -> Position:
    """Return the position at an end question, which must be answered; at none where a lesson has none."""
    asked = () if item is None else (replace(item.question, required=True),)
    return Position(asked, {}, misread=misread)


def is_skip(answer: Mapping[str, Any]) -> bool:
    """Whether a stored answer is none: an end question is answered, or the lesson is not finished."""
    return "s" in answer
