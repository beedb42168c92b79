"""Returns over time: sheets that came back on each day, by the invitation that brought them, and the rate so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from surveys.rules.tally import Key

#: The question of a `Tally` under which returned sheets are counted by day and invitation.
DAYS = "@day"
#: The invitation of sheets that none brought, and of all sheets of an anonymous survey.
NO_WAVE = 0
#: More days than this are put together into weeks.
MOST_DAYS = 31
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Returns:
    """Curve of returns: columns by invitation for each day or week, and the share of those asked that had answered by
    its end."""

    #: The first day of each day or week.
    begins: tuple[date, ...]
    is_weekly: bool
    by_wave: Mapping[int, tuple[int, ...]]
    #: None where nobody was asked.
    cumulative: tuple[float | None, ...]


def key(day: date, wave: int | None) -> Key:
    """Return the counter of a day and invitation.

    >>> key(date(2026, 11, 30), 2), key(date(2026, 11, 30), None)
    (('@day', '2026-11-30 2'), ('@day', '2026-11-30 0'))
    """
    return DAYS, f"{day.isoformat()} {wave or NO_WAVE}"


def days(counters: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return the counters of days, by the options of their keys, in order and as JSON takes them.

    >>> days([("2026-11-30 2", 1), ("2026-11-16 1", 3), ("2026-11-17 1", 0)])
    [{'day': '2026-11-16', 'wave': 1, 'count': 3}, {'day': '2026-11-30', 'wave': 2, 'count': 1}]
    """
    read = sorted((option.partition(" "), count) for option, count in counters if count)
    return [{"day": day, "wave": int(wave), "count": count} for (day, _, wave), count in read]


def returns(found: Iterable[Mapping[str, Any]], sent: int, *, until: date) -> Returns | None:
    """Return the curve up to a day, from what `days` gives; None before the first sheet.

    >>> found = days([("2026-11-16 1", 3), ("2026-11-18 2", 1)])
    >>> curve = returns(found, 8, until=date(2026, 11, 18))
    >>> curve.by_wave, curve.cumulative
    ({1: (3, 0, 0), 2: (0, 0, 1)}, (0.375, 0.375, 0.5))
    """
    by_day: dict[date, dict[int, int]] = {}
    for each in found:
        by_day.setdefault(date.fromisoformat(each["day"]), {})[each["wave"]] = each["count"]
    if not by_day:
        return None
    first, last = min(by_day), max(max(by_day), min(until, max(by_day) + timedelta(days=MOST_DAYS)))
    is_weekly = (last - first).days >= MOST_DAYS
    begins = _steps(first - timedelta(days=first.weekday()) if is_weekly else first, last, is_weekly=is_weekly)
    place = {begin: n for n, begin in enumerate(begins)}
    waves = sorted({wave for counts in by_day.values() for wave in counts})
    columns = {wave: [0] * len(begins) for wave in waves}
    for day, counts in by_day.items():
        at = place[day - timedelta(days=day.weekday()) if is_weekly else day]
        for wave, count in counts.items():
            columns[wave][at] += count
    so_far, cumulative = 0, []
    for at in range(len(begins)):
        so_far += sum(column[at] for column in columns.values())
        cumulative.append(so_far / sent if sent else None)
    by_wave = {wave: tuple(column) for wave, column in columns.items()}
    return Returns(tuple(begins), is_weekly, by_wave, tuple(cumulative))


def _steps(first: date, last: date, *, is_weekly: bool) -> list[date]:
    step = WEEK if is_weekly else timedelta(days=1)
    return [first + n * step for n in range((last - first) // step + 1)]
