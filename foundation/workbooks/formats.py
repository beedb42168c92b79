"""Excel number formats: how one shows a number (padded digits, a day, a time, a duration)."""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import NamedTuple

from foundation.workbooks.cells import Cell, NumberCell


class FormatKind(Enum):
    """Kind of number format: how it shows a number."""

    PLAIN, PADDED, DAY, MOMENT, TIME, SPAN, OTHER = range(7)


class Format(NamedTuple):
    """Number format: its kind, and for `PADDED` the number of digits it pads to."""

    kind: FormatKind
    zeros: int = 0


PLAIN = Format(FormatKind.PLAIN)
#: Built-in formats by their numbers, except those that show plain digits.
BUILT_IN = {9: "0%", 10: "0.00%", 12: "# ?/?", 13: "# ??/??", 22: "y h", 46: "[h]:mm", 47: "m:s"}
BUILT_IN |= dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58), "y-m-d")
BUILT_IN |= dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 55, 56), "h:mm")
#: Parts of a format that are not placeholders: [colours and conditions], spacing, fill characters, blanks.
_UNSEEN = re.compile(r"\[(?!(?:[hH]+|[mM]+|[sS]+)\])[^\]]*\]|_.|\*.|\\?\s")
#: Formats that depend on the number, that show Chinese numerals, or that show nothing.
_OTHERWISE = re.compile(r"\[[<>=]|\[DBNum|^\s*;", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_DIGITS = re.compile(r"[#?,]*(?P<zeros>[0,]*)(?:\.[0#?]*)?(?:[eE][+-]?[0#?]+)?")


def read(code: str) -> Format:
    """Parse a number format.

    >>> read("000000000000"), read("General").kind, read("#,##0.00_ ").kind, read('"35"0000').kind
    (Format(kind=<FormatKind.PADDED: 1>, zeros=12), <FormatKind.PLAIN: 0>, <FormatKind.PLAIN: 0>, <FormatKind.OTHER: 6>)
    >>> [read(code).kind.name for code in ('yyyy"年"m"月"d"日"', "yyyy-mm-dd h:mm", "上午/下午h:mm", "[h]:mm", "0%")]
    ['DAY', 'MOMENT', 'TIME', 'SPAN', 'OTHER']
    >>> [read(code).kind.name for code in ("[>9]0;0000", ";;;", "[DBNum1]General", "[Red]0;-0")]
    ['OTHER', 'OTHER', 'OTHER', 'PLAIN']
    """
    if _OTHERWISE.search(code):
        return Format(FormatKind.OTHER)
    section = _UNSEEN.sub("", code[:500].split(";")[0])
    bare = _LITERAL.sub("", section)
    if bare.lower() in ("general", "g/通用格式", "@", ""):
        return PLAIN if bare == section else Format(FormatKind.OTHER)
    digits = _DIGITS.fullmatch(bare)
    if digits is None:
        if re.search(r"\[[hms]+\]", bare, re.IGNORECASE):
            return Format(FormatKind.SPAN)
        letters = set(bare.lower())
        has_day, has_time = letters & set("yedb"), letters & set("hs")
        if has_day or has_time or "m" in letters:
            return Format(
                FormatKind.MOMENT if has_day and has_time else FormatKind.TIME if has_time else FormatKind.DAY
            )
    if digits is None or bare != section or (bare.partition(".")[0].endswith(",") and bare != ","):
        return Format(FormatKind.OTHER)
    zeros = digits["zeros"].count("0")
    return Format(FormatKind.PADDED, zeros) if zeros > 1 else PLAIN


def shown(number: int | float, how: Format, *, is_1904: bool) -> Cell:
    """A number as its format shows it.

    >>> shown(35080210001, read("000000000000"), is_1904=False)
    NumberCell(value=35080210001, shown='035080210001')
    >>> shown(46296, read("yyyy-mm-dd"), is_1904=False), shown(46296, read("yyyy-mm-dd h:mm"), is_1904=False)
    (datetime.date(2026, 10, 1), datetime.datetime(2026, 10, 1, 0, 0))
    """
    if how.kind is FormatKind.PLAIN:
        return number
    if how.kind is FormatKind.PADDED:
        is_whole = isinstance(number, int) and number >= 0
        return NumberCell(number, str(number).zfill(how.zeros) if is_whole else None)
    if how.kind is FormatKind.OTHER or not 0 <= number < 2_958_466:
        return NumberCell(number, None)
    return _moment(number, how.kind, is_1904=is_1904)


def _moment(number: int | float, kind: FormatKind, *, is_1904: bool) -> Cell:
    """A serial number of days since the workbook's first day, as a date, time or duration.

    >>> _moment(46296, FormatKind.DAY, is_1904=False), _moment(46296, FormatKind.MOMENT, is_1904=False)
    (datetime.date(2026, 10, 1), datetime.datetime(2026, 10, 1, 0, 0))
    >>> _moment(0.2993055555555555, FormatKind.TIME, is_1904=False)
    datetime.time(7, 11)
    """
    span = timedelta(seconds=round(number * 86_400))
    if kind is FormatKind.SPAN:
        return span
    # Excel counts a 29 February 1900, which did not exist.
    first = date(1904, 1, 1) if is_1904 else date(1899, 12, 30) if number >= 60 else date(1899, 12, 31)
    moment = datetime.combine(first, time()) + span
    if number < 1 and (kind is FormatKind.TIME or not is_1904):
        return moment.time()
    return moment.date() if kind is FormatKind.DAY and moment.time() == time() else moment
