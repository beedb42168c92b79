"""Clock skew detector: our clock differs from WeChat's, seen in many callbacks in a row."""

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.database import Database
from wechat_bot import alarms

log = structlog.get_logger(__name__)
#: Difference of the clocks that is reported: even a fourth delivery comes within minutes.
BEARABLE = timedelta(minutes=10)
#: Number of callbacks in a row: a few may be replays of old ones.
MANY = 5
TOLD_EVERY = 60.0


class Skew:
    """Clock skew as measured by the latest callbacks of this process."""

    def __init__(self) -> None:
        self._signed: set[datetime] = set()
        self._silent_until = 0.0

    def is_told(self, signed_at: datetime, now: datetime) -> bool:
        """Count a callback, each second of signing only once; gives whether there is a skew to report.

        >>> signed, skew = datetime(2026, 1, 1), Skew()
        >>> any(skew.is_told(signed, signed + timedelta(hours=5)) for _ in range(20))  # the same one, again and again
        False
        """
        if abs(now - signed_at) < BEARABLE:
            self._signed.clear()
            return False
        if len(self._signed) < MANY:
            self._signed.add(signed_at)
        if len(self._signed) < MANY or time.monotonic() < self._silent_until:
            return False
        self._silent_until = time.monotonic() + TOLD_EVERY
        return True

    def note(self, database: Database, signed_at: datetime, *, now: datetime) -> None:
        """Raise an alarm that our clock is wrong, where many callbacks in a row say so."""
        if not self.is_told(signed_at, now):
            return
        said = told(now - signed_at)
        log.error("the clock is wrong", said=said)
        try:
            with database.transaction() as session:
                alarms.raise_alarm(session, "clock", said, now=now)
        except SQLAlchemyError as error:
            log.warning("the health page could not be told", error=type(error).__name__)


def told(ahead: timedelta) -> str:
    """The text about a wrong clock, for the operator.

    >>> told(timedelta(hours=5, seconds=-2))
    "the server's clock is 5:00 ahead of WeChat's; set it by NTP. Callbacks signed too long ago are refused"
    >>> told(timedelta(minutes=-90))
    "the server's clock is 1:30 behind WeChat's; set it by NTP"
    """
    minutes = round(abs(ahead).total_seconds() / 60)
    if ahead < timedelta():
        return f"the server's clock is {minutes // 60}:{minutes % 60:02} behind WeChat's; set it by NTP"
    return (
        f"the server's clock is {minutes // 60}:{minutes % 60:02} ahead of WeChat's; set it by NTP. "
        "Callbacks signed too long ago are refused"
    )
