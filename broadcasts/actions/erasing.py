"""Erasing: what broadcasts forget of a person or a shop."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from broadcasts.models.pushes import Refusal
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Erase whose refusals of promotions they are."""
    if whom.kinds:
        return
    session.execute(delete(Refusal).where(Refusal.openid == whom.openid))
