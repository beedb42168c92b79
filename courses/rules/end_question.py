"""End question of a lesson: what is no answer to it."""

from collections.abc import Mapping
from typing import Any


def is_skip(answer: Mapping[str, Any]) -> bool:
    """Whether a stored answer is none: an end question is answered, or the lesson is not finished."""
    return "s" in answer
