"""What a customer manager's message in the chat asks for: an answer to a request by its number, or a word about it."""

import re
import unicodedata
from dataclasses import dataclass, replace
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
    LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class Order:
    """A message as it is meant. Without a number it is about the request chosen before."""

    verb: Verb
    number: int | None = None
    #: The answer, the note, the colleague's name, when to come back.
    rest: str = ""
    #: Whether the number is beyond doubt one of a request: written with # or 号, or with nothing behind it.
    is_marked: bool = False
    #: A second number behind the first, as if one answer were meant for both.
    also: int | None = None


# \d reads full-width digits too. A number goes on to the next sign that is none: 13800008899 is a telephone, but behind
# a # it is meant for a request's.
_NUMBERED = re.compile(
    r"\s*(?:回复|答复|回)?\s*([#＃])?\s*((?(1)\d{3,}|\d{3,9}))(?!\d|[.．]\d|[%％])"
    r"\s*(号(?!码))?\s*[:：;；,，、。.—-]?\s*(.*)",
    re.DOTALL,
)
#: No request has a larger one: columns are made for what comes before.
_LARGEST = 10**9 - 1
_ALSO = re.compile(r"[、,，/和跟及&+\s]*[#＃]?(\d{3,9})(?=[\s:：,，、号]|$)")
#: What a phone makes of quoting a message: the quotation, a line of dashes, what is said to it.
_QUOTING = re.compile(r"[「“\"](.*?)[」”\"]\s*\n[\s\-—–－_]{3,}\n(.*)", re.DOTALL)
_NUMBER_QUOTED = re.compile(r"[#＃](\d{3,9})")
#: The signs around the example we gave, typed along with it.
_AROUND = re.compile(r"[\"“「『](.*)[\"”」』]", re.DOTALL)
_WORDS = {
    Verb.CLOSE: {"完结", "结束", "关闭", "办结", "已完结", "已办结"},
    Verb.NO_REPLY_NEEDED: {"不用回复", "无需回复", "不必回复", "不用回", "不需要回复"},
    Verb.REOPEN: {"重开", "重新打开", "再打开"},
    Verb.LISTEN: {"听", "听语音", "听一下", "语音"},
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
    (Order(verb=<Verb.ANSWER: 'answer'>, number=128, rest='明早配送车带两条', is_marked=False, also=None), \
Order(verb=<Verb.ANSWER: 'answer'>, number=128, rest='明早，带两条', is_marked=True, also=None))
    >>> read("128明天送到").rest, read("128").verb, read("128完结").verb, read("128 转 林小燕").rest
    ('明天送到', <Verb.CHOOSE: 'choose'>, <Verb.CLOSE: 'close'>, '林小燕')
    >>> read("明天送到").number, read("13800008899").number, read("128.5 元一条").number, read("99 好").number
    (None, None, None, None)
    >>> read("128 转给你的货款今天到了吗").verb, read("不用回复").verb
    (<Verb.ANSWER: 'answer'>, <Verb.NO_REPLY_NEEDED: 'no_reply_needed'>)
    >>> read("#99999999999 好").number, read("99999999999 好").number
    (999999999, None)
    >>> [(each.number, each.rest) for each in map(read, ("回复128 明天送到", "“128 明天送到”", "128。明天送到"))]
    [(128, '明天送到'), (128, '明天送到'), (128, '明天送到')]
    >>> quoted = read("「【新留言 #128】城南便利店:断货了」\\n- - - - - -\\n明天送到")
    >>> quoted.number, quoted.rest, read("128、129 明天送到").also, read("128 300条明天到").also
    (128, '明天送到', 129, None)
    """
    text = text.strip()
    quoting = _QUOTING.fullmatch(text)
    if quoting is not None and (named := _NUMBER_QUOTED.search(quoting[1])):
        return _order(quoting[2].strip(), int(named[1]), True)
    around = _AROUND.fullmatch(text)
    found = _NUMBERED.fullmatch(around[1] if around else text)
    if found is None or int(found[2]) <= FIRST_NUMBER:
        return _order(text, None, False)
    mark, number, word, rest = found.groups()
    also = _ALSO.match(rest)
    is_marked = bool(mark or word) or not rest.strip()
    order = _order(rest.strip(), min(int(number), _LARGEST), is_marked)
    return replace(order, also=int(also[1])) if also and order.verb is Verb.ANSWER else order


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
