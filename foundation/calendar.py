"""Working-time calendar: how much working time lies between two moments, and when a given amount of it has passed.

A calendar has the company's week, its special days, and China's public holidays with their make-up working days. All
calculations use moments in UTC, so a day on which the clock changes counts with its real length.
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
#: Days: a longer stretch without any working time is a mistake in the calendar, not a holiday.
LONGEST_REST = 400
MOST_SPANS = 6
#: How long before a year begins its public holidays should be known.
FORESEEN = timedelta(days=60)


class Why(Enum):
    """Reason for the working hours of a day."""

    WEEK = auto()
    SPECIAL = auto()
    HOLIDAY = auto()
    MAKE_UP = auto()


class NoWorkingTime(Exception):
    """Error: a calendar has no working time for `LONGEST_REST` days; it should have been refused when it was saved."""


@dataclass(frozen=True)
class Calendar:
    """Working-time calendar of the company."""

    zone: ZoneInfo
    #: Working spans of each weekday, from Monday on: in order, and not touching each other.
    week: tuple[tuple[Span, ...], ...]
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    names: Mapping[date, str] = field(default_factory=dict)
    keeps_public_days: bool = True

    def day(self, day: date) -> tuple[tuple[Span, ...], Why]:
        """The working spans of a day and their reason: a special day of the company, else a public day, else the week.

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
        """The name of a day that is not an ordinary one, such as 国庆节; empty for all others."""
        public = public_days.of(day) if self.keeps_public_days else None
        return self.names.get(day) or (public.name if public else "")

    def closure(self, day: date) -> str:
        """The name of a day on which the company is closed, other than by its week; empty for all others.

        >>> counted = date(2026, 10, 9)
        >>> office = Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7, {counted: ()}, {counted: "盘点"})
        >>> office.closure(date(2026, 10, 2)), office.closure(counted), office.closure(date(2026, 10, 11))
        ('国庆节', '盘点', '')
        """
        spans, why = self.day(day)
        return self.name(day) if not spans and why in (Why.SPECIAL, Why.HOLIDAY) else ""

    def rests(self, day: date) -> bool | None:
        """Whether nobody works on a day. A week without any hours counts as worked from Monday to Friday. None where
        that depends on holidays that are not published.

        >>> office = Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7)
        >>> [office.rests(date(2026, 2, day)) for day in (14, 16)], office.rests(date(2026, 3, 7))
        ([False, True], True)
        >>> office.rests(date(2030, 2, 4))
        """
        spans, why = self.day(day)
        if why is Why.SPECIAL:
            return not spans
        if not knows(self, day.year):
            return None
        if why is Why.WEEK:
            return not spans if any(self.week) else day.weekday() >= 5
        return why is Why.HOLIDAY

    def moments(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working spans of a day, each as start and end in UTC."""
        midnight = datetime.combine(day, time(), self.zone)
        last = datetime.min.replace(tzinfo=UTC)
        for begins, ends in self.day(day)[0]:
            # Add in local time first, then convert: 17:30 stays 17:30 on a day of 23 hours. Where the clock skips an
            # hour, two local times are the same moment, so a span must not begin before the last one ended.
            begin = max((midnight + timedelta(minutes=begins)).astimezone(UTC), last)
            end = (midnight + timedelta(minutes=ends)).astimezone(UTC)
            if begin < end:
                yield begin, end
                last = end


def add(calendar: Calendar | None, start: datetime, seconds: float) -> datetime:
    """The first moment by which so many working seconds have passed since `start`; without a calendar, all seconds.

    Where the time is used up exactly at the end of a day, the result is that end (17:30) and not the next morning.
    Raises `NoWorkingTime`.

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
    """The number of working seconds from `start` to `end`; 0 where `end` is before `start`.

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
    """An endless iterator over the working spans from a moment on. Raises `NoWorkingTime`."""
    # Start one day earlier: where the clock is set back over midnight, the day before may not be over yet.
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
    """The ends of working time within so many days: whoever writes at such a moment waits the longest."""
    first = _day(calendar, start)
    found = [end for day in range(days) for _, end in calendar.moments(first + timedelta(days=day))]
    return [end for end in found if end > start]


def check(calendar: Calendar, now: datetime) -> None:
    """Refuse working hours from which no deadline could be calculated. Raises `Refused`.

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
    """Whether the public holidays of a year are known, or the calendar does not use them.

    >>> knows(Calendar(ZoneInfo("Asia/Shanghai"), ((),) * 7), 1999)
    False
    """
    return not calendar.keeps_public_days or public_days.is_known(year)


def unknown_year(calendar: Calendar, now: datetime) -> int | None:
    """The first year that begins within `FORESEEN` and whose public holidays are not known yet; None where all are."""
    first, last = _day(calendar, now).year, _day(calendar, now + FORESEEN).year
    return next((year for year in range(first, last + 1) if not knows(calendar, year)), None)


_SPAN = re.compile(r"(\d{1,2})(?::(\d{1,2}))?-(\d{1,2})(?::(\d{1,2}))?")
_SEPARATORS = str.maketrans(
    {"~": "-", "–": "-", "—": "-", "至": "-", "到": "-", "点": ":", "、": " ", ",": " ", ";": " "}
)


def read_spans(text: str) -> tuple[Span, ...]:
    """Parse working spans as people write them; an empty text is a day off. Raises `Refused`.

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
    """Spans sorted, and joined where they touch. Raises `Refused` where they overlap or are too many.

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
    """Working spans as text, in the form that `read_spans` takes.

    >>> write_spans(((510, 720), (870, 1440)))
    '08:30-12:00 14:30-24:00'
    """
    return " ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans)


def _day(calendar: Calendar, moment: datetime) -> date:
    return moment.astimezone(calendar.zone).date()
