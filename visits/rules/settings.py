"""Checks of settings: what may be set, and what a setting would lead to."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from foundation.calendar import Calendar, Span, ends, read_spans
from foundation.errors import Refused
from foundation.text import visible
from visits.rules.promises import DAY, WINDOW_LIMIT, Terms, longest

LONGEST = 90 * DAY
SHORTEST = 300
MOST_DAYS = 60
MOST_KEYWORDS = 80
LONGEST_KEYWORD = 20
#: Days from now searched for the worst case of a policy: a year has every holiday once.
AHEAD = 400


@dataclass(frozen=True, slots=True)
class Worst:
    """Worst case of a policy: a message that could be answered in time only after WeChat's window has closed."""

    start: datetime
    due_at: datetime


def check_terms(wanted: Terms) -> None:
    """Check a policy's terms. Raises `Refused` for values that cannot be meant.

    >>> check_terms(Terms(first_answer=60))
    Traceback (most recent call last):
    foundation.errors.Refused: 期限最短 5 分钟，最长 90 天。
    >>> check_terms(Terms(first_answer=10 * DAY, closing=DAY))
    Traceback (most recent call last):
    foundation.errors.Refused: 办结的期限不能比首次答复还短。
    """
    every = (wanted.handing_over, wanted.first_answer, wanted.next_answer, wanted.closing)
    if min(every) < SHORTEST or max(every) > LONGEST:
        raise Refused("期限最短 5 分钟，最长 90 天。")
    if wanted.closing < wanted.first_answer:
        raise Refused("办结的期限不能比首次答复还短。")


def worst(wanted: Terms, calendar: Calendar | None, now: datetime) -> Worst | None:
    """Return a message whose answer could be in time for the promise and too late for WeChat's window; None where there
    is none.

    The worst moment to write is right after a span of working time has ended.

    >>> found = worst(Terms(first_answer=50 * 3600), None, datetime(2026, 11, 23))
    >>> found.due_at - found.start
    datetime.timedelta(days=2, seconds=7200)
    >>> worst(Terms(), None, datetime(2026, 11, 23)) is None
    True
    """
    allowed = max(wanted.first_answer, wanted.next_answer)
    calendar = calendar if wanted.counts_working_hours else None
    starts = [now, *ends(calendar, now, AHEAD)] if calendar else [now]
    start, due_at = longest(calendar, allowed, starts)
    return Worst(start, due_at) if due_at - start > WINDOW_LIMIT else None


def seconds(text: str, unit: int, what: str) -> int:
    """Read a number of hours or minutes, in seconds. Raises `Refused`.

    >>> seconds("１.5", 3600, "首次答复"), seconds("30", 60, "转交")
    (5400, 1800)
    >>> seconds("-1e999999", 3600, "首次答复")
    Traceback (most recent call last):
    foundation.errors.Refused: “首次答复”请填数字，例如 24 或 1.5。
    >>> seconds("一天", 3600, "首次答复")
    Traceback (most recent call last):
    foundation.errors.Refused: “首次答复”请填数字，例如 24 或 1.5。
    """
    try:
        number = Decimal(unicodedata.normalize("NFKC", text).strip())
        if not number.is_finite() or abs(number) > LONGEST:
            raise InvalidOperation
    except InvalidOperation:
        raise Refused(f"“{what}”请填数字，例如 24 或 1.5。") from None
    return int(number * unit)


def typed_spans(typed: Sequence[tuple[str, str]]) -> tuple[Span, ...]:
    """Read the working spans of a day, each typed as two times; two empty fields are none. Raises `Refused`.

    >>> typed_spans([("08:30", "12:00"), ("", ""), ("１４：３０", "17:30")])
    ((510, 720), (870, 1050))
    >>> typed_spans([("08:30", "")])
    Traceback (most recent call last):
    foundation.errors.Refused: “08:30”只写了一半：请写上从几点到几点。
    """
    spans = []
    for begins, ends_at in ((begins.strip(), ends_at.strip()) for begins, ends_at in typed):
        if begins and ends_at:
            spans.append(f"{begins}-{ends_at}")
        elif begins or ends_at:
            raise Refused(f"“{begins or ends_at}”只写了一半：请写上从几点到几点。")
    return read_spans(" ".join(spans))


def days_between(first: date, last: date) -> list[date]:
    """Return the days from one to another, both included. Raises `Refused`.

    >>> len(days_between(date(2027, 2, 5), date(2027, 2, 11)))
    7
    """
    if last < first:
        raise Refused("结束的日期在开始的日期之前。")
    count = (last - first).days + 1
    if count > MOST_DAYS:
        raise Refused(f"一次最多写 {MOST_DAYS} 天。")
    return [first + timedelta(days=each) for each in range(count)]


def day_name(text: str) -> str:
    """Read the name of a special day. Raises `Refused`."""
    name = " ".join(visible(text).split())
    if not name or len(name) > 40:
        raise Refused("请写上这几天的名称，例如“春节放假”，最多 40 个字。")
    return name


def category_name(text: str) -> str:
    """Read the name of a category. Raises `Refused`."""
    name = " ".join(visible(text).split())
    if not name or len(name) > 30:
        raise Refused("请写上类别的名称，最多 30 个字。")
    return name


def keywords(text: str) -> list[str]:
    """Read a list of keywords: each once, in their order. Raises `Refused`.

    >>> keywords("断货、缺货 补货,断货\\nＡＢＣ"), keywords("")
    (['断货', '缺货', '补货', 'abc'], [])
    """
    found = list(dict.fromkeys(filter(None, re.split(r"[\s,,、;;]+", unicodedata.normalize("NFKC", text).lower()))))
    if any(len(word) > LONGEST_KEYWORD for word in found):
        raise Refused(f"关键词最长 {LONGEST_KEYWORD} 个字；几个词之间用空格或顿号分开。")
    if len(found) > MOST_KEYWORDS:
        raise Refused(f"一类最多 {MOST_KEYWORDS} 个关键词。")
    return found
