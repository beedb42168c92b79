"""Moved time: a clock for trials, by which all processes of an installation are so far ahead of the real time.

How far is kept in one small file; only its stamps are looked at with every reading. A simulated platform keeps to the
same file. Real accounts have the system clock, and no such file.
"""

import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path

from foundation.clock import system_clock

#: The farthest that time is moved at once.
FARTHEST = timedelta(days=366)


class MovedClock:
    """Clock that is ahead of the real time by what its file says; without the file it shows the real time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[tuple[int, ...], timedelta] = (), timedelta()

    def __call__(self) -> datetime:
        """The moment that all processes agree on, in UTC."""
        return system_clock() + self.ahead()

    def ahead(self) -> timedelta:
        """How far the time was moved on."""
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return timedelta()
        stamps = found.st_ino, found.st_mtime_ns, found.st_size
        known = self._known
        if known[0] != stamps:
            # Replaced after the look at its stamps it is read anew the next time.
            known = self._known = stamps, timedelta(seconds=int(self._path.read_text(encoding="ascii")))
        return known[1]

    def move(self, by: timedelta) -> timedelta:
        """Move the time of all processes on, and never back: what was done later would be still to come. Gives how far
        it is ahead now."""
        if not timedelta() < by <= FARTHEST:
            raise ValueError("time is moved forwards, by a year at most")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(f"{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two moves at the same time add up
            ahead = self.ahead() + by
            beside = self._path.with_name(f"{self._path.name}.new")
            beside.write_text(str(int(ahead.total_seconds())), encoding="ascii")
            beside.replace(self._path)
        return ahead


def span(ahead: timedelta) -> str:
    """How far time was moved on, in words.

    >>> span(timedelta(hours=25)), span(timedelta(days=2)), span(timedelta(minutes=90)), span(timedelta(seconds=90))
    ('1 天 1 小时', '2 天', '1 小时 30 分', '1 分')
    """
    minutes = int(ahead.total_seconds() // 60)
    parts = (minutes // 1440, "天"), (minutes // 60 % 24, "小时"), (minutes % 60, "分")
    return " ".join(f"{number} {word}" for number, word in parts if number) or "不到 1 分"
