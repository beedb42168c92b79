"""Numerals as people type them, normalised: full-width and circled digits, Chinese numerals, thousands separators."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from foundation.text import bare, visible

_CIRCLED = {  # NFKC would join ①③ into 13, and does not change the filled ones
    **{chr(0x2460 + n): n + 1 for n in range(20)},  # ① to ⑳
    **{chr(0x2776 + n): n + 1 for n in range(10)},  # ❶ to ❿
    **{chr(0x2780 + n): n + 1 for n in range(10)},  # ➀ to ➉
    **{chr(0x278A + n): n + 1 for n in range(10)},  # ➊ to ➓
    "⓪": 0,
}
_REWRITTEN = {
    **{circled: f" {n} " for circled, n in _CIRCLED.items()},
    "\ufe0f": "",  # the digit keys of a phone's emoji board are digit + FE0F + 20E3
    "\u20e3": " ",
    "\u200b": "",
    "\ufeff": "",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
}


class Plain(NamedTuple):
    """Normalised reply, and for each of its characters where it stood in what the person typed."""

    text: str
    origins: tuple[int, ...]


def plain(typed: str) -> Plain:
    """Normalise a reply: half-width, lower case, circled digits set apart, white space as blanks.

    >>> plain("１、Ａ").text
    '1、a'
    >>> plain("①③").text
    ' 1  3 '
    """
    letters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(typed):
        rewritten = _REWRITTEN.get(character)
        if rewritten is None:
            rewritten = unicodedata.normalize("NFKC", character).lower()
        for letter in rewritten:
            letters.append(" " if letter.isspace() else letter)
            origins.append(place)
    return Plain("".join(letters), tuple(origins))


@lru_cache(4096)  # the labels of a question are compared with every answer to it
def same(label: str) -> str:
    """Return a label's normal form for comparison: without width, case, blanks and closing marks.

    >>> same(" 非常 满意。") == same("非常满意")
    True
    """
    return "".join(plain(bare(label)).text.split()).rstrip("。.!?~,、;:…")


def clean(typed: str) -> str:
    """Return the person's own words, trimmed, without what databases reject (NUL, lone surrogates, control characters).

    >>> clean("  太慢\\x00了 ")
    '太慢了'
    """
    kept = (letter for letter in typed if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs"))
    return visible("".join(kept))


_DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_DIGITS |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_DIGITS |= {"壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
CHINESE = "".join(_DIGITS) + "".join(_UNITS) + "万"


def chinese_integer(text: str) -> int | None:
    """Return the whole number of a Chinese numeral, up to 9999 万; None for anything else, also for vague ones
    (二三十).

    >>> [chinese_integer(n) for n in ("三", "十二", "三十五", "一百零二", "一百二", "两千", "一万五", "二〇二六")]
    [3, 12, 35, 102, 120, 2000, 15000, 2026]
    >>> [chinese_integer(n) for n in ("二三十", "十几", "十百", "")]
    [None, None, None, None]
    """
    if not text:
        return None
    if all(letter in _DIGITS for letter in text):
        return int("".join(str(_DIGITS[letter]) for letter in text)) if len(text) <= 15 else None
    high, myriad, low = text.partition("万")
    if not myriad:
        return _below_myriad(text)
    upper = _below_myriad(high)
    if upper is None:
        return None
    if not low:
        return upper * 10_000
    if len(low) == 1 and _DIGITS.get(low):
        return upper * 10_000 + _DIGITS[low] * 1000  # 一万五 is 15,000
    lower = _below_myriad(low.removeprefix("零"))
    return None if lower is None else upper * 10_000 + lower


def _below_myriad(text: str) -> int | None:
    total, waiting, unit, skipped = 0, None, 10_000, False
    for place, letter in enumerate(text):
        if letter in _UNITS:
            size = _UNITS[letter]
            if waiting is None:
                if size != 10 or place:
                    return None  # only 十 may stand without a digit, and only first
                waiting = 1
            if size >= unit or waiting == 0:
                return None
            total, waiting, unit, skipped = total + waiting * size, None, size, False
        elif letter in _DIGITS:
            if waiting is not None:
                return None
            if _DIGITS[letter] == 0:
                if skipped or (not total and len(text) > 1):
                    return None
                skipped = True
                if total:
                    continue
            waiting = _DIGITS[letter]
        else:
            return None
    if waiting is None:
        return None if skipped or not text else total
    if not skipped and unit in (100, 1000):
        return total + waiting * unit // 10  # 一百二 is 120
    return total + waiting


def whole(text: str) -> int | None:
    """Return the non-negative whole number of a short reply, in digits or in Chinese; None when it is none.

    >>> whole("3"), whole("十"), whole("03"), whole("3.5"), whole("三3")
    (3, 10, None, None, None)
    """
    if re.fullmatch(r"0|[1-9][0-9]{0,14}", text):
        return int(text)
    return chinese_integer(text)


_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SCALED = re.compile(r"([0-9]+(?:\.[0-9]+)?)(百|千|万)")
_POWERS = {"百": 100, "千": 1000, "万": 10_000}
_UNIT_WORDS = (
    "个|人次|人|位|名|元|块钱|块|条|包|盒|箱|件|家|户|次|天|日|月|年|岁|斤|公斤|千克|kg|公里"
    "|米|平方米|平方|平米|平|小时|分钟|分|%"
)
_SAID = re.compile(
    rf"(?:大约|大概|差不多|约|有|是)?(?P<sign>-|负)?(?P<number>[0-9.,{CHINESE}点]+?)(?P<unit>{_UNIT_WORDS})?(?:左右|上下|吧)?"
)


#: Units that are one and the same, each with the spelling that stands for all.
_SAME_UNITS = {
    **dict.fromkeys(("块", "块钱"), "元"),
    **dict.fromkeys(("日",), "天"),
    **dict.fromkeys(("千克", "kg"), "公斤"),
    **dict.fromkeys(("平方米", "平方", "平米"), "平"),
    **dict.fromkeys(("位", "名", "人次"), "人"),
}


class Quantity(NamedTuple):
    """Quantity: a number and what it counts. Equal units are spelt alike in `unit`; `spelt` is as it was written."""

    value: Decimal
    unit: str
    spelt: str


def number(typed: str) -> Decimal | None:
    """Return the one number in a reply, exactly; None when there is none, several, or a vague one.

    >>> [str(number(n)) for n in ("1,200", "12.50元", "三十五", "约30人", "-5", "1.5万", "三点五", "12。5")]
    ['1200', '12.50', '35', '30', '-5', '15000.0', '3.5', '12.5']
    >>> [number(n) for n in ("30多", "20-30", "十几个", "1,20", "很多", "1 2", "二三十")]
    [None, None, None, None, None, None, None]
    """
    found = quantity(typed)
    return found.value if found else None


def quantity(typed: str) -> Quantity | None:
    """Return the one number in a reply with its unit, if it has one; None where `number` finds none.

    >>> quantity("三十日"), quantity("30 块钱").unit, quantity("30").unit
    (Quantity(value=Decimal('30'), unit='天', spelt='日'), '元', '')
    """
    if len(typed) > 40:
        return None
    text = re.sub(r"(?<=[0-9])。(?=[0-9])", ".", plain(typed).text.strip()).rstrip("。.!~,;").rstrip()
    text = re.sub(r"\s+(?=[^0-9\s])", "", text) if not re.search(r"[0-9]\s+[0-9]", text) else text
    match = _SAID.fullmatch(text)
    if match is None:
        return None
    value = _unsigned(match["number"])
    if value is None:
        return None
    unit = match["unit"] or ""
    return Quantity(-value if match["sign"] else value, _SAME_UNITS.get(unit, unit), unit)


def _unsigned(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    scaled = _SCALED.fullmatch(text)
    if scaled:
        return Decimal(scaled[1]) * _POWERS[scaled[2]]
    whole_part, point, fraction = text.partition("点")
    integer = chinese_integer(whole_part)
    if integer is None or not point:
        return None if integer is None else Decimal(integer)
    if not fraction or any(letter not in _DIGITS for letter in fraction):
        return None
    return Decimal(f"{integer}." + "".join(str(_DIGITS[letter]) for letter in fraction))


def written(value: Decimal) -> str:
    """Return the one spelling of a number, so that equal answers are counted together.

    >>> written(Decimal("12.50")), written(Decimal("1E+3")), written(Decimal("-0.0"))
    ('12.5', '1000', '0')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def place(text: str, count: int) -> int | None:
    """Return which of `count` listed options a bare number or letter means, from 1; None for none of them.

    >>> place("3", 4), place("三", 4), place("c", 4), place("5", 4), place("0", 4)
    (3, 3, 3, None, None)
    """
    pointed = ord(text) - ord("a") + 1 if re.fullmatch("[a-z]", text) else whole(text)
    return pointed if pointed is not None and 1 <= pointed <= count else None
