"""Erasure in the console: removes a person from the audit log and from finished tasks."""

from sqlalchemy.orm import Session

from console import audit, tasks
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Remove a person who is erased from the audit log and from finished tasks."""
    if not whom.kinds:
        audit.forget(session, whom)
        tasks.forget(session, whom)
