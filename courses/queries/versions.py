"""Versions of courses: the definition a version froze, read once in a process."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models.courses import CourseVersion
from courses.rules.definition import CourseDefinition, from_json
from foundation.digest_cache import DigestCache

_definitions: DigestCache[CourseDefinition] = DigestCache(256)


def definition(session: Session, version_id: int, digest: str) -> CourseDefinition:
    """Return the definition of a version; runs a statement only where this process has not used it lately."""

    def load() -> CourseDefinition:
        return from_json(session.scalars(select(CourseVersion.definition).where(CourseVersion.id == version_id)).one())

    return _definitions.get(digest, load)
