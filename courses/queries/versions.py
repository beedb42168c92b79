"""Versions of courses: the definition a version froze, read once in a process."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.drafting import Works
from courses.models.courses import Course, CourseVersion
from courses.rules.definition import CourseDefinition, from_json, to_json
from foundation.digest_cache import DigestCache

MOST_SHOWN = 50
WORKS = Works(Course, CourseVersion, CourseVersion.course_id, "微课", to_json, from_json)
_definitions: DigestCache[CourseDefinition] = DigestCache(256)


def definition(session: Session, version_id: int, digest: str) -> CourseDefinition:
    """Return the definition of a version; runs a statement only where this process has not used it lately."""

    def load() -> CourseDefinition:
        return from_json(session.scalars(select(CourseVersion.definition).where(CourseVersion.id == version_id)).one())

    return _definitions.get(digest, load)


class CourseVersionLine(NamedTuple):
    """Version in a list."""

    number: int
    published_at: datetime
    definition: CourseDefinition


def newest(session: Session, course_id: int) -> Sequence[CourseVersionLine]:
    """Return the newest versions of a course, as many as a page shows and the one before them."""
    of = _VERSIONS.where(CourseVersion.course_id == course_id)
    return list(map(_line, session.scalars(of.order_by(CourseVersion.number.desc()).limit(MOST_SHOWN + 1))))


def numbered(session: Session, course_id: int, number: int) -> CourseVersionLine | None:
    """Return a version of a course by its number; None where there is none."""
    row = session.scalar(_VERSIONS.where(CourseVersion.course_id == course_id, CourseVersion.number == number))
    return _line(row) if row is not None else None


_VERSIONS = select(CourseVersion)


def _line(version: CourseVersion) -> CourseVersionLine:
    return CourseVersionLine(version.number, version.published_at, from_json(version.definition))
