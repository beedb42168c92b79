"""Audit log: writing entries, and removing a person from them on erasure."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from console.models import AuditEntry
from console.rules.visitors import Visitor
from wechat_bot.erasure import Forgetting

#: Name of the actor of a command.
TERMINAL = "命令行"
#: Replaces what was removed from an entry.
ERASED = "（已删除）"
_QUOTED = re.compile("“([^”]+)”")
_MARKS = str.maketrans("“”", '""')
#: Time within which a search that goes on with the last one's text is the same search.
TYPED_WITHIN = timedelta(minutes=1)


def note(
    session: Session,
    visitor: Visitor | None,
    did: str,
    about: str = "",
    detail: str = "",
    *,
    address: str,
    now: datetime,
    who: str = "",
    is_search: bool = False,
    is_view: bool = False,
) -> None:
    """Write an audit log entry: in the transaction of the action, or before the page that shows something.

    A searched text is put into the detail in quotation marks, so that a person who is erased can be removed from it.
    """
    session.execute(
        insert(AuditEntry).values(
            at=now,
            user_id=visitor.user_id if visitor else None,
            who=(visitor.name if visitor else who)[:40],
            did=did,
            about=about[:120],
            detail=detail[:300],
            address=address[:64],
            is_search=is_search,
            is_view=is_view,
        )
    )


def note_search(session: Session, visitor: Visitor, did: str, sought: str, *, address: str, now: datetime) -> None:
    """Write what somebody searches for while they type: one entry, which grows with what is typed, for the beginnings
    of a word say nothing and would bury the rest of the log."""
    quoted = f"“{sought.translate(_MARKS)}”"
    last = session.execute(
        select(AuditEntry.id, AuditEntry.did, AuditEntry.detail, AuditEntry.at)
        .where(AuditEntry.user_id == visitor.user_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    if last is not None and last.did == did and now - last.at < TYPED_WITHIN:
        if last.detail.startswith(quoted[:-1]):  # what was typed is being deleted, or was asked for again
            return
        if quoted.startswith(last.detail[:-1]):
            _put(session, AuditEntry.id == last.id, at=now, detail=quoted)
            return
    note(session, visitor, did, detail=quoted, address=address, now=now, is_search=True, is_view=True)


def forget(session: Session, whom: Forgetting) -> None:
    """Remove a person who is erased from the entries; what was done, by whom and when, stays."""
    if whom.links:
        _put(session, AuditEntry.about.in_(whom.links), detail="")
    for name in whom.names:
        _put(session, AuditEntry.detail.contains(name, autoescape=True), detail=_without(AuditEntry.detail, name))
        _put(session, AuditEntry.about.contains(name, autoescape=True), about=_without(AuditEntry.about, name))
    if not whom.words:
        return
    searches = select(AuditEntry.id, AuditEntry.detail).where(AuditEntry.is_search, AuditEntry.detail.contains("“"))
    for key, detail in session.execute(searches).all():
        sought = [each for each in _QUOTED.findall(detail) if any(each in said or said in each for said in whom.words)]
        for each in sought:
            _put(session, AuditEntry.id == key, detail=_without(AuditEntry.detail, each))


def _without(column: Any, name: str) -> Any:
    return func.substr(func.replace(column, name, ERASED), 1, column.type.length)


def _put(session: Session, which: Any, **values: Any) -> None:
    session.execute(update(AuditEntry).where(which).values(values))
