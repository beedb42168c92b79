"""Erasure in the console: removes a person from the audit log, from finished tasks and from saved filters."""

from sqlalchemy.orm import Session

from console import audit, tasks
from console.lists import saving
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Remove a person who is erased from the audit log, from finished tasks and from saved filters."""
    if not whom.kinds:
        audit.forget(session, whom)
        tasks.forget(session, whom)
        saving.forget(session, whom)
