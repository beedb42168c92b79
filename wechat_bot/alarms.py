"""Alarm register: faults that only a person can mend (a wrong secret, an address not allowed), shown while recent."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import upsert
from wechat_bot.client.codes import SendError
from wechat_bot.models import Raised

#: How long an alarm is shown after its last occurrence.
RAISED_FOR = timedelta(minutes=15)


def raise_alarm(session: Session, what: str, detail: str, *, now: datetime) -> None:
    """Raise an alarm on the health page, for a fault that only a person can mend."""
    statement = upsert(session, Raised).values(what=what[:64], detail=detail, raised_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["what"], set_={"detail": detail, "raised_at": now}))


def note(session: Session, error: SendError, *, now: datetime) -> None:
    """Raise an alarm for an error of WeChat's if a person must see to it; one for each error code."""
    if error.is_alarming:
        raise_alarm(session, f"wechat:{error.code}", str(error), now=now)


def recent(session: Session, *, now: datetime) -> dict[str, str]:
    """The recent alarms: names, and WeChat's messages."""
    # An alarm in the future was raised before the clock was set back.
    lately = Raised.raised_at.between(now - RAISED_FOR, now + RAISED_FOR)
    rows = session.execute(select(Raised.what, Raised.detail).where(lately))
    return {what: detail for what, detail in rows}  # noqa: C416 - a dict of Rows is untyped
