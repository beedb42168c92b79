"""Version cache: frozen versions, read from the database once in a process, because every answer needs one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.drafting import Works
from foundation.digest_cache import DigestCache
from surveys.models import Survey, Version
from surveys.rules.definition import Definition, from_json, to_json

WORKS = Works(Survey, Version, Version.survey_id, "调查", to_json, from_json)
#: More than a company has running at once, at some tens of kilobytes each.
_definitions: DigestCache[Definition] = DigestCache(256)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Version as it was published."""

    id: int
    number: int
    published_at: datetime
    definition: Definition


def definition(session: Session, version_id: int, digest: str) -> Definition:
    """Return the definition of a version; runs a statement only where this process has not used it lately."""

    def load() -> Definition:
        return from_json(session.scalars(select(Version.definition).where(Version.id == version_id)).one())

    return _definitions.get(digest, load)


def of_survey(session: Session, survey_id: int) -> list[Frozen]:
    """Return every version of a survey, the oldest first; empty where it was never published."""
    rows = session.execute(
        select(Version.id, Version.number, Version.published_at, Version.definition)
        .where(Version.survey_id == survey_id)
        .order_by(Version.number)
    )
    return [Frozen(row.id, row.number, row.published_at, from_json(row.definition)) for row in rows]
