"""Version cache: frozen versions, read from the database once in a process, because every answer needs one."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Version
from surveys.rules.definition import Definition, from_json

#: Definitions kept: more than a company has running at once, at some tens of kilobytes each.
KEPT = 256
# By digest, not by id: two databases of one process (tests, a restored copy) have the same ids for other versions.
_known: OrderedDict[str, Definition] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Frozen:
    """Version as it was published."""

    id: int
    number: int
    published_at: datetime
    definition: Definition


def digest(definition: Mapping[str, Any]) -> str:
    """Return the digest of a definition's content, the same for the same content.

    >>> digest({"title": "调查", "questions": []}) == digest({"questions": [], "title": "调查"})
    True
    """
    return hashlib.sha256(json.dumps(definition, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def definition(session: Session, version_id: int, digest: str) -> Definition:
    """Return the definition of a version; runs a statement only where this process has not used it lately."""
    with _lock:
        found = _known.get(digest)
        if found is not None:
            _known.move_to_end(digest)
            return found
    found = from_json(session.scalars(select(Version.definition).where(Version.id == version_id)).one())
    _keep(digest, found)
    return found


def of_survey(session: Session, survey_id: int) -> list[Frozen]:
    """Return every version of a survey, the oldest first; empty where it was never published."""
    rows = session.execute(
        select(Version.id, Version.number, Version.published_at, Version.definition)
        .where(Version.survey_id == survey_id)
        .order_by(Version.number)
    )
    return [Frozen(row.id, row.number, row.published_at, from_json(row.definition)) for row in rows]


def unknown(survey_id: int) -> str:
    """Return the sentence for staff who named a survey that does not exist."""
    return f"没有编号为 {survey_id} 的调查。"


def _keep(digest: str, definition: Definition) -> None:
    with _lock:
        _known[digest] = definition
        while len(_known) > KEPT:
            _known.popitem(last=False)
