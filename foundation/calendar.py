"""Working time: what counts between two moments, and when so much of it has passed.

A calendar has the company's week, its special days, and China's public holidays with their make-up working days. All
reckoning is done on moments, so a day on which the clock is set back or forward is as long as it was.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from foundation import public_days
from foundation.errors import Refused

#: Minutes from midnight, from and until: (480, 720) is 08:00 to 12:00.
Span = tuple[int, int]
MIDNIGHT = 24 * 60
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
#: So many days without any working time are a mistake, not a holiday.
LONGEST_REST = 400
MOST_SPANS = 6
#: So long before its first day a year should be known.
FORESEEN = timedelta(days=60)


class Why(Enum):
    """What made a day what it is."""

    WEEK = auto()
    SPECIAL = auto()
    HOLIDAY = auto()
    MAKE_UP = auto()


class NoWorkingTime(Exception):
    """A calendar without working time for `LONGEST_REST` days: it should have been refused when it was saved."""


@dataclass(frozen=True)
class Calendar:
    """When the company works."""

    zone: ZoneInfo
    #: Spans for each day from Monday, in order, not touching each other.
    week: tuple[tuple[Span, ...], ...]
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    keeps_public_days: bool = True

    def day(self, day: date) -> tuple[tuple[Span, ...], Why]:
        """The spans of a day and what made them: a special day of the company before the public one before the week.

        A make-up working day is worked like the first working day of the week.
        """
        if day in self.special:
            return self.special[day], Why.SPECIAL
        public = public_days.of(day) if self.keeps_public_days else None
        if public is None:
            return self.week[day.weekday()], Why.WEEK
        if public.is_worked:
            return next((spans for spans in self.week if spans), ()), Why.MAKE_UP
        return (), Why.HOLIDAY

    def name(self, day: date) -> str:
        """What a day is called, where it is not an ordinary one: 国庆节."""
        public = public_days.of(day) if self.keeps_public_days else None
        return self.names.get(day) or (public.name if public else "")

    def moments(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working spans of a day, from and until, in UTC."""
        midnight = datetime.combine(day, time(), self.zone)
        last = datetime.min.replace(tzinfo=UTC)
        for begins, ends in self.day(day)[0]:
            # Wall time added to wall time, then the moment: 17:30 is 17:30 also on a day of 23 hours. Where the clock
            # skips an hour two times of day are one moment, hence no span may begin before the last one ended.
            begin = max((midnight + timedelta(minutes=begins)).astimezone(UTC), last)
            end = (midnight + timedelta(minutes=ends)).astimezone(UTC)
            if begin < end:
                yield begin, end
                last = end


def add(calendar: Calendar | None, start: datetime, seconds: float) -> datetime:
    """The first moment at which so many seconds have passed since `start`; without a calendar, of the wall clock.

    At the end of a day it is the end of that day: half past five, not eight the next morning. Raises `NoWorkingTime`.

    >>> office = Calendar(ZoneInfo("Asia/Shanghai"), ((read_spans("8:00-12:00 14:30-17:30")),) * 5 + ((), ()))
    >>> friday = datetime(2026, 11, 20, 16, 30, tzinfo=office.zone)
    >>> add(office, friday, 3600).astimezone(office.zone).isoformat()
    '2026-11-20T17:30:00+08:00'
    >>> add(office, friday, 3601).astimezone(office.zone).isoformat()
    '2026-11-23T08:00:01+08:00'
    """
    if calendar is None:
        return start + timedelta(seconds=seconds)
    left = timedelta(seconds=seconds)
    if left <= timedelta():
        return start
    for begin, end in spans_from(calendar, start):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise AssertionError("a calendar does not end")


def between(calendar: Calendar | None, start: datetime, end: datetime) -> float:
    """How many seconds count from `start` to `end`; none where it ends before it begins.

    >>> office = Calendar(ZoneInfo("Asia/Shanghai"), ((read_spans("8:00-12:00 14:30-17:30")),) * 5 + ((), ()))
    >>> between(office, datetime(2026, 11, 20, tzinfo=office.zone), datetime(2026, 11, 23, tzinfo=office.zone)) / 3600
    7.0
    """
    if end <= start:
        return 0.0
    if calendar is None:
        return (end - start).total_seconds()
    total, day, last = timedelta(), _day(calendar, start), _day(calendar, end)
    while day <= last:
        for begins, ends in calendar.moments(day):
            total += max(min(ends, end) - max(begins, start), timedelta())
        day += timedelta(days=1)
    return total.total_seconds()


