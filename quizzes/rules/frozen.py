"""Frozen definition: the JSON of a published quiz, with the versions of its questions in place of their texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quizzes.rules.definition import QuizDefinition, to_json


def frozen(definition: QuizDefinition, paper: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the JSON of a published version; `paper` are the places of a fixed paper, as they are stored.

    >>> frozen(QuizDefinition("测试"), [[3, "ab", 500, []]])["paper"]
    [[3, 'ab', 500, []]]
    """
    return to_json(replace(definition, questions=(), bank=(), order=())) | {"paper": [list(place) for place in paper]}


def paper(data: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Return the places of a fixed paper; none where each attempt draws its own."""
    found: Sequence[Sequence[Any]] = data["paper"]
    return found
