"""Head of what an author writes: the values around the questions, each read once, with its mistakes noted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Generic, TypeVar

from foundation.text import bare
from questions.authoring.spelling import Misspelt, Mistaken, Notes, Problem, moment, words

_NAMES = ("class", "area", "manager", "tag")
_T = TypeVar("_T")
LONGEST_TITLE, LONGEST_INTRO = 60, 200


@dataclass(frozen=True)
class Reviewed(Generic[_T]):
    """Result of a review: the usable part of what an author has written so far, and what is still to change."""

    definition: _T
    problems: tuple[Problem, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.mistakes

    def whole(self, called: str) -> _T:
        """Return what was written. Raises Mistaken naming everything that is to change; `called` is the author's word
        for it."""
        if self.mistakes:
            raise Mistaken(self.mistakes, called)
        return self.definition


@dataclass(frozen=True)
class Head:
    """Head as written."""

    data: Mapping[str, Any]
    notes: Notes

    def take(self, key: str, name: str, reader: Callable[[Any], _T], default: _T) -> _T:
        """Return the value of a key, read; the default where nothing is written or it cannot be read."""
        # An audience left empty is not the same as one left out.
        if key not in self.data or (self.data[key] is None and key != "audience"):
            return default
        try:
            return reader(self.data[key])
        except Misspelt as problem:
            self.wrong(key, name, str(problem))
            return default

    def wrong(self, key: str, name: str, problem: str) -> None:
        """Note a mistake at the value of a key."""
        self.notes.add(self.notes.named(name, key).strip(), (key,), problem)

    def need(self, key: str, name: str) -> None:
        """Note a mistake where nothing is written."""
        if self.data.get(key) is None:
            self.notes.add("", (key,) if not self.notes.keyed else (), f"缺少{self.notes.named(name, key)}".strip())

    def title(self) -> str:
        """Return the title, which must be given."""
        self.need("title", "标题")
        return self.take("title", "标题", partial(words, longest=LONGEST_TITLE), "")

    def intro(self) -> str:
        """Return what is said before the first question; empty where nothing is."""
        return self.take("intro", "说明", partial(words, longest=LONGEST_INTRO), "")

    def times(self, timezone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """Return when it opens and when it closes, as aware UTC; one written without a zone is in `timezone`."""
        opens: datetime | None = self.take("opens", "开始时间", lambda value: moment(value, timezone), None)
        closes: datetime | None = self.take(
            "closes", "结束时间", lambda value: moment(value, timezone, last=True), None
        )
        if opens and closes and closes <= opens:
            self.wrong("closes", "结束时间", f"应晚于{self.notes.named('开始时间', 'opens')}".strip())
        return opens, closes

    def reviewed(self, definition: _T) -> Reviewed[_T]:
        """Return the result, with all that was noted."""
        return Reviewed(definition, tuple(self.notes.problems), tuple(self.notes.mistakes))

    def audience(self) -> dict[str, Any] | None:
        """Return whom it is for, as written, with names in one order; None for every bound shop."""
        return self.take("audience", "对象", lambda value: _audience(value, keyed=self.notes.keyed), None)


def _audience(value: object, *, keyed: bool) -> dict[str, Any]:
    # An audience can only narrow: one given but empty must not become everyone.
    if not isinstance(value, Mapping) or not value:
        example = "是空的或写法不对，应如 {class: [现代终端]}；要发给全部店铺，请删去这一项"
        raise Misspelt(example if keyed else "请至少选一个条件；要发给全部店铺，请选“全部已绑定的店”")
    try:
        plain: dict[str, Any] = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        raise Misspelt("只能用文字和数字，时间请加引号") from None
    return {key: _names(each) if key in _NAMES else each for key, each in plain.items()}


def _names(value: Any) -> Any:
    """Normalise an audience's names: one or several in any order are the same audience; any other value stays as it
    is."""
    names = [value] if isinstance(value, str) else value
    is_plain = isinstance(names, list) and all(isinstance(each, str) for each in names)
    return sorted({bare(each).strip() for each in names}) if is_plain else value
