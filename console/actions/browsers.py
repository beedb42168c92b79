"""Known browser actions: in a browser where a user signed in before, strangers' failed tries cause no waiting."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from console import passwords
from console.models import KnownBrowser, User
from console.rules.sessions import BROWSER_KNOWN
from foundation.database import upsert


def know(session: Session, user_id: int, browser: str, now: datetime) -> None:
    """Save a browser as known, or renew it."""
    known = upsert(session, KnownBrowser).values(token_hash=passwords.token_hash(browser), user_id=user_id, seen_at=now)
    session.execute(known.on_conflict_do_update(index_elements=["token_hash", "user_id"], set_={"seen_at": now}))


def known(session: Session, browser: str, whose: ColumnElement[bool], now: datetime) -> str:
    """The key under which this browser's tries are counted, where the user signed in there before; else empty."""
    mark = passwords.token_hash(browser)
    known = select(KnownBrowser.id).join(User, User.id == KnownBrowser.user_id).where(whose)
    since = KnownBrowser.seen_at > now - BROWSER_KNOWN
    is_known = browser and session.scalar(known.where(KnownBrowser.token_hash == mark, since)) is not None
    return mark[:40] if is_known else ""


def forget_all(session: Session, user_id: int, *, but: str = "") -> None:
    """Forget all known browsers of a user, except the one with this token."""
    theirs = [KnownBrowser.user_id == user_id, *([KnownBrowser.token_hash != passwords.token_hash(but)] if but else [])]
    session.execute(delete(KnownBrowser).where(*theirs))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete known browsers that have expired."""
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < now - BROWSER_KNOWN))
