"""Simulator clocks: the real time, one moved by hand, or one that is moved together with the app's."""

import fcntl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
        self._moment = self() + _step(by, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._moment


class SharedClock:
    """The real time, and what a file says that all parts of a trial are ahead of it: whole seconds, in digits.

    Whoever moves it holds a lock on `<file>.lock`, writes the new number beside the file, and puts it in its place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        """The moment all parts agree on."""
        return real_clock() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """How far the time was moved on."""
        try:
            return timedelta(seconds=int(self._path.read_text("ascii")))
        except FileNotFoundError:
            return timedelta()

    def advance(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move all parts forward and return the new moment; a backward move raises ValueError."""
        step = _step(by, days=days, hours=hours, minutes=minutes, seconds=seconds)
        with self._path.with_name(f"{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            beside = self._path.with_name(f"{self._path.name}.new")
            beside.write_text(str(int((self.ahead + step).total_seconds())), "ascii")
            beside.replace(self._path)
        return self()


def _step(by: timedelta | None, **parts: float) -> timedelta:
    step = (by or timedelta()) + timedelta(**parts)
    if step < timedelta():
        raise ValueError("a clock only moves forward")
    return step


def day_of(moment: datetime) -> str:
    """The natural day WeChat counts quotas by, such as `2026-03-02`, in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def month_of(moment: datetime) -> str:
    """The natural month WeChat counts mass messages by, such as `2026-03`, in Shanghai."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m")
