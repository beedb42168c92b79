"""Simulator clocks: the real time, or one moved by hand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class HandClock:
    """A clock that moves when told to; with `running=True` it also walks on by itself between two moves.

    Calling it gives an aware moment in UTC, so the same clock may be handed to the app under test.
    """

    def __init__(self, start: datetime | None = None, *, running: bool = False) -> None:
        """`start` must be aware; without it the clock starts on 2026-03-02 at 09:00 in Shanghai, a Monday."""
        self._moment = (start or datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)).astimezone(UTC)
        self._running = running
        self._read_at = time.monotonic()

    def __call__(self) -> datetime:
        """The moment this clock shows."""
        if self._running:
            read_at = time.monotonic()
            self._moment += timedelta(seconds=read_at - self._read_at)
            self._read_at = read_at
        return self._moment

    def advance(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move forward and return the new moment; a backward move raises ValueError, for time does not do that."""
        step = (by or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("a clock only moves forward")
        self._moment = self() + step
        return self._moment


def day_of(moment: datetime) -> str:
    """The natural day WeChat counts quotas by, such as `2026-03-02`, in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def month_of(moment: datetime) -> str:
    """The natural month WeChat counts mass messages by, such as `2026-03`, in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m")
