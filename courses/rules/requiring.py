"""Requirement of a course: other courses that a learner finishes first; none of them may lead back to it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import normalize

from questions.authoring.spelling import Misspelt

MOST = 5
_LINK = re.compile(r"(?:course:)?([1-9]\d{0,8})")
_APART = re.compile(r"[\s,、;]+")


def read(value: Any) -> tuple[int, ...]:
    """Read the courses that are required, by their links or numbers, each once. Raises Misspelt.

    >>> read(["course:2", 3]), read("course:2、3，2"), read(2)
    ((2, 3), (2, 3), (2,))
    >>> read("quiz:3")
    Traceback (most recent call last):
    questions.authoring.spelling.Misspelt: “quiz:3”应是微课的编号，如 course:2
    """
    each = value if isinstance(value, list) else [value]
    if any(isinstance(one, bool) or not isinstance(one, str | int) for one in each):
        raise Misspelt("应是微课的编号，如 course:2")
    written = [one for text in each for one in _APART.split(normalize("NFKC", str(text)).strip()) if one]
    found: list[int] = []
    for one in written:
        link = _LINK.fullmatch(one)
        if not link:
            raise Misspelt(f"“{one}”应是微课的编号，如 course:2")
        found.append(int(link[1]))
    if len(found) > MOST:
        raise Misspelt(f"最多写 {MOST} 门")
    return tuple(dict.fromkeys(found))


def leads_back(course_id: int, requires: Sequence[int], others: Mapping[int, Sequence[int]]) -> int | None:
    """Return which of the required courses requires this one, by itself or by what it requires; None where none does.

    >>> leads_back(1, [2, 3], {2: [], 3: [4], 4: [1]}), leads_back(1, [2], {2: [3], 3: [2]})
    (3, None)
    """
    for first in requires:
        seen, ahead = {first}, [first]
        while ahead:
            then = [each for each in others.get(ahead.pop(), ()) if each not in seen]
            seen.update(then)
            ahead += then
        if course_id in seen:
            return first
    return None
