"""Question: its type, options, bounds and conditions, and the JSON in which it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

OTHER = 0
"""The code of 其他 wherever a question offers it."""

OTHER_LABEL = "其他"


class QuestionType(StrEnum):
    """Type of a question: how it is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RATING = "rating"
    NPS = "nps"
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"

    @property
    def label(self) -> str:
        """The word staff use for it."""
        return _LABELS[self]

    @property
    def has_options(self) -> bool:
        return self in (QuestionType.SINGLE, QuestionType.MULTIPLE)

    @property
    def scale(self) -> range | None:
        """The whole numbers of the two scales: rating 1-5, NPS 0-10; None for other types.

        >>> list(QuestionType.RATING.scale)
        [1, 2, 3, 4, 5]
        """
        if self is QuestionType.RATING:
            return range(1, 6)
        return range(11) if self is QuestionType.NPS else None


_LABELS = {
    QuestionType.SINGLE: "单选",
    QuestionType.MULTIPLE: "多选",
    QuestionType.RATING: "评分",
    QuestionType.NPS: "推荐度",
    QuestionType.NUMBER: "数字",
    QuestionType.TEXT: "文本",
    QuestionType.PHOTO: "照片",
}


class Illustration(NamedTuple):
    """Illustration of a question or an option: the key under which the feature that asks keeps the picture, and what
    it shows in words, for whoever cannot see it."""

    key: str
    alt: str


@dataclass(frozen=True)
class Option:
    """Option to choose. Its code is stored and counted and never gets another meaning; its label may be reworded."""

    code: int
    label: str
    most: int | None = field(default=None, repr=False)
    """How many people may choose it; the caller counts them."""
    picture: Illustration | None = field(default=None, repr=False)
    points: int | None = field(default=None, repr=False)
    """What choosing it is worth where the whole sheet is scored; None where it says nothing of that (不了解)."""


class Span(NamedTuple):
    """Range of numbers, both ends included; a single value is a span of itself."""

    low: Decimal
    high: Decimal


class Condition(NamedTuple):
    """Condition of a question: the earlier `question` was answered with one of `codes` (options, points of a scale) or
    a number within one of `spans`."""

    question: str
    codes: frozenset[int]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Question:
    """Question as it is asked. Answers are stored under its code, in every version."""

    code: str
    type: QuestionType
    text: str
    options: tuple[Option, ...] = ()
    other: bool = False
    min: int | Decimal | None = None
    """Least number of choices (multiple, int) or least value (number, Decimal)."""
    max: int | Decimal | None = None
    """Most choices (multiple, int) or greatest value (number, Decimal)."""
    decimals: int = 0
    required: bool = True
    show_if: tuple[Condition, ...] = ()
    """All must hold; empty means always shown."""
    retired: tuple[Option, ...] = ()
    """Options of earlier versions, no longer offered: their counts keep a label, their codes are never re-used."""
    picture: Illustration | None = field(default=None, repr=False)
    weight: int | None = field(default=None, repr=False)
    """How much it counts where the whole sheet is scored: 1 where its options have points and nothing is said. A scale
    counts only with a weight."""

    @property
    def pictures(self) -> tuple[Illustration, ...]:
        """Its own picture, and those of its options."""
        return tuple(filter(None, (self.picture, *(option.picture for option in self.options))))

    @property
    def labels(self) -> tuple[str, ...]:
        """The offered options, in the order shown; a person replies with the place in this list, not with the code."""
        return tuple(option.label for option in self.options)

    @property
    def codes(self) -> frozenset[int]:
        """Every code that may be chosen now, including 其他."""
        return frozenset(option.code for option in self.options) | ({OTHER} if self.other else frozenset())

    def label(self, code: int) -> str:
        """Return the words for a stored code, also when the option is no longer offered.

        >>> question = Question("q1", QuestionType.SINGLE, "?", (Option(1, "满意"),), retired=(Option(2, "一般"),))
        >>> question.label(1), question.label(2), question.label(0), question.label(9)
        ('满意', '一般', '其他', '选项 9')
        """
        for option in self.options + self.retired:
            if option.code == code:
                return option.label
        return OTHER_LABEL if code == OTHER else f"选项 {code}"


def retire(question: Question) -> Question:
    """Return the question as it is remembered once no longer asked: without its condition, all its options retired."""
    bare = tuple(replace(option, most=None, picture=None, points=None) for option in question.options)
    return replace(question, options=(), show_if=(), retired=bare + question.retired, picture=None, weight=None)


def to_json(question: Question) -> dict[str, Any]:
    """Return the question as plain JSON values, as it is stored; `from_json` reads it back unchanged."""
    return {
        "code": question.code,
        "type": question.type.value,
        "text": question.text,
        # Left out where there is none, so that what has no pictures and no weight stays as it was stored.
        **_picture_to_json(question.picture),
        **({"weight": question.weight} if question.weight else {}),
        "options": [
            {"code": option.code, "label": option.label}
            | ({"most": option.most} if option.most else {})
            | _picture_to_json(option.picture)
            | ({} if option.points is None else {"points": option.points})
            for option in question.options
        ],
        "other": question.other,
        "min": _bound_to_json(question.min),
        "max": _bound_to_json(question.max),
        "decimals": question.decimals,
        "required": question.required,
        "show_if": [
            {
                "question": condition.question,
                "codes": sorted(condition.codes),
                "spans": [[str(span.low), str(span.high)] for span in condition.spans],
            }
            for condition in question.show_if
        ],
        "retired": [{"code": option.code, "label": option.label} for option in question.retired],
    }


def from_json(data: Mapping[str, Any]) -> Question:
    """Return the question that `to_json` wrote.

    >>> one = Question("q1", QuestionType.NUMBER, "几位?", max=Decimal("5.5"), decimals=1)
    >>> from_json(to_json(one)) == one
    True
    """
    return Question(
        code=data["code"],
        type=QuestionType(data["type"]),
        text=data["text"],
        options=tuple(
            Option(
                option["code"], option["label"], option.get("most"), _picture_from_json(option), option.get("points")
            )
            for option in data["options"]
        ),
        other=data["other"],
        min=_bound_from_json(data["min"]),
        max=_bound_from_json(data["max"]),
        decimals=data["decimals"],
        required=data["required"],
        show_if=tuple(
            Condition(
                condition["question"],
                frozenset(condition["codes"]),
                tuple(Span(Decimal(low), Decimal(high)) for low, high in condition["spans"]),
            )
            for condition in data["show_if"]
        ),
        retired=tuple(Option(option["code"], option["label"]) for option in data["retired"]),
        picture=_picture_from_json(data),
        weight=data.get("weight"),
    )


def _picture_to_json(picture: Illustration | None) -> dict[str, Any]:
    return {"picture": picture._asdict()} if picture else {}


def _picture_from_json(data: Mapping[str, Any]) -> Illustration | None:
    return Illustration(**data["picture"]) if "picture" in data else None


def _bound_to_json(bound: int | Decimal | None) -> int | str | None:
    # Text, because a JSON number would come back as a binary fraction.
    return str(bound) if isinstance(bound, Decimal) else bound


def _bound_from_json(bound: int | str | None) -> int | Decimal | None:
    return Decimal(bound) if isinstance(bound, str) else bound
