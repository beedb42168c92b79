"""Form field readers: days, moments, numbers, choices. An unreadable value is refused and never treated as empty.

The readers take a field's text. An empty one gives None where it is optional, and is refused where it is required.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from foundation.errors import Refused
from foundation.text import whole_number

#: Years that a form may contain: a typing error must not lead to a date that cannot be calculated with.
FIRST_YEAR, LAST_YEAR = 2000, 2200
DAY = "日期请写成 2026-10-01 这样。"
MOMENT = "日期和时间请写成 2026-10-01 08:30 这样。"
_DATE = r"(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<month_and_day>\d{4}))"
_DAY = re.compile(_DATE)
_MOMENT = re.compile(_DATE + r"(?:T|\s+|(?<=日))(?P<hour>\d{1,2})[:点时](?P<minute>\d{2})?分?(?::(?P<second>\d{2}))?")
Choice = TypeVar("Choice", bound=str)


def day(text: str) -> date | None:
    """The date in a field; None where it is empty. Raises `Refused`.

    >>> day("2026-11-23"), day("")
    (datetime.date(2026, 11, 23), None)
    >>> day("2026年11月23日") == day("2026/11/23") == day("２０２６.11.23") == day("20261123") == day("2026-11-23")
    True
    >>> day("23.11.")
    Traceback (most recent call last):
    foundation.errors.Refused: 日期请写成 2026-10-01 这样。
    """
    if not text.strip():
        return None
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise Refused(DAY)
    try:
        found = _date(match)
    except ValueError:
        raise Refused(DAY) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(DAY)
    return found


def of_moment(at: datetime | None, zone: ZoneInfo) -> str:
    """The text of a field that shows a moment as local time of a zone; empty where there is none.

    >>> of_moment(datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai"))
    '2026-11-23 16:30'
    """
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at is not None else ""


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment in a field, written as local time of a zone; None where it is empty. Raises `Refused`.

    >>> moment("2026-11-23 08:30", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-23T08:30:00+08:00'
    >>> moment("2026年11月23日8点", ZoneInfo("UTC")) == moment("2026-11-23T08:00", ZoneInfo("UTC"))
    True
    >>> moment("2026-11-23", ZoneInfo("Asia/Shanghai"))
    Traceback (most recent call last):
    foundation.errors.Refused: 日期和时间请写成 2026-10-01 08:30 这样。
    """
    if not text.strip():
        return None
    # A value with an offset is refused: the field is in local time.
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise Refused(MOMENT)
    try:
        at = time(int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0))
        found = datetime.combine(_date(match), at, zone)
    except ValueError:
        raise Refused(MOMENT) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(MOMENT)
    return found


def _date(match: re.Match[str]) -> date:
    both = match["month_and_day"]
    month, day_of_month = (both[:2], both[2:]) if both else (match["month"], match["day"])
    return date(int(match["year"]), int(month), int(day_of_month))


def number(text: str, what: str) -> int:
    """The small whole number in a field, also in full-width digits; `what` is the field's label. Raises `Refused`.

    >>> number("14", "间隔天数"), number("１４", "间隔天数")
    (14, 14)
    >>> number("两周", "间隔天数")
    Traceback (most recent call last):
    foundation.errors.Refused: “间隔天数”请写整数，例如 14。
    """
    found = whole_number(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise Refused(f"“{what}”请写整数，例如 14。")
    return found


def key(text: str, what: str) -> int | None:
    """The key of the row chosen in a list; None where nothing was. `what` names the rows. Raises `Refused`.

    >>> key("12", "片区"), key("", "片区")
    (12, None)
    >>> key("all", "片区")
    Traceback (most recent call last):
    foundation.errors.Refused: 没有看懂选的是哪个片区，请重新选一次。
    """
    if not text.strip():
        return None
    found = whole_number(text)
    if found is None:
        raise Refused(f"没有看懂选的是哪个{what}，请重新选一次。")
    return found


def choice(text: str, among: Iterable[Choice], sentence: str) -> Choice:
    """The choice in a field, one of `among`. Raises `Refused` with the sentence where it is none of them.

    >>> choice("csv", ("xlsx", "csv"), "请选一种格式。")
    'csv'
    >>> choice("", ("xlsx", "csv"), "请选一种格式。")
    Traceback (most recent call last):
    foundation.errors.Refused: 请选一种格式。
    """
    for each in among:
        if each == text:
            return each
    raise Refused(sentence)
