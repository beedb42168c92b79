"""The audit log: what is written down, and what is taken out again where somebody is erased."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from console.models import AuditEntry
from console.rules.visitors import Visitor
from wechat_bot.erasure import Forgetting

#: Who did what was done by a command.
TERMINAL = "命令行"
#: Stands where something was taken out of what was written down.
ERASED = "（已删除）"
_QUOTED = re.compile("“([^”]+)”")


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
) -> None:
    """Write down what was done or seen, in the transaction that does or before the page that shows.

    Of a search, what was sought stands in the detail, in quotation marks: somebody erased is taken out of it.
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
        )
    )


def forget(session: Session, whom: Forgetting) -> None:
    """Take somebody who is erased out of what was written down; that it was done, by whom and when, stays."""
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
