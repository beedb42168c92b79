"""Definition of a quiz: its head, its questions or how they are drawn; its JSON as a draft and as published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from questions.keyed import items as stored
from questions.keyed.items import Difficulty, KeyedItem

FULL_SHARE = 10_000
"""A share of one in hundredths of a per cent, the unit of pass marks."""

DEFAULT_PASS = 6000


class CountRule(StrEnum):
    """Rule of which attempt of a shop counts."""

    FIRST = "first"
    BEST = "best"
    LAST = "last"

    @property
    def label(self) -> str:
        return {CountRule.FIRST: "取第一次", CountRule.BEST: "取最高分", CountRule.LAST: "取最后一次"}[self]


class Reveal(StrEnum):
    """Rule of when a shop is shown what was right."""

    AT_ONCE = "at_once"
    AFTER_CLOSING = "after_closing"
    NEVER = "never"

    @property
    def label(self) -> str:
        return {Reveal.AT_ONCE: "交卷就看", Reveal.AFTER_CLOSING: "结束后看", Reveal.NEVER: "不公布"}[self]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Stratum of a drawn paper: so many questions of the bank with this tag and difficulty."""

    count: int
    tag: str
    difficulty: Difficulty | None = None
    points: int | None = None
    """Hundredths of a point for each; None leaves each at its own."""


@dataclass(frozen=True, slots=True)
class FromBank:
    """Question of the bank in a fixed paper, by its code."""

    code: str
    points: int | None = None
    """Hundredths of a point; None leaves it at its own."""


@dataclass(frozen=True)
class QuizDefinition:
    """Definition of a quiz as its author wrote it: a fixed paper (`questions` and `bank`, in `order`) or a drawn one
    (`draw`), never both.

    Moments are aware UTC; without one the quiz opens, or ends, by hand.
    """

    title: str
    questions: tuple[KeyedItem, ...] = ()
    bank: tuple[FromBank, ...] = ()
    draw: tuple[Stratum, ...] = ()
    order: tuple[str, ...] = ()
    """Codes of the fixed paper in the order they are asked; those it does not name follow as they are written."""
    intro: str = ""
    """The author's words before the first question."""
    minutes: int | None = None
    """How long an attempt may take; None for no limit."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    is_start_only: bool = False
    """The end forbids beginning; who has begun keeps the whole time."""
    attempts: int = 1
    counts: CountRule = CountRule.BEST
    pass_mark: int = DEFAULT_PASS
    """Least share of the maximum, in hundredths of a per cent."""
    shuffle: bool = False
    """Questions and options in another order for each attempt."""
    reveal: Reveal = Reveal.AT_ONCE
    audience: Mapping[str, Any] | None = None
    """As written, read by `people`; None means every bound shop."""
    has_ranking: bool = True
    is_ranked_by_speed: bool = False
    """Whether the quicker of two equal scores stands higher."""

    @property
    def is_drawn(self) -> bool:
        """Whether each attempt has a paper of its own."""
        return bool(self.draw)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the fixed paper, in the order they are asked."""
        written = [*(item.code for item in self.questions), *(each.code for each in self.bank)]
        place = {code: n for n, code in enumerate(self.order)}
        return tuple(sorted(written, key=lambda code: place.get(code, len(place))))


def to_json(definition: QuizDefinition) -> dict[str, Any]:
    """Return the definition as plain JSON values, as a draft is kept; `from_json` reads it back unchanged."""
    return {
        "title": definition.title,
        "questions": [_item_to_json(each) for each in definition.questions],
        "bank": [{"code": each.code, "points": each.points} for each in definition.bank],
        "draw": [
            {
                "count": each.count,
                "tag": each.tag,
                "difficulty": each.difficulty.value if each.difficulty else None,
                "points": each.points,
            }
            for each in definition.draw
        ],
        "order": list(definition.order),
        "intro": definition.intro,
        "minutes": definition.minutes,
        "opens_at": definition.opens_at.isoformat() if definition.opens_at else None,
        "closes_at": definition.closes_at.isoformat() if definition.closes_at else None,
        "is_start_only": definition.is_start_only,
        "attempts": definition.attempts,
        "counts": definition.counts.value,
        "pass_mark": definition.pass_mark,
        "shuffle": definition.shuffle,
        "reveal": definition.reveal.value,
        "audience": dict(definition.audience) if definition.audience is not None else None,
        "has_ranking": definition.has_ranking,
        "is_ranked_by_speed": definition.is_ranked_by_speed,
    }


def from_json(data: Mapping[str, Any]) -> QuizDefinition:
    """Return the definition that `to_json` wrote.

    >>> one = QuizDefinition("测试", bank=(FromBank("k1", 500),), opens_at=datetime(2026, 12, 1), audience={})
    >>> from_json(to_json(one)) == one
    True
    """
    return QuizDefinition(
        title=data["title"],
        questions=tuple(_item_from_json(each) for each in data["questions"]),
        bank=tuple(FromBank(each["code"], each["points"]) for each in data["bank"]),
        draw=tuple(
            Stratum(
                each["count"],
                each["tag"],
                Difficulty(each["difficulty"]) if each["difficulty"] else None,
                each["points"],
            )
            for each in data["draw"]
        ),
        order=tuple(data["order"]),
        intro=data["intro"],
        minutes=data["minutes"],
        opens_at=datetime.fromisoformat(data["opens_at"]) if data["opens_at"] else None,
        closes_at=datetime.fromisoformat(data["closes_at"]) if data["closes_at"] else None,
        is_start_only=data["is_start_only"],
        attempts=data["attempts"],
        counts=CountRule(data["counts"]),
        pass_mark=data["pass_mark"],
        shuffle=data["shuffle"],
        reveal=Reveal(data["reveal"]),
        audience=data["audience"],
        has_ranking=data["has_ranking"],
        is_ranked_by_speed=data["is_ranked_by_speed"],
    )


def frozen(definition: QuizDefinition, paper: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the JSON of a published version; `paper` are the places of a fixed paper, as they are stored.

    >>> frozen(QuizDefinition("测试"), [[3, "ab", 500, []]])["paper"]
    [[3, 'ab', 500, []]]
    """
    return to_json(replace(definition, questions=(), bank=(), order=())) | {"paper": [list(place) for place in paper]}


def fixed_paper(data: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Return the places of a fixed paper; none where each attempt draws its own."""
    found: Sequence[Sequence[Any]] = data["paper"]
    return found


def _item_to_json(item: KeyedItem) -> dict[str, Any]:
    return {
        "item": stored.to_json(item),
        "key": stored.key_to_json(item.key),
        "points": item.points,
        "tags": list(item.tags),
        "difficulty": item.difficulty.value,
    }


def _item_from_json(data: Mapping[str, Any]) -> KeyedItem:
    return stored.from_json(
        data["item"],
        stored.key_from_json(data["key"]),
        points=data["points"],
        tags=tuple(data["tags"]),
        difficulty=Difficulty(data["difficulty"]),
    )
