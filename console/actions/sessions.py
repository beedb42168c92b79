"""Session actions: update the last use, end."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from console.models import UserSession
from console.rules.sessions import ABSOLUTE
from foundation.database import changed
from foundation.errors import Refused


def seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Save the last use of a session."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def end_session(session: Session, user_id: int, session_id: int, *, now: datetime) -> None:
    """End one of a user's sessions. Raises `Refused` where they have no such session."""
    ended = changed(
        session,
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=now),
    )
    if not ended:
        raise Refused("这次登录已经结束了。")


def end_all(session: Session, user_id: int, now: datetime, *, but: int = 0) -> None:
    """End all sessions of a user but this one."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.id != but, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete sessions that ended long ago."""
    session.execute(delete(UserSession).where(UserSession.seen_at < now - ABSOLUTE * 10))
