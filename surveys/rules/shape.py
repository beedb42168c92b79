"""The nouns of a survey's definition, and the JSON in which a published version is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple

OTHER = 0
"""The code of 其他 wherever a question offers it."""

OTHER_LABEL = "其他"

Results = Literal["none", "after", "live"]
"""Whom the shops' own page shows the figures: nobody, whoever was asked once it is over, whoever has answered."""


class QuestionType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    RATING = "rating"
    NPS = "nps"
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"

    @property
    def label(self) -> str:
        """What staff call it."""
        return _LABELS[self]

    @property
    def has_options(self) -> bool:
        return self in (QuestionType.SINGLE, QuestionType.MULTIPLE)

    @property
    def scale(self) -> range | None:
        """The whole numbers one may give, for the two scales: rating 1-5, NPS 0-10.

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
    QuestionType.NPS: "NPS",
    QuestionType.NUMBER: "数字",
    QuestionType.TEXT: "文本",
    QuestionType.PHOTO: "照片",
}


@dataclass(frozen=True)
class Option:
    """One choice. Its code is stored and counted and never means anything else; its label may be reworded."""

    code: int
    label: str
    most: int | None = field(default=None, repr=False)
    """How many answers may choose it (名额)."""


class Span(NamedTuple):
    """Both ends belong to it; a single value is a span of itself."""

    low: Decimal
    high: Decimal


class Condition(NamedTuple):
    """Holds when the earlier `question` got one of `codes` (options, points of a scale) or a number within `spans`."""

    question: str
    codes: frozenset[int]
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Question:
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
    """Options of earlier versions, offered no longer: their counts keep a name, their codes are never re-used."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What is offered, in the order shown; a person replies with the place in this list, not with the code."""
        return tuple(option.label for option in self.options)

    @property
    def codes(self) -> frozenset[int]:
        """Every code that may be chosen now, 其他 included."""
        return frozenset(option.code for option in self.options) | ({OTHER} if self.other else frozenset())

    def label(self, code: int) -> str:
        """The words for a stored code, also when the option is offered no longer.

        >>> question = Question("q1", QuestionType.SINGLE, "?", (Option(1, "满意"),), retired=(Option(2, "一般"),))
        >>> question.label(1), question.label(2), question.label(0), question.label(9)
        ('满意', '一般', '其他', '选项 9')
        """
        for option in self.options + self.retired:
            if option.code == code:
                return option.label
        return OTHER_LABEL if code == OTHER else f"选项 {code}"


@dataclass(frozen=True)
class Definition:
    """A survey as written by its author. Moments are aware UTC; without one the survey opens, or ends, by hand."""

    title: str
    questions: tuple[Question, ...]
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    audience: Mapping[str, Any] | None = None
    """As written, read by `people`; None means every bound shop."""
    anonymous: bool = False
    min_seconds: int | None = None
    """Answers given faster than this are not valid (有效)."""
    results: Results = "none"
    intro: str = ""
    """What the author says before the first question."""
    limit: int | None = None
    """How many valid answers the survey takes in all."""
    area_limits: Mapping[str, int] = field(default_factory=dict)
    """How many of the shops of an area, by its name; an area that is not named has no limit."""
    class_limits: Mapping[str, int] = field(default_factory=dict)
    """The same of the classes of shops."""
    retired: tuple[Question, ...] = ()
    """Questions of earlier versions, so that what was answered to them keeps its name."""

    @property
    def is_poll(self) -> bool:
        """A poll (投票): one question, whose running result is shown to whoever has answered it."""
        return self.results == "live"

    @cached_property
    def has_conditions(self) -> bool:
        """Whether any question is asked of some only. Kept, for every answer asks."""
        return any(question.show_if for question in self.questions)

    def question(self, code: str) -> Question:
        """The question of that code, in this version.

        Raises KeyError when this version does not ask it.
        """
        for question in self.questions:
            if question.code == code:
                return question
        raise KeyError(code)


def to_json(definition: Definition) -> dict[str, Any]:
    """The definition as plain JSON values, to be stored as a frozen version; `from_json` reads it back unchanged."""
    return {
        "title": definition.title,
        "opens_at": definition.opens_at.isoformat() if definition.opens_at else None,
        "closes_at": definition.closes_at.isoformat() if definition.closes_at else None,
        "audience": dict(definition.audience) if definition.audience is not None else None,
        "anonymous": definition.anonymous,
        "min_seconds": definition.min_seconds,
        "results": definition.results,
        # Left out where there is none: a definition that was not changed keeps its digest.
        **({"intro": definition.intro} if definition.intro else {}),
        **({"limit": definition.limit} if definition.limit else {}),
        **({"area_limits": dict(definition.area_limits)} if definition.area_limits else {}),
        **({"class_limits": dict(definition.class_limits)} if definition.class_limits else {}),
        "questions": [_question_to_json(question) for question in definition.questions],
        "retired": [_question_to_json(question) for question in definition.retired],
    }


def from_json(data: Mapping[str, Any]) -> Definition:
    """Read back what `to_json` wrote.

    >>> one = Definition("调查", (Question("q1", QuestionType.NUMBER, "几位?", max=Decimal("5.5"), decimals=1),))
    >>> from_json(to_json(one)) == one
    True
    """
    return Definition(
        title=data["title"],
        opens_at=datetime.fromisoformat(data["opens_at"]) if data["opens_at"] else None,
        closes_at=datetime.fromisoformat(data["closes_at"]) if data["closes_at"] else None,
        audience=data["audience"],
        anonymous=data["anonymous"],
        min_seconds=data["min_seconds"],
        results=data["results"],
        intro=data.get("intro", ""),
        limit=data.get("limit"),
        area_limits=data.get("area_limits", {}),
        class_limits=data.get("class_limits", {}),
        questions=tuple(_question_from_json(question) for question in data["questions"]),
        retired=tuple(_question_from_json(question) for question in data["retired"]),
    )


def retire(question: Question) -> Question:
    """The question as it is remembered once it is asked no longer: without its condition, all its options old."""
    retired = tuple(replace(option, most=None) for option in question.options) + question.retired
    return replace(question, options=(), show_if=(), retired=retired)


def _question_to_json(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "type": question.type.value,
        "text": question.text,
        "options": [
            {"code": option.code, "label": option.label} | ({"most": option.most} if option.most else {})
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


def _question_from_json(data: Mapping[str, Any]) -> Question:
    return Question(
        code=data["code"],
        type=QuestionType(data["type"]),
        text=data["text"],
        options=tuple(Option(option["code"], option["label"], option.get("most")) for option in data["options"]),
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
    )


def _bound_to_json(bound: int | Decimal | None) -> int | str | None:
    # Text, because a JSON number would come back as a binary fraction.
    return str(bound) if isinstance(bound, Decimal) else bound


def _bound_from_json(bound: int | str | None) -> int | Decimal | None:
    return Decimal(bound) if isinstance(bound, str) else bound
