"""Values as they may stand in a file: what a spreadsheet would take for a formula, moments as Excel counts them."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Cell = str | int | float | None
"""What a cell may hold; the classes below mark texts and numbers that want a format of their own."""

#: What begins a formula in Excel, LibreOffice and WPS; the full-width signs where the keyboard is Chinese or Japanese.
RISKY = frozenset("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)


class Quoted(str):
    """A text that would be read as a formula: to be written so that it stays a text."""

    __slots__ = ()


class Digits(str):
    """Digits that are no number (a licence): to be written so that it stays a text."""

    __slots__ = ()


class Heading(str):
    """A heading over a column."""

    __slots__ = ()


class Title(str):
    """The title of a sheet."""

    __slots__ = ()


class Serial(float):
    """A moment as Excel counts days."""

    __slots__ = ()


class Percent(float):
    """A share, shown as a percentage."""

    __slots__ = ()


class Figure(float):
    """A figure shown with two decimals."""

    __slots__ = ()


def is_risky(text: str) -> bool:
    """Whether a spreadsheet could run this text.

    >>> [is_risky(text) for text in ("=1+1", "@SUM(A1)", "-2+3", "-5", "+8.50", "满意", "")]
    [True, True, True, False, False, False, False]
    """
    return text[:1] in RISKY and not _NUMBER.fullmatch(text)


def quoted(text: str) -> str:
    """The text itself, marked where it needs Excel's own quote: the cell keeps every letter and stays a text."""
    return Quoted(text) if is_risky(text) else text


def apostrophed(text: str) -> str:
    """The text for CSV, which has no cell formats: an apostrophe in front where a spreadsheet would run it.

    >>> apostrophed("=cmd|' /C calc'!A0"), apostrophed("-5")
    ("'=cmd|' /C calc'!A0", '-5')
    """
    return f"'{text}" if is_risky(text) else text


def serial(moment: datetime, zone: ZoneInfo) -> Serial:
    """A moment as Excel counts days, in the time of a place.

    >>> serial(datetime(2026, 9, 12, 4, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
    46277.5
    """
    # Excel knows no zones: the hands of the clock there are read as if they were UTC.
    local = moment.astimezone(zone).replace(tzinfo=UTC)
    return Serial((local - _DAY_ZERO).total_seconds() / 86400)
