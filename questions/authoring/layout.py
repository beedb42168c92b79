"""Layout of an author's file: what it is called and what stands in it beside the questions, as whoever asks says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from questions.authoring.spelling import Places


class AuthoredFile(NamedTuple):
    """What an author's file says, as a mapping, and where each value stands."""

    data: dict[str, Any]
    places: Places


class Names(NamedTuple):
    """A row whose value is names under words, such as `客户类型=现代终端、普通终端`."""

    words: Mapping[str, str]
    """The keys of the words."""
    example: str


@dataclass(frozen=True)
class FileLayout:
    """What a file of questions holds above and beside them."""

    called: str
    """What authors call such a file; in a workbook also the name of its first sheet."""
    rows: Mapping[str, str]
    """The words of the first sheet's rows, in their order, and their keys."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other words for them."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """The keys whose values are names."""
    narrowing: Collection[str] = ()
    """The keys that mean everybody when they are left empty: a value that went astray must not be taken for none."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of a question that the caller reads itself, and their keys."""
