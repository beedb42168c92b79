"""Listing of the shops that are asked to take part in something, in one statement."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from foundation.database import changed, upsert
from people import audiences
from people.audiences import Spec


class HasAudience(Protocol):
    """Definition of what shops are asked."""

    @property
    def audience(self) -> Spec: ...


def enlist(session: Session, table: Any, those: Select[Any], column: str, values: Mapping[str, Any]) -> int:
    """Insert a row for each of those ids, in the column with this name, with these values beside; gives how many were
    new."""
    found = those.subquery()
    columns = {
        column: found.c[0],
        **{name: literal(each, table.__table__.c[name].type) for name, each in values.items()},
    }
    # SQLite accepts ON CONFLICT after a SELECT only with a WHERE between them.
    listed = select(*columns.values()).where(found.c[0].is_not(None))
    inserted = upsert(session, table).from_select(list(columns), listed, include_defaults=False)
    return changed(session, inserted.on_conflict_do_nothing())


def at_publication(before: HasAudience | None, definition: HasAudience, enlist: Callable[[], int]) -> int:
    """List the audience of what is published, the first time or where it was changed since; gives how many were new.
    Raises Refused where at first there is nobody in one."""
    if before is not None and before.audience == definition.audience:
        return 0
    listed = enlist()
    if before is None and definition.audience is not None:
        audiences.require_some(listed)
    return listed
