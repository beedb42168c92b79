"""Definition of a survey: its head, its questions, and the JSON in which a published version is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from questions import question as stored
from questions.question import Question

Results = Literal["none", "after", "live"]
"""Who sees the figures on the shops' own page: nobody, everybody who was asked once it is over, or whoever has
answered."""


@dataclass(frozen=True)
class Definition:
    """Definition of a survey as its author wrote it. Moments are aware UTC; without one the survey opens, or ends, by
    hand."""

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
    """The author's words before the first question."""
    limit: int | None = None
    """How many valid answers the survey takes in all."""
    area_limits: Mapping[str, int] = field(default_factory=dict)
    """At most how many shops of an area, by its name; an area that is not named has no limit."""
    class_limits: Mapping[str, int] = field(default_factory=dict)
    """The same for classes of shops."""
    retired: tuple[Question, ...] = ()
    """Questions of earlier versions, so that what was answered to them keeps its name."""

    @property
    def is_poll(self) -> bool:
        """Whether it is a poll (投票): one question, whose running result is shown to whoever has answered it."""
        return self.results == "live"

    def question(self, code: str) -> Question:
        """Return the question with that code, in this version.

        Raises KeyError when this version does not ask it.
        """
        for question in self.questions:
            if question.code == code:
                return question
        raise KeyError(code)


def to_json(definition: Definition) -> dict[str, Any]:
    """Return the definition as plain JSON values, to be stored as a frozen version; `from_json` reads it back
    unchanged."""
    return {
        "title": definition.title,
        "opens_at": definition.opens_at.isoformat() if definition.opens_at else None,
        "closes_at": definition.closes_at.isoformat() if definition.closes_at else None,
        "audience": dict(definition.audience) if definition.audience is not None else None,
        "anonymous": definition.anonymous,
        "min_seconds": definition.min_seconds,
        "results": definition.results,
        # Left out where empty, so that an unchanged definition keeps its digest.
        **({"intro": definition.intro} if definition.intro else {}),
        **({"limit": definition.limit} if definition.limit else {}),
        **({"area_limits": dict(definition.area_limits)} if definition.area_limits else {}),
        **({"class_limits": dict(definition.class_limits)} if definition.class_limits else {}),
        "questions": [stored.to_json(question) for question in definition.questions],
        "retired": [stored.to_json(question) for question in definition.retired],
    }


def from_json(data: Mapping[str, Any]) -> Definition:
    """Return the definition that `to_json` wrote.

    >>> one = Definition("调查", (), opens_at=datetime(2026, 7, 1), area_limits={"城东": 50})
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
        questions=tuple(stored.from_json(question) for question in data["questions"]),
        retired=tuple(stored.from_json(question) for question in data["retired"]),
    )
