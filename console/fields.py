"""Form fields as people fill them: days, moments, numbers, choices. What cannot be read is refused, never "not given".

The readers take a field's text. An empty one is None where it may be left empty, and refused where it may not.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from foundation.errors import Refused
from foundation.text import whole_number

#: Years that a form may name: a slip of the finger must not end in a sum that no calendar knows.
FIRST_YEAR, LAST_YEAR = 2000, 2200
DAY = "日期请写成 2026-10-01 这样。"
MOMENT = "请写上日期和时间。"
Choice = TypeVar("Choice", bound=str)


def day(text: str) -> date | None:
    """The day that a field says; None where it is empty.

    >>> day("2026-11-23"), day("")
    (datetime.date(2026, 11, 23), None)
    >>> day("23.11.")
    Traceback (most recent call last):
    foundation.errors.Refused: 日期请写成 2026-10-01 这样。
    """
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(DAY) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(DAY)
    return found


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment that a field says by the clock on the wall there; None where it is empty.

    >>> moment("2026-11-23T08:30", ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-23T08:30:00+08:00'
    >>> moment("2026-11-23", ZoneInfo("Asia/Shanghai"))
    Traceback (most recent call last):
    foundation.errors.Refused: 请写上日期和时间。
    """
    if not text.strip():
        return None
    on, mark, at = text.strip().replace(" ", "T").partition("T")
    try:
        found = datetime.fromisoformat(f"{on}{mark}{at}")
    except ValueError:
        raise Refused(MOMENT) from None
    # An hour of another zone is none that was read from the clock here.
    if not at or found.tzinfo is not None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(MOMENT)
    return found.replace(tzinfo=zone)


def number(text: str, what: str) -> int:
    """The small whole number that a field says, in whatever digits; `what` is the field's name on the page.

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
    """The key of the row that was chosen in a list; None where nothing was. `what` is what the rows are.

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
    """The one of these that a field says; refused with the sentence where it says none of them.

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
