"""Erasure: what the console takes out of what it kept, where somebody is erased."""

from sqlalchemy.orm import Session

from console import audit, tasks
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Take somebody who is erased out of the audit log and out of finished work."""
    if not whom.kinds:
        audit.forget(session, whom)
        tasks.forget(session, whom)
