"""Requirement of a course: other courses that a learner finishes first, none of which may lead back to it; and of a
lesson: earlier ones."""

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
    found: list[int] = []
    for one in _apart(value, "微课的编号，如 course:2"):
        link = _LINK.fullmatch(one)
        if not link:
            raise Misspelt(f"“{one}”应是微课的编号，如 course:2")
        found.append(int(link[1]))
    if len(found) > MOST:
        raise Misspelt(f"最多写 {MOST} 门")
    return tuple(dict.fromkeys(found))


def read_lessons(value: Any, earlier: Sequence[str]) -> tuple[str, ...]:
    """Read which of the earlier lessons are required, by their numbers from 1; gives their codes. Raises Misspelt.

    >>> read_lessons([1], ["l1", "l2"]), read_lessons("1、2", ["l1", "l2"])
    (('l1',), ('l1', 'l2'))
    >>> read_lessons(3, ["l1", "l2"])
    Traceback (most recent call last):
    questions.authoring.spelling.Misspelt: “3”应是前面一课的序号，1 到 2
    """
    if not earlier:
        raise Misspelt("第 1 课前面没有别的课")
    found: list[str] = []
    for one in _apart(value, "前面各课的序号，如 1"):
        if not one.isdecimal() or not 1 <= int(one[:4]) <= len(earlier):
            raise Misspelt(f"“{one}”应是前面一课的序号，1 到 {len(earlier)}")
        found.append(earlier[int(one) - 1])
    return tuple(dict.fromkeys(found))


def _apart(value: Any, meant: str) -> list[str]:
    each = value if isinstance(value, list) else [value]
    if any(isinstance(one, bool) or not isinstance(one, str | int) for one in each):
        raise Misspelt(f"应是{meant}")
    return [one for text in each for one in _APART.split(normalize("NFKC", str(text)).strip()) if one]


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
