"""What a customer manager's message in the chat asks for: an answer to a request by its number, or a word about it."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from visits.models import FIRST_NUMBER


class Verb(StrEnum):
    """What is to be done with a request."""

    ANSWER = "answer"
    CHOOSE = "choose"
    CLOSE = "close"
    NO_REPLY_NEEDED = "no_reply_needed"
    REOPEN = "reopen"
    TRANSFER = "transfer"
    NOTE = "note"
    SNOOZE = "snooze"
    CALLED = "called"


@dataclass(frozen=True, slots=True)
class Order:
    """A message as it is meant. Without a number it is about the request chosen before."""

    verb: Verb
    number: int | None = None
    #: The answer, the note, the colleague's name, when to come back.
    rest: str = ""
    #: Whether the number is beyond doubt one of a request: written with # or 号, or with nothing behind it.
    is_marked: bool = False


# \d reads full-width digits too. A number goes on to the next sign that is none: 13800008899 is a telephone, but behind
# a # it is meant for a request's.
_NUMBERED = re.compile(
    r"\s*([#＃])?\s*((?(1)\d{3,}|\d{3,9}))(?![\d.．%])\s*(号(?!码))?\s*[:：,，、]?\s*(.*)", re.DOTALL
)
#: No request has a larger one: columns are made for what comes before.
_LARGEST = 10**9 - 1
_WORDS = {
    Verb.CLOSE: {"完结", "结束", "关闭", "办结", "已完结", "已办结"},
    Verb.NO_REPLY_NEEDED: {"不用回复", "无需回复", "不必回复", "不用回", "不需要回复"},
    Verb.REOPEN: {"重开", "重新打开", "再打开"},
}
_BY_WORD = {word: verb for verb, words in _WORDS.items() for word in words}
_WITH_REST = (
    (Verb.TRANSFER, re.compile(r"(?:转给|转交|转)\s*[:：]?\s*(\S{2,8})")),
    (Verb.NOTE, re.compile(r"(?:备注|内部备注)\s*[:：]?\s*(.+)", re.DOTALL)),
    (Verb.CALLED, re.compile(r"(?:已电话联系|已电话答复|已打电话|已电话)\s*[:：,，]?\s*(.*)", re.DOTALL)),
    (Verb.SNOOZE, re.compile(r"稍后\s*(\d{1,2}\s*(?:个)?(?:小时|天)|明天)?")),
)


def read(text: str) -> Order:
    """What a manager's text asks for. What is said to a shop stays as it was written.

    >>> read("128 明早配送车带两条"), read("＃１２８：明早，带两条")
    (Order(verb=<Verb.ANSWER: 'answer'>, number=128, rest='明早配送车带两条', is_marked=False), \
Order(verb=<Verb.ANSWER: 'answer'>, number=128, rest='明早，带两条', is_marked=True))
    >>> read("128明天送到").rest, read("128").verb, read("128完结").verb, read("128 转 林小燕").rest
    ('明天送到', <Verb.CHOOSE: 'choose'>, <Verb.CLOSE: 'close'>, '林小燕')
    >>> read("明天送到").number, read("13800008899").number, read("128.5 元一条").number, read("99 好").number
    (None, None, None, None)
    >>> read("128 转给你的货款今天到了吗").verb, read("不用回复").verb
    (<Verb.ANSWER: 'answer'>, <Verb.NO_REPLY_NEEDED: 'no_reply_needed'>)
    >>> read("#99999999999 好").number, read("99999999999 好").number
    (999999999, None)
    """
    found = _NUMBERED.fullmatch(text.strip())
    if found is None or int(found[2]) <= FIRST_NUMBER:
        return _order(text.strip(), None, False)
    mark, number, word, rest = found.groups()
    return _order(rest.strip(), min(int(number), _LARGEST), bool(mark or word) or not rest.strip())


def snoozed_hours(rest: str) -> int | None:
    """For how many hours a request is put off; None until tomorrow morning.

    >>> snoozed_hours(""), snoozed_hours("3小时"), snoozed_hours("２天"), snoozed_hours("明天")
    (2, 3, 48, None)
    """
    if rest == "明天":
        return None
    found = re.match(r"(\d+)\s*个?(小时|天)", rest)
    return int(found[1]) * (24 if found[2] == "天" else 1) if found else 2


def _order(said: str, number: int | None, is_marked: bool) -> Order:
    if not said:
        return Order(Verb.CHOOSE, number, "", is_marked)
    plain = re.sub(r"[\s。.!！]+", "", unicodedata.normalize("NFKC", said))
    if plain in _BY_WORD:
        return Order(_BY_WORD[plain], number, "", True)
    for verb, pattern in _WITH_REST:
        match = pattern.fullmatch(said)
        if match:
            return Order(verb, number, (match[1] or "").strip(), is_marked)
    return Order(Verb.ANSWER, number, said, is_marked)
