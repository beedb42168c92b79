"""Ready-made courses to begin with: YAML files in `courses/ready_made`, each a whole course with a word on its use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path

from courses.rules import files
from courses.rules.definition import CourseDefinition
from courses.rules.review import read
from courses.rules.review_screens import no_media

_FOLDER = Path(__file__).parent.parent / "ready_made"
_ORDER = ("minors", "counter", "managers")


@dataclass(frozen=True, slots=True)
class ReadyMadeCourse:
    """Ready-made course."""

    name: str
    about: str
    """What it is for, in a sentence to its author."""
    definition: CourseDefinition


@cache
def ready_made() -> tuple[ReadyMadeCourse, ...]:
    """Return all of them, in the order they are offered.

    >>> [each.definition.title for each in ready_made()]
    ['把好未成年人这道关', '从进货到上柜，三步不出错', '走访时常被问到的三件事']
    """
    return tuple(map(_read, _ORDER))


def named(name: str) -> ReadyMadeCourse | None:
    """Return the one with this name; None where there is none."""
    return next((each for each in ready_made() if each.name == name), None)


def _read(name: str) -> ReadyMadeCourse:
    file = f"{name}.yaml"
    data = dict(files.parse((_FOLDER / file).read_bytes(), file).data)
    about = str(data.pop("about"))
    return ReadyMadeCourse(name, about, read(data, timezone=UTC, media=no_media))
