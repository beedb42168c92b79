"""Meaning of a shop's message: a need, thanks, a greeting or a sign; and its category."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from foundation.text import is_visible, visible
from people import courtesy
from people import rules as people
from people.courtesy import Tone

#: A text of so many letters or characters reads like a need where nothing else decides.
NEEDS_FROM = 4
#: Within this time a closed request is reopened by what the shop writes; later it opens a new one.
REOPENS_WITHIN = timedelta(days=3)
#: Messages within this time of one another belong together: only the first is acknowledged, and the owner gets one
#: notice of them.
ONE_BREATH = timedelta(minutes=1)

_ASKS_BACK = re.compile(
    r"[?吗么呢几哪啥谁]|多少|如何|是否|能否|可否|怎|有没有|(.)不\1|行不|请.{0,8}[回报告说填选定]|回[复个话]|告诉|告知|确认"
)
#: Whoever writes this wants something done, however they ask for it.
_WANTS = re.compile("帮我|帮忙|麻烦|给我|派人|过来|来一趟|来店|上门|我要|我想要|能给|还没|催")
#: Common mistypings and mishearings of 投诉.
_MISTYPED = re.compile("投[拆速述素]|头诉")


@dataclass(frozen=True, slots=True)
class Keywords:
    """Category, as far as recognising it needs."""

    id: int
    position: int
    words: tuple[str, ...]
    #: Whether it goes to the supervisor.
    goes_up: bool = False
    #: Whether questions with its words are looked up before anybody is asked.
    is_looked_up: bool = False


def is_smalltalk(text: str) -> bool:
    """Whether a message is only thanks, yes, or hello: it opens nothing.

    >>> is_smalltalk("好的,谢谢"), is_smalltalk("你好"), is_smalltalk("谢谢,再要两条")
    (True, True, False)
    """
    return people.is_thanks(text) or people.is_greeting(text)


def tone(text: str, categories: Callable[[], Iterable[Keywords]]) -> Tone:
    """Return how a text after an answer or a closing is meant: courtesy, a need, or something between that starts no
    clock. A keyword of a category makes it a need.

    >>> tone("谢谢，不过货还没到", list), tone("你好", list), tone("嗯嗯", list)
    (<Tone.OTHER: 'other'>, <Tone.THANKS: 'thanks'>, <Tone.NOD: 'nod'>)
    >>> tone("好的，我下午在店里", list), tone("好的，海报也贴了", lambda: [Keywords(1, 1, ("海报",))])
    (<Tone.DOUBTFUL: 'doubtful'>, <Tone.OTHER: 'other'>)
    """
    if people.is_greeting(text):
        return Tone.THANKS
    found = courtesy.tone(text)
    if found is Tone.DOUBTFUL and category(courtesy.substance(text), categories()) is not None:
        return Tone.OTHER
    return found


def is_polite(text: str) -> bool:
    """Whether a text is nothing but courtesy, or agreement with what was said.

    >>> is_polite("谢谢陈经理"), is_polite("嗯嗯"), is_polite("好的，我下午在店里")
    (True, True, False)
    """
    return tone(text, list) in (Tone.THANKS, Tone.NOD)


def asks_back(text: str) -> bool:
    """Whether a text of ours asked the shop something: then 好的 and 是的 are an answer, not thanks.

    >>> asks_back("明天下午在店吗"), asks_back("明天停送，收到请回复"), asks_back("明早带两条")
    (True, True, False)
    """
    return bool(_ASKS_BACK.search(courtesy.simplified(text)))


def is_no_reason(text: str) -> bool:
    """Whether a message cannot be the reason of a bad rating: a number, thanks, a sign.

    >>> is_no_reason("太慢了"), is_no_reason("2"), is_no_reason("好的,谢谢")
    (False, True, True)
    """
    return is_polite(text) or not is_visible(re.sub(r"[\W\d_]+", "", text))


def reads_like_a_need(text: str, categories: Callable[[], Iterable[Keywords]]) -> bool:
    """Whether somebody wants something: the text has more than a few characters, or a keyword of a category. The
    categories are read only where a keyword decides.

    >>> goods = Keywords(1, 1, ("断货",))
    >>> reads_like_a_need("红七匹狼这周断货了", list), reads_like_a_need("断货了", lambda: [goods])
    (True, True)
    >>> reads_like_a_need("嗯嗯", lambda: [goods])
    False
    >>> reads_like_a_need("你好", list), reads_like_a_need("12345678", list), reads_like_a_need("???!!!", list)
    (False, False, False)
    """
    if is_smalltalk(text):
        return False
    letters = re.sub(r"[\W\d_]+", "", text)
    return len(letters) >= NEEDS_FROM or category(text, categories()) is not None


def is_only_a_question(text: str, categories: Callable[[], Iterable[Keywords]]) -> bool:
    """Whether a text asks what may be written somewhere, and wants nothing done: it has no keyword but of categories
    that are looked up.

    >>> goods, law = Keywords(1, 1, ("断货", "补货")), Keywords(2, 2, ("封签", "假烟"), is_looked_up=True)
    >>> [is_only_a_question(each, lambda: [goods, law]) for each in ("封签怎么看", "店搬了证怎么办", "怎么买到假烟？")]
    [True, True, True]
    >>> [is_only_a_question(each, lambda: [goods, law]) for each in ("什么时候补货？", "能帮我看看封签吗", "你好吗？")]
    [False, False, False]
    """
    if is_smalltalk(text) or not courtesy.asks(text) or _WANTS.search(courtesy.simplified(text)):
        return False
    return category(text, (each for each in categories() if not each.is_looked_up)) is None


def category(text: str, categories: Iterable[Keywords]) -> int | None:
    """Return a message's category: the one with the longest matching keyword, then with the most of them, then the
    first in order. None where no keyword matches.

    >>> goods, price = Keywords(1, 1, ("断货", "补货")), Keywords(2, 2, ("价格", "断货价格"))
    >>> category("这个断货价格怎么算", [goods, price]), category("断货了,请补货,价格不变", [price, goods])
    (2, 1)
    >>> category("断货,问价格", [price, goods]), category("你好", [goods, price])
    (1, None)
    """
    said = _flat(text)
    found = [
        (max(map(len, hits)), len(hits), -each.position, each.id)
        for each in categories
        if (hits := [word for word in map(_flat, each.words) if word and word in said])
    ]
    return max(found)[3] if found else None


def is_complaint(text: str, categories: Iterable[Keywords]) -> bool:
    """Whether a message goes to the supervisor, whatever else it is about.

    >>> above, goods = Keywords(2, 2, ("投诉", "举报"), goes_up=True), Keywords(1, 1, ("断货了",))
    >>> is_complaint("断货了没人管,我要投诉", [goods, above]), is_complaint("断货了", [goods, above])
    (True, False)
    >>> is_complaint("我要投拆", [above])
    True
    """
    said = _MISTYPED.sub("投诉", _flat(text)).replace("举抱", "举报")
    return any(word and word in said for each in categories if each.goes_up for word in map(_flat, each.words))


def rest(text: str) -> str:
    """Return what follows 留言, without the sign between them.

    >>> rest("：明天能送两条吗"), rest(" 能送吗")
    ('明天能送两条吗', '能送吗')
    """
    return visible(re.sub(r"^[\s:：,，.。、;；!！-]+", "", text))


def licence(text: str) -> str | None:
    """Return the licence number a message consists of; None where it is anything else.

    >>> licence("许可证号:３５０８０２１００００１"), licence("350802100001 共 1200 元"), licence("城南便利店")
    ('350802100001', None, None)
    """
    bare = re.sub(r"我的|本店|许可证|烟草证|证号|号码|号|是|[::,,。\s]", "", people.plain(text))
    found = people.licence(bare)
    return found if found and any(sign.isdigit() for sign in found) else None


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", courtesy.simplified(text))
