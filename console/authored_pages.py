"""Console pages of authored work, as far as they are the same for surveys, quizzes and courses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from flask import abort, request
from sqlalchemy.orm import Session

from console.authored import AuthoredDetail, AuthoredState
from foundation.errors import Refused
from questions.authoring.head import LONGEST_TITLE
from questions.authoring.spelling import Misspelt, Mistaken, words
from wechat_bot.services import current_services

Detail = TypeVar("Detail", bound=AuthoredDetail)
COPY = "（副本）"
EARLIER = 6
"""How many earlier works are offered to be copied."""


class HasPlace(Protocol):
    """Fault of rules as they were written: where it is, and in words."""

    @property
    def path(self) -> Sequence[object]: ...
    @property
    def words(self) -> str: ...


class RulesMistaken(Mistaken):
    """Refusal of rules as they were written, with what is wrong by the name of its field."""

    def __init__(self, mistakes: Sequence[str], problems: Sequence[HasPlace], called: str) -> None:
        super().__init__(list(mistakes), called)
        self.faults: dict[str, list[str]] = {}
        for problem in problems:
            self.faults.setdefault(str(problem.path[0]) if problem.path else "title", []).append(problem.words)


def find(
    detail: Callable[..., Detail | None], work_id: int, session: Session | None = None, *, is_published: bool = False
) -> Detail:
    """Return a work as `detail` reads it. Ends the request with 404 where there is none, or it was never published."""
    services = current_services()
    if session is None:
        with services.reading() as own:
            found = detail(own, work_id, now=services.clock())
    else:
        found = detail(session, work_id, now=services.clock())
    if found is None or (is_published and found.state is AuthoredState.DRAFT):
        abort(404)
    return found


def title() -> str:
    """Return the title in a form. Raises Refused where it is none."""
    try:
        return words(request.form.get("title", ""), longest=LONGEST_TITLE)
    except Misspelt as problem:
        raise Refused(f"标题{problem}。") from None


def copied(title: str) -> str:
    """Return the title of a copy.

    >>> copied("怎么辨别真假烟")
    '怎么辨别真假烟（副本）'
    """
    return title[: LONGEST_TITLE - len(COPY)] + COPY


def written(texts: Sequence[str], ticks: Sequence[str]) -> dict[str, object]:
    """Return the fields of a form of rules as an author's file would have them: None where a text is empty."""
    given = request.form
    return {name: given[name].strip() or None for name in texts if name in given} | ticked(given, ticks)


def posted(texts: Sequence[str], ticks: Sequence[str]) -> dict[str, object]:
    """Return the fields of a posted form of rules, to be shown again."""
    return {name: request.form.get(name, "") for name in texts} | ticked(request.form, ticks)


def ticked(given: Mapping[str, str], ticks: Sequence[str]) -> dict[str, object]:
    """Return which boxes of a form were ticked."""
    return {name: name in given for name in ticks}