def spans_from(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working spans from a moment on, without end. Raises `NoWorkingTime`."""
    # From the day before: where the clock is set back over midnight a day may still be going on.
    day, rested = _day(calendar, start) - timedelta(days=1), 0
    while rested <= LONGEST_REST:
        rested += 1
        for begin, end in calendar.moments(day):
            if end > start:
                rested = 0
                yield max(begin, start), end
        day += timedelta(days=1)
    raise NoWorkingTime(f"no working time within {LONGEST_REST} days of {start}")


def ends(calendar: Calendar, start: datetime, days: int) -> list[datetime]:
    """When working time ends within so many days: who writes just then waits the longest."""
    first = _day(calendar, start)
    found = [end for day in range(days) for _, end in calendar.moments(first + timedelta(days=day))]
    return [end for end in found if end > start]


def check(calendar: Calendar, now: datetime) -> None:
    """Refuse working hours that leave a promise without an end.

    >>> check(Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7), datetime(2026, 11, 23, tzinfo=UTC))
    Traceback (most recent call last):
    foundation.errors.Refused: 照这样设置，400 天内没有一点工作时间，期限就算不出来了。请至少留出一段。
    """
    begins = [now, *(datetime.combine(day, time(), calendar.zone) for day in calendar.special)]
    try:
        for begin in begins:
            if begin >= now:
                next(spans_from(calendar, begin))
    except NoWorkingTime:
        sentence = f"照这样设置，{LONGEST_REST} 天内没有一点工作时间，期限就算不出来了。请至少留出一段。"
        raise Refused(sentence) from None


def knows(calendar: Calendar, year: int) -> bool:
    """Whether the public holidays of a year are known, or do not matter.

    >>> knows(Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7), 1999)
    False
    """
    return not calendar.keeps_public_days or public_days.is_known(year)


def unknown_year(calendar: Calendar, now: datetime) -> int | None:
    """The first year within `FORESEEN` whose public holidays are not known yet; None where all are."""
    first, last = _day(calendar, now).year, _day(calendar, now + FORESEEN).year
    return next((year for year in range(first, last + 1) if not knows(calendar, year)), None)


_SPAN = re.compile(r"(\d{1,2})(?::(\d{1,2}))?-(\d{1,2})(?::(\d{1,2}))?")
_SEPARATORS = str.maketrans(
    {"~": "-", "–": "-", "—": "-", "至": "-", "到": "-", "点": ":", "、": " ", ",": " ", ";": " "}
)


def read_spans(text: str) -> tuple[Span, ...]:
    """Working spans as people write them; nothing written is a day off. Raises `Refused`.

    >>> read_spans("08:30-12:00 14:30-17:30"), read_spans("８：３０—１２：００，14-18"), read_spans(" ")
    (((510, 720), (870, 1050)), ((510, 720), (840, 1080)), ())
    >>> read_spans("0:00-24:00")
    ((0, 1440),)
    >>> read_spans("18:00-8:00")
    Traceback (most recent call last):
    foundation.errors.Refused: “18:00-08:00”的结束要晚于开始。跨夜的请写成两段：前一天到 24:00，后一天从 0:00。
    """
    plain = re.sub(r"\s*-\s*", "-", unicodedata.normalize("NFKC", text).translate(_SEPARATORS)).strip()
    spans: list[Span] = []
    for part in plain.split():
        found = _SPAN.fullmatch(part)
        if not found:
            raise Refused(f"没看懂“{part[:20]}”。工作时间要写成 08:30-12:00 14:30-17:30 这样，休息就留空。")
        hours = [int(each or 0) for each in found.groups()]
        begins, ends = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if hours[1] > 59 or hours[3] > 59 or ends > MIDNIGHT:
            raise Refused(f"“{part}”不是一天里的时间。")
        if begins >= ends:
            raise Refused(
                f"“{write_spans([(begins, ends)])}”的结束要晚于开始。跨夜的请写成两段：前一天到 24:00，后一天从 0:00。"
            )
        spans.append((begins, ends))
    return checked(spans)


def checked(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order, those that touch joined. Raises `Refused` where they overlap or are too many.

    >>> checked([(720, 780), (480, 720)])
    ((480, 780),)
    """
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins < found[-1][1]:
            raise Refused(f"“{write_spans([found[-1]])}”和“{write_spans([(begins, ends)])}”重叠了。")
        if found and begins == found[-1][1]:
            found[-1] = (found[-1][0], ends)
        else:
            found.append((begins, ends))
    if len(found) > MOST_SPANS:
        raise Refused(f"一天最多写 {MOST_SPANS} 段。")
    return tuple(found)


def write_spans(spans: Sequence[Span]) -> str:
    """Spans as they are read.

    >>> write_spans(((510, 720), (870, 1440)))
    '08:30-12:00 14:30-24:00'
    """
    return " ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _day(calendar: Calendar, moment: datetime) -> date:
    return moment.astimezone(calendar.zone).date()
