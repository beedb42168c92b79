"""Rate limits: what one person, and all together, may hand in with forms inside WeChat or have sent today.

Counted in the database, for any number of processes. Nobody is named by it: a person is counted under a hash, for
two days.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from foundation.database import count_up
from foundation.errors import Refused
from wechat_bot import texts
from wechat_bot.models import HandedIn

#: Forms of one person in a minute: far more than anybody sends.
MOST_FORMS = 100
#: Bytes of files in a day, of one person and of all: some hundred photos, and some thousand shops with one each.
MOST_OF_ONE, MOST_OF_ALL = 100 << 20, 20 << 30
KEPT = timedelta(days=2)
ALL = "all"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_DAWN = datetime.fromisoformat("2026-01-01T00:00:00+08:00")


def count(session: Session, openid: str, size: int, *, now: datetime) -> None:
    """Count a submitted form and the bytes of its files. Raises `Refused` above a limit."""
    who = _hashed(openid)
    if _add(session, who, _MINUTE, 1, now) > MOST_FORMS:
        raise Refused(texts.TOO_FAST)
    if size and _add(session, who, _DAY, size, now) > MOST_OF_ONE:
        raise Refused(texts.too_many_files(MOST_OF_ONE))
    if size and _add(session, ALL, _DAY, size, now) > MOST_OF_ALL:
        raise Refused(texts.NO_ROOM_TODAY)


def count_today(session: Session, whose: str, most: int, too_many: str, *, now: datetime) -> None:
    """Count one more thing today under a name, which is kept as a hash. Raises `Refused` with a sentence above a
    limit."""
    if _add(session, _hashed(whose), _DAY, 1, now) > most:
        raise Refused(too_many)


def forget(session: Session, *, now: datetime) -> None:
    """Delete old counts."""
    session.execute(delete(HandedIn).where(HandedIn.began_at < now - KEPT))


def _hashed(whose: str) -> str:
    return hashlib.sha256(whose.encode()).hexdigest()[:32]


def _add(session: Session, who: str, span: timedelta, amount: int, now: datetime) -> int:
    """Add to the count of the current minute, or of the company's day; gives the new count."""
    began_at = _DAWN + (now - _DAWN) // span * span
    row = {"who": who, "seconds": int(span.total_seconds()), "began_at": began_at}
    return count_up(session, HandedIn.amount, row, amount)
