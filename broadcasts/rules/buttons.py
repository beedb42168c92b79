"""Buttons of a push: links behind it, each with its words and the number to reply with."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from foundation.errors import Refused
from foundation.text import visible

MOST = 6
LONGEST = 12
LONGEST_LINK = 300
#: Numbers in the chat that stand for something else: 2 leaves a message, 9 refuses promotions.
TAKEN = (2, 9)
#: Numbers that buttons get, in their order.
NUMBERS = tuple(number for number in range(1, MOST + len(TAKEN) + 1) if number not in TAKEN)
_TOPIC = re.compile(r"[a-z][a-z-]*:[\w-]*")


@dataclass(frozen=True, slots=True)
class PushButton:
    """Button of a push: its words, and its link, a topic of ours (`survey:12`) or an address."""

    words: str
    link: str

    @property
    def is_address(self) -> bool:
        return self.link.startswith("https://")


def read(written: Iterable[tuple[str, str]]) -> list[PushButton]:
    """The buttons of a form; rows without words and link are none. Raises Refused, naming the row.

    >>> read([("填写备货意向", "survey:12"), ("", ""), ("看公告", "https://example.com/a")])[1].is_address
    True
    >>> read([("看一看", "javascript:alert(1)")])
    Traceback (most recent call last):
    foundation.errors.Refused: 按钮“看一看”的链接读不懂，请选一个，或写 https:// 开头的网址。
    """
    found = []
    for words, link in ((" ".join(visible(words).split()), link.strip()) for words, link in written):
        if not words and not link:
            continue
        if not words:
            raise Refused(f"通到“{link[:40]}”的按钮还没有写字。")
        if len(words) > LONGEST:
            raise Refused(f"按钮“{words[:20]}”太长，最多 {LONGEST} 个字。")
        if not link:
            raise Refused(f"按钮“{words}”还没有选通到哪里。")
        if not _is_link(link):
            raise Refused(f"按钮“{words}”的链接读不懂，请选一个，或写 https:// 开头的网址。")
        found.append(PushButton(words, link))
    if len(found) > MOST:
        raise Refused(f"按钮最多 {MOST} 个。")
    return found


def numbered(buttons: Sequence[PushButton]) -> list[tuple[int, PushButton]]:
    """The buttons with the numbers a shop replies with.

    >>> [number for number, _ in numbered([PushButton("填写", "survey:1"), PushButton("看", "article:2")] * 2)]
    [1, 3, 4, 5]
    """
    return list(zip(NUMBERS, buttons, strict=False))


def _is_link(link: str) -> bool:
    if len(link) > LONGEST_LINK or any(letter.isspace() for letter in link):
        return False
    if link.startswith("https://"):
        try:
            return bool(urlsplit(link).hostname)
        except ValueError:
            return False
    return _TOPIC.fullmatch(link) is not None
