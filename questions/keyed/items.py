"""Item: a question with what makes it markable: its kind, its key, points, tags, difficulty, explanation, what to read.

What was shown (`to_json`) and the key (`key_to_json`) are stored apart: a key may be corrected, what was shown never
changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from questions import question as stored
from questions.numerals import same
from questions.question import Option, Question, QuestionType

HUNDREDTHS = 100
"""Marks are whole hundredths of a point: a sum is exact, and 60.00 is not 59.999."""

LONGEST_FOLDED = 200

RIGHT, WRONG = 1, 2
"""The codes of 对 and 错 in every true-or-false question."""

TRUTH_OPTIONS = (Option(RIGHT, "对"), Option(WRONG, "错"))


class Kind(StrEnum):
    """Kind of an item: how it is answered and marked."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUTH = "truth"
    FILL = "fill"

    @property
    def label(self) -> str:
        """The word staff use for it."""
        return _LABELS[self]

    @property
    def type(self) -> QuestionType:
        """How the question itself is asked."""
        return _TYPES[self]

    @property
    def is_shuffled(self) -> bool:
        """Whether its options have an order that may change."""
        return self in (Kind.SINGLE, Kind.MULTIPLE)


_LABELS = {Kind.SINGLE: "单选", Kind.MULTIPLE: "多选", Kind.TRUTH: "判断", Kind.FILL: "填空"}
_TYPES = {
    Kind.SINGLE: QuestionType.SINGLE,
    Kind.MULTIPLE: QuestionType.MULTIPLE,
    Kind.TRUTH: QuestionType.SINGLE,
    Kind.FILL: QuestionType.TEXT,
}


class Difficulty(StrEnum):
    """Difficulty of an item, as its author sees it."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def label(self) -> str:
        return {Difficulty.EASY: "易", Difficulty.MEDIUM: "中", Difficulty.HARD: "难"}[self]


class MarkingRule(StrEnum):
    """Marking rule of a multiple choice. A wrong choice gives nothing under each of them: ticking all never pays."""

    ALL = "all"
    """All right choices, or nothing."""
    HALF = "half"
    """Half of the points where right choices are missing."""
    EACH = "each"
    """The share of the right choices."""

    @property
    def label(self) -> str:
        return {MarkingRule.ALL: "全对才得分", MarkingRule.HALF: "漏选得一半", MarkingRule.EACH: "按选对的比例得分"}[
            self
        ]


class KeyEffect(StrEnum):
    """Effect of a key: how an item counts."""

    MARKED = "marked"
    STRUCK = "struck"
    """It no longer counts: neither its mark nor its points."""
    FULL = "full"
    """Everybody who was asked it gets its points."""


@dataclass(frozen=True, slots=True)
class Key:
    """Key of an item: what is right. For a single choice each of `right` is enough; for a multiple choice all are."""

    right: frozenset[int] = frozenset()
    variants: tuple[str, ...] = ()
    """Accepted spellings of a fill-in."""
    rule: MarkingRule = MarkingRule.ALL
    effect: KeyEffect = KeyEffect.MARKED


@dataclass(frozen=True, slots=True)
class KeyedItem:
    """Item of the bank or of a quiz."""

    question: Question
    kind: Kind
    key: Key
    points: int
    """Hundredths of a point."""
    tags: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty.MEDIUM
    explanation: str = ""
    lesson: str = ""
    """Link to what teaches it, such as `article:9`."""
    source: str = ""
    """Where its author has it from."""
    shuffles: bool = True
    """Whether its options may be shown in another order."""

    @property
    def code(self) -> str:
        return self.question.code

    def under(self, code: str) -> KeyedItem:
        """Return the same item with another code."""
        return replace(self, question=replace(self.question, code=code))

    def with_key(self, key: Key) -> KeyedItem:
        """Return the same item with another key."""
        return replace(self, key=key)

    @property
    def right_words(self) -> str:
        """What is right, in words."""
        if self.kind is Kind.FILL:
            return " 或 ".join(self.key.variants)
        parted = "；" if self.kind is Kind.MULTIPLE else " 或 "
        return parted.join(option.label for option in self.question.options if option.code in self.key.right)


def folded(text: str) -> str:
    """Return the text of a question without width, case, blanks and closing marks: two that agree are the same question
    twice.

    >>> folded("封签 应贴在哪一面？") == folded("封签应贴在哪一面?")
    True
    """
    return same(text)[:LONGEST_FOLDED]


def to_json(item: KeyedItem) -> dict[str, Any]:
    """Return what is shown of an item as plain JSON values; `from_json` reads it back unchanged.

    Left out are the key, and what staff may change without a new version: points, tags, difficulty.
    """
    return {
        "question": stored.to_json(item.question),
        "kind": item.kind.value,
        "explanation": item.explanation,
        "lesson": item.lesson,
        "source": item.source,
        "shuffles": item.shuffles,
    }


def from_json(
    data: Mapping[str, Any],
    key: Key,
    *,
    points: int,
    tags: tuple[str, ...] = (),
    difficulty: Difficulty = Difficulty.MEDIUM,
) -> KeyedItem:
    """Return the item whose shown part `to_json` wrote.

    >>> one = KeyedItem(Question("k1", QuestionType.SINGLE, "?", TRUTH_OPTIONS), Kind.TRUTH, Key(frozenset({1})), 500)
    >>> from_json(to_json(one), one.key, points=500) == one
    True
    """
    return KeyedItem(
        question=stored.from_json(data["question"]),
        kind=Kind(data["kind"]),
        key=key,
        points=points,
        tags=tags,
        difficulty=difficulty,
        explanation=data["explanation"],
        lesson=data["lesson"],
        source=data["source"],
        shuffles=data["shuffles"],
    )


def key_to_json(key: Key) -> dict[str, Any]:
    """Return the key as plain JSON values; `key_from_json` reads it back unchanged."""
    return {
        "right": sorted(key.right),
        "variants": list(key.variants),
        "rule": key.rule.value,
        "effect": key.effect.value,
    }


def key_from_json(data: Mapping[str, Any]) -> Key:
    """Return the key that `key_to_json` wrote.

    >>> one = Key(frozenset({1, 3}), rule=MarkingRule.EACH)
    >>> key_from_json(key_to_json(one)) == one
    True
    """
    return Key(frozenset(data["right"]), tuple(data["variants"]), MarkingRule(data["rule"]), KeyEffect(data["effect"]))
