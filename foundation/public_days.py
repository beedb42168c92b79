"""China's public holidays and make-up working days: the list the State Council publishes each November for one year.

The days come from `chinesecalendar`, which lists them year by year. A year that it does not list is treated as one
without holidays, and whoever sets or sees a deadline in that year is told so.
"""

from dataclasses import dataclass
from datetime import date

from chinese_calendar import constants

_NAMES = {holiday.value: holiday.chinese for holiday in constants.Holiday}
_YEARS = frozenset(day.year for day in constants.holidays)


@dataclass(frozen=True, slots=True)
class PublicDay:
    """Public holiday, or a make-up working day (a weekend day worked in place of another)."""

    name: str
    is_worked: bool


def of(day: date) -> PublicDay | None:
    """The public holiday or make-up working day on a date; None where it is neither, or the year is not known.

    >>> of(date(2026, 10, 1)), of(date(2026, 2, 14)), of(date(2026, 11, 23))
    (PublicDay(name='国庆节', is_worked=False), PublicDay(name='春节', is_worked=True), None)
    """
    if day in constants.workdays:
        return PublicDay(_NAMES[constants.workdays[day]], is_worked=True)
    if day in constants.holidays:
        return PublicDay(_NAMES[constants.holidays[day]], is_worked=False)
    return None


def is_known(year: int) -> bool:
    """Whether the holidays of a year are listed.

    >>> is_known(2026), is_known(1999)
    (True, False)
    """
    return year in _YEARS


def edition() -> str:
    """Edition of the list: changes when another year is added; deadlines are calculated anew then."""
    return f"{min(_YEARS)}-{max(_YEARS)}"
