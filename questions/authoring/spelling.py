"""Spelling of values by authors: yes and no, numbers, moments; and the list of mistakes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar

from foundation.errors import Refused
from foundation.text import is_visible, plain, readable

Path = tuple[str | int, ...]
Places = Mapping[Path, str]
"""Where each value was written (`第 12 行`, `题目!D5`), by its path in the mapping, as the file readers noted it."""

_T = TypeVar("_T")
QUOTE_IT = "请在两边加上引号"


class Mistaken(Refused):
    """Refusal of what an author wrote; `mistakes` has one sentence for each thing to change, `called` is the author's
    word for the whole."""

    def __init__(self, mistakes: Iterable[str], called: str) -> None:
        self.mistakes = tuple(mistakes)
        lines = [f"{n}. {mistake}" for n, mistake in enumerate(self.mistakes, start=1)]
        super().__init__(
            "\n".join([f"{called}有 {len(lines)} 处要改：", *lines]) if len(lines) > 1 else self.mistakes[0]
        )


class FieldRefused(Refused):
    """Refusal of a form because of one of its fields."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Problem(NamedTuple):
    """Problem with the value at `path`, in a few words to be shown right below its field."""

    path: Path
    words: str


class Notes:
    """Notes of all mistakes, each with the words for its place, so that an author corrects a file only once.

    `keyed` says that the author wrote our keys (a file) and should read them; the author of a form never saw them.
    """

    def __init__(self, places: Places, *, keyed: bool = True) -> None:
        self.mistakes: list[str] = []
        self.problems: list[Problem] = []
        self.keyed = keyed
        self.places = places

    def named(self, name: str, key: str) -> str:
        """Return a field's name as its author knows it.

        >>> Notes({}).named("最少", "min"), Notes({}, keyed=False).named("最少", "min")
        ('最少 min ', '最少')
        """
        return f"{name} {key} " if self.keyed else name

    def add(self, where: str, path: Path, problem: str) -> None:
        self.problems.append(Problem(path, problem))
        place = next((self.places[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.places), "")
        if place:
            where = f"{where}（{place}）" if where else place
        self.mistakes.append(f"{where}：{problem}" if where else problem)

    def unknown_keys(self, where: str, path: Path, data: Mapping[Any, Any], known: Iterable[str]) -> None:
        names = list(known)
        for key in data:
            if key not in names:
                self.add(where, (*path, key), f"不认识“{key}”" + suggestion(str(key), names))


class Misspelt(ValueError):
    """Value that cannot be read; the sentence says what was expected instead."""


def suggestion(word: str, known: Iterable[str], *, listed: bool = True) -> str:
    """Return a suggestion for an unknown word: the nearest known one, or (unless not `listed`) all of them.

    >>> suggestion("clsoes", ["opens", "closes"])
    '，是不是“closes”'
    >>> suggestion("xyz", ["opens", "closes"])
    '，可用 opens、closes'
    """
    names = list(known)
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if near:
        return f"，是不是“{near[0]}”"
    return "，可用 " + "、".join(names) if listed and names else ""


def one_of(known: Mapping[str, _T], value: object) -> _T:
    """Read one of some known words; gives what it stands for."""
    word = plain(str(value)).lower()
    if word not in known:
        # Whoever wrote in one script is offered words of that one.
        offered = [each for each in known if each.isascii() == word.isascii()]
        raise Misspelt(f"“{value}”不认识" + suggestion(word, offered))
    return known[word]


def words(value: object, *, longest: int) -> str:
    """Read a text of 1 to `longest` characters. A number is accepted as written, a parsed time or truth value is not.

    >>> words(3, longest=5)
    '3'
    """
    if isinstance(value, bool | date | time):
        raise Misspelt(f"被读成了{'是/否' if isinstance(value, bool) else '时间'}，{QUOTE_IT}")
    if value is None:
        raise Misspelt("不能为空")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # every number of a workbook is a float
    if not isinstance(value, str | int | float | Decimal):
        raise Misspelt("应是一段文字")
    text = " ".join(readable(str(value)).split())
    if not is_visible(text):
        raise Misspelt("不能为空")
    for letter in text:
        if not _is_shown(letter):
            raise Misspelt(f"含有不能显示的字符（U+{ord(letter):04X}）")
    if len(text) > longest:
        raise Misspelt(f"太长：{len(text)} 字，最多 {longest} 字")
    return text


def _is_shown(letter: str) -> bool:
    """Whether a telephone shows this character, or joins emoji with it; emoji may be newer than Python's tables."""
    return letter.isprintable() or unicodedata.category(letter) == "Cf" or 0x1F000 <= ord(letter) < 0x20000


_YES = ("是", "yes", "true", "y", "1", "有", "√")
_NO = ("否", "no", "false", "n", "0", "无", "不", "×")


def truth(value: object) -> bool:
    """Read 是 or 否, also true/false, yes/no, 1/0.

    >>> truth("是"), truth("No"), truth(True), truth(0.0)
    (True, False, True, False)
    """
    if isinstance(value, bool):
        return value
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else plain(str(value)).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Misspelt(f"“{value}”应是 是 或 否")


def decimal(value: object) -> Decimal:
    """Read an exact number of at most 12 digits before and 2 after the point.

    >>> decimal("0.10"), decimal(5.0)
    (Decimal('0.10'), Decimal('5'))
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Misspelt(f"“{value}”应是数字")
    try:
        number = Decimal(plain(str(value)))
    except InvalidOperation:
        raise Misspelt(f"“{value}”应是数字") from None
    if not number.is_finite() or abs(number) >= 10**12:
        raise Misspelt(f"“{value}”太大")
    if number != round(number, 2):
        raise Misspelt(f"“{value}”最多两位小数")
    return number


def integer(value: object, low: int, high: int) -> int:
    """Read a whole number within the bounds, both included."""
    number = decimal(value)
    if number != int(number) or not low <= number <= high:
        raise Misspelt(f"“{value}”应是 {low} 到 {high} 的整数")
    return int(number)


_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    r"(?:(?:\s*T\s*|\s+|(?<=日))(?P<hour>[0-9]{1,2})(?:[:：](?P<minute>[0-9]{2})(?:[:：](?P<second>[0-9]{2}))?|[点时])"
    r"\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def moment(value: object, timezone: tzinfo, *, last: bool = False) -> datetime:
    """Read a moment as aware UTC; one written without a zone is in `timezone`.

    A day alone means its first second, or with `last` its last, since 结束 9 月 30 日 means that day still counts.

    >>> from datetime import timedelta, timezone
    >>> china = timezone(timedelta(hours=8))
    >>> moment("2026-07-01T08:00+08:00", china).isoformat(), moment("2026-07-01 08:00", china).isoformat()
    ('2026-07-01T00:00:00+00:00', '2026-07-01T00:00:00+00:00')
    >>> moment("2026年7月1日8:00", china) == moment("2026/7/1 8:00", china) == moment("2026-07-01 8点", china)
    True
    >>> moment("2026-09-30", china, last=True).isoformat()
    '2026-09-30T15:59:59+00:00'
    """
    problem = f"“{value}”看不懂，请写成 2026-07-01 08:00"
    if isinstance(value, str):
        match = _MOMENT.fullmatch(plain(value).upper())
        if match is None:
            raise Misspelt(problem)
        day = "{:0>4}-{:0>2}-{:0>2}".format(*match.group("year", "month", "day"))
        try:
            if match["hour"] is None:
                value = date.fromisoformat(day)
            else:
                hour = f"{match['hour']:0>2}:{match['minute'] or '00'}:{match['second'] or '00'}"
                value = datetime.fromisoformat(f"{day}T{hour}{match['zone'] or ''}")
        except ValueError:
            raise Misspelt(problem) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(23, 59, 59) if last else time())
    if not isinstance(value, datetime):
        raise Misspelt(problem)  # YAML reads a bare 8:30 as a number of minutes
    if not 2000 <= value.year <= 2999:
        raise Misspelt(f"“{value.year}”年不对")
    return (value if value.tzinfo else value.replace(tzinfo=timezone)).astimezone(UTC)
