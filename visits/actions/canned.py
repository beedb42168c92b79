"""Canned answers: saved, changed, deleted. Shared ones by those with the permission to set up visits, personal ones by
their owner."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from foundation.errors import Refused
from visits.models.answers import Canned
from visits.permissions import VISITS_SETTINGS
from visits.rules import canned as rules


def save(session: Session, canned_id: int | None, title: str, content: str, *, is_shared: bool, by: Visitor) -> int:
    """Save a canned answer; gives its id. Raises `Refused` for one this person may not change, or whose variables are
    unknown."""
    title, content = rules.check(title, content)
    if is_shared and not by.may(VISITS_SETTINGS):
        raise Refused("共用的常用语由管理员维护。")
    if not is_shared and by.manager_id is None:
        raise Refused("自己的常用语只有客户经理才有。")
    found = find(session, canned_id, by=by) if canned_id else Canned()
    found.title, found.content, found.manager_id = title, content, None if is_shared else by.manager_id
    session.add(found)
    session.flush()
    return found.id


def drop(session: Session, canned_id: int, *, by: Visitor) -> dict[str, str]:
    """Delete a canned answer; gives the form that would write it again."""
    found = find(session, canned_id, by=by)
    session.delete(found)
    return {"title": found.title, "content": found.content, "for": "all" if found.manager_id is None else "me"}


def find(session: Session, canned_id: int, *, by: Visitor) -> Canned:
    """Return a canned answer this person may change. Raises `Refused` for any other."""
    found = session.scalar(select(Canned).where(Canned.id == canned_id))
    may_shared = by.may(VISITS_SETTINGS)
    is_theirs = found is not None and (may_shared if found.manager_id is None else found.manager_id == by.manager_id)
    if found is None or not is_theirs:
        raise Refused("没有这条常用语，或不归您维护。")
    return found
