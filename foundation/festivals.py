"""Festival days of China: fixed days, lunar days, and the two solar terms that are festivals.

The lunar calendar is that of `borax`. A leap month repeats the number of the month before it, and no festival is kept
in it. 除夕 is the day before 正月初一: the twelfth month has 29 days in some years.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from borax.calendars.lunardate import LunarDate, TermUtils

#: Places of the terms in borax's list, which begins at 小寒.
_CLEAR_AND_BRIGHT, _WINTER_SOLSTICE = 6, 23


@dataclass(frozen=True, slots=True)
class Festival:
    """Festival: its name, and its day in the (lunar or solar) year that has this number."""

    name: str
    in_year: Callable[[int], date]


def _solar(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int, *, less: int = 0) -> Callable[[int], date]:
    return lambda year: LunarDate(year, month, day).to_solar_date() - timedelta(days=less)


def _term(index: int) -> Callable[[int], date]:
    return lambda year: TermUtils.nth_term_day(year, index)


FESTIVALS = {
    each.name: each
    for each in (
        Festival("元旦", _solar(1, 1)),
        Festival("腊八", _lunar(12, 8)),
        Festival("除夕", _lunar(1, 1, less=1)),
        Festival("春节", _lunar(1, 1)),
        Festival("元宵", _lunar(1, 15)),
        Festival("妇女节", _solar(3, 8)),
        Festival("清明", _term(_CLEAR_AND_BRIGHT)),
        Festival("劳动节", _solar(5, 1)),
        Festival("端午", _lunar(5, 5)),
        Festival("七夕", _lunar(7, 7)),
        Festival("中秋", _lunar(8, 15)),
        Festival("重阳", _lunar(9, 9)),
        Festival("国庆节", _solar(10, 1)),
        Festival("冬至", _term(_WINTER_SOLSTICE)),
    )
}

#: Festivals with a public holiday, whatever days the State Council puts around it.
PUBLIC = frozenset({"元旦", "除夕", "春节", "清明", "劳动节", "端午", "中秋", "国庆节"})


def days(name: str, first: date, last: date) -> list[date]:
    """The days of a festival from one day to another, both included, in order. Raises KeyError for an unknown name.

    A lunar year may end in the next solar year: 腊八 of 2026 is in January.

    >>> [day.isoformat() for day in days("腊八", date(2027, 1, 1), date(2028, 12, 31))]
    ['2027-01-15', '2028-01-04']
    >>> [day.isoformat() for day in days("除夕", date(2026, 1, 1), date(2027, 12, 31))]
    ['2026-02-16', '2027-02-05']
    """
    in_year = FESTIVALS[name].in_year
    found = {in_year(year) for year in range(first.year - 1, last.year + 1)}
    return sorted(day for day in found if first <= day <= last)


def of(day: date) -> list[str]:
    """The names of the festivals on a day.

    >>> of(date(2026, 2, 17)), of(date(2026, 9, 25)), of(date(2026, 9, 26))
    (['春节'], ['中秋'], [])
    """
    return [name for name in FESTIVALS if days(name, day, day)]


def between(first: date, last: date) -> dict[date, list[str]]:
    """The days from one to another, both included, that have festivals, with their names.

    >>> between(date(2026, 12, 20), date(2027, 1, 1))
    {datetime.date(2027, 1, 1): ['元旦'], datetime.date(2026, 12, 22): ['冬至']}
    """
    found: dict[date, list[str]] = {}
    for name in FESTIVALS:
        for day in days(name, first, last):
            found.setdefault(day, []).append(name)
    return found


def lunar(day: date) -> str:
    """A day in the lunar calendar, as it stands in a printed one: its solar term, the month on its first day, else the
    day.

    >>> [lunar(date(2026, 12, day)) for day in (7, 8, 9, 10)], lunar(date(2023, 3, 22))
    (['大雪', '三十', '冬月', '初二'], '闰二月')
    """
    found = LunarDate.from_solar(day)
    if found.term:
        return str(found.term)
    return f"{'闰' * found.leap}{found.cn_month}月" if found.day == 1 else str(found.cn_day)
