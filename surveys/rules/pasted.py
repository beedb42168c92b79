"""Look at a pasted questionnaire before it is taken: its questions as they were read, with what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, NamedTuple

from questions.authoring.pasted_text import Pasted
from questions.authoring.spelling import Problem
from questions.authoring.versions import with_codes
from questions.question import QuestionType
from surveys.rules.review import review


class PastedLine(NamedTuple):
    """Question as its author looks at it."""

    line: int
    """The line of the text it begins in."""
    type: QuestionType
    written: Mapping[str, Any]
    guesses: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastedLook:
    """Look at a whole pasted questionnaire."""

    pasted: Pasted
    title: str
    intro: str
    questions: tuple[PastedLine, ...]
    problems: tuple[str, ...]
    """What is wrong beside the questions."""


def look(pasted: Pasted, *, timezone: tzinfo) -> PastedLook:
    """Check a pasted questionnaire as any file of a survey is checked.

    >>> from datetime import UTC
    >>> from questions.authoring import pasted_text
    >>> from surveys.rules.files import LAYOUT
    >>> found = look(pasted_text.read("1. 满意吗[单选题]\\n满意", LAYOUT), timezone=UTC)
    >>> found.questions[0].problems
    ('只有一个选项“满意”，至少要两个。如果是几个选项写在了一起，请各占一格',)
    """
    data = pasted.file.data
    written = with_codes(data["questions"], ())
    # A survey without a title yet gets one on the page.
    seen = review({"title": "—", **data, "questions": written}, timezone=timezone, keyed=False).problems
    return PastedLook(
        pasted,
        str(data.get("title", "")),
        str(data.get("intro", "")),
        tuple(
            PastedLine(line, QuestionType(each["type"]), each, guesses, _of(n, seen))
            for n, (each, line, guesses) in enumerate(zip(written, pasted.lines, pasted.guesses, strict=True))
        ),
        tuple(problem.words for problem in seen if problem.path[:1] != ("questions",)) if written else (),
    )


def _of(n: int, problems: tuple[Problem, ...]) -> tuple[str, ...]:
    return tuple(problem.words for problem in problems if problem.path[:2] == ("questions", n))
