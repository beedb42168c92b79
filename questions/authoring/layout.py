"""Layout of an author's file: its name and what it holds besides the questions, as the feature that asks declares
it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from questions.authoring.spelling import Places


class AuthoredFile(NamedTuple):
    """Content of an author's file, as a mapping, and where each value stands."""

    data: dict[str, Any]
    places: Places
    is_keyed: bool = True
    """Whether its author wrote our keys and a code for each question; else the questions have none yet."""


class Names(NamedTuple):
    """Row whose value is names under words, such as `客户类型=现代终端、普通终端`."""

    words: Mapping[str, str]
    """The keys of the words."""
    example: str


@dataclass(frozen=True)
class FileLayout:
    """Layout of a file of questions: what it holds above and besides them."""

    called: str
    """What authors call such a file; also the name of a workbook's first sheet."""
    rows: Mapping[str, str]
    """The words of the first sheet's rows, in their order, and their keys."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other words for them, also accepted."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """The keys whose values are names."""
    narrowing: Collection[str] = ()
    """The keys that mean everybody when left empty: a value written in the wrong place must not be taken for an empty
    one."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of a question that the caller reads itself, and their keys."""
