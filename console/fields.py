"""Form field readers: days, moments, numbers, choices. An unreadable value is refused and never treated as empty.

The readers take a field's text. An empty one gives None where it is optional, and is refused where it is required.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from foundation.errors import Refused
from foundation.text import whole_number

#: Years that a form may contain: a typing error must not lead to a date that cannot be calculated with.
FIRST_YEAR, LAST_YEAR = 2000, 2200
DAY = "日期请写成 2026-10-01 这样。"
MOMENT = "请写上日期和时间。"
Choice = TypeVar("Choice", bound=str)


def day(text: str) -> date | None:
    """The date in a field; None where it is empty. Raises `Refused`.

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
    """The moment in a field, written as local time of a zone; None where it is empty. Raises `Refused`.

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
    # Refuse a value with an offset: the field is in local time.
    if not at or found.tzinfo is not None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(MOMENT)
    return found.replace(tzinfo=zone)


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
