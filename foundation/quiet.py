"""Quiet hours: messages that would arrive at night wait until the morning."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Quiet hours: daily from `begins` to `ends` in a time zone, over midnight where `ends` is the earlier one."""

    begins: time
    ends: time
    zone: ZoneInfo

    @classmethod
    def read(cls, written: str, zone: ZoneInfo) -> "QuietHours | None":
        """Parse the quiet hours of the settings (`21:00-08:00`); None for `off`. Raises ValueError for anything else.

        >>> QuietHours.read("21:00-08:00", ZoneInfo("Asia/Shanghai")).ends
        datetime.time(8, 0)
        """
        if written == "off":
            return None
        begins, _, ends = written.partition("-")
        try:
            found = cls(time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip()), zone)
        except ValueError:
            raise ValueError("must be written as 21:00-08:00, or off") from None
        if found.begins == found.ends:
            raise ValueError("must not begin and end at the same time; off means none")
        return found

    def over_at(self, now: datetime) -> datetime | None:
        """The end of the quiet hours that `now` lies in; None outside of them.

        >>> from datetime import UTC
        >>> night = QuietHours.read("21:00-08:00", ZoneInfo("Asia/Shanghai"))
        >>> night.over_at(datetime(2026, 9, 30, 13, 30, tzinfo=UTC))
        datetime.datetime(2026, 10, 1, 8, 0, tzinfo=zoneinfo.ZoneInfo(key='Asia/Shanghai'))
        >>> night.over_at(datetime(2026, 9, 30, 12, 59, tzinfo=UTC)) is None
        True
        """
        here = now.astimezone(self.zone)
        clock = here.time()
        is_over_midnight = self.ends < self.begins
        if is_over_midnight and clock >= self.begins:
            return datetime.combine(here.date() + timedelta(days=1), self.ends, self.zone)
        if clock < self.ends and (is_over_midnight or clock >= self.begins):
            return datetime.combine(here.date(), self.ends, self.zone)
        return None

    def __str__(self) -> str:
        return f"{self.begins:%H:%M} 到{'次日 ' if self.ends < self.begins else ' '}{self.ends:%H:%M}"


def put_off_until(due_at: datetime, *, heeds_quiet: bool, quiet: QuietHours | None, now: datetime) -> datetime | None:
    """The moment until which a message is put off; None where it only waits for its turn.

    >>> from datetime import UTC
    >>> night = QuietHours.read("21:00-08:00", ZoneInfo("Asia/Shanghai"))
    >>> evening = datetime(2026, 9, 30, 13, 30, tzinfo=UTC)
    >>> put_off_until(evening, heeds_quiet=True, quiet=night, now=evening)
    datetime.datetime(2026, 10, 1, 8, 0, tzinfo=zoneinfo.ZoneInfo(key='Asia/Shanghai'))
    >>> put_off_until(evening, heeds_quiet=False, quiet=night, now=evening) is None
    True
    """
    at = max(due_at, now)
    if heeds_quiet and quiet is not None:
        at = quiet.over_at(at) or at
    return at if at > now else None
