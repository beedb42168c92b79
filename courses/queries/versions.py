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
    """Return the newest versions of a course, as many as a page shows."""
    rows = session.scalars(
        select(CourseVersion)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(MOST_SHOWN)
    )
    return [CourseVersionLine(each.number, each.published_at, from_json(each.definition)) for each in rows]
