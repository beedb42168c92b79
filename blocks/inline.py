"""Inline marks of an article's text: `**bold**` and `[words](https://…)`, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from foundation import hosts

#: Bytes of an address, as WeChat takes them.
LONGEST_ADDRESS = 1024
#: Two asterisks and no more: 139****2201 is no mark.
_BOLD = r"(?<!\*)\*\*(?!\*)"
_LINK = r"\[([^\[\]\n]{1,300})\]\((https://[^\s()<>\"']+)\)"
_MARK = re.compile(f"{_LINK}|{_BOLD}")
_BOLD_ALONE = re.compile(_BOLD)
_LINK_ALONE = re.compile(_LINK)
_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"'()\\`{}|^\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stretch of text that looks alike throughout; `address` is where it leads."""

    text: str
    is_bold: bool = False
    address: str = ""


def spans(text: str) -> tuple[Stretch, ...]:
    """The stretches of a text. A mark that nothing closes is text.

    >>> [each.text for each in spans("先看**有效期**，再[打电话](https://a.com/1)。")]
    ['先看', '有效期', '，再', '打电话', '。']
    >>> spans("**[看](https://a.com)**")
    (Stretch(text='看', is_bold=True, address='https://a.com'),)
    >>> spans("139****2201 **"), spans("")
    ((Stretch(text='139****2201 **', is_bold=False, address=''),), ())
    """
    found: list[Stretch] = []
    for each in _pieces(text):
        last = found[-1] if found else None
        if last and not last.address and not each.address and last.is_bold == each.is_bold:
            found[-1] = Stretch(last.text + each.text, last.is_bold)
        elif each.text:
            found.append(each)
    return tuple(found)


def _pieces(text: str) -> Iterator[Stretch]:
    marks = list(_MARK.finditer(text))
    left = sum(mark[2] is None for mark in marks)
    is_bold, place = False, 0
    for mark in marks:
        yield Stretch(text[place : mark.start()], is_bold)
        place = mark.end()
        if mark[2] is not None:
            yield _link(mark[1], mark[2], is_bold)
        elif is_bold or left > 1:
            is_bold, left = not is_bold, left - 1
        else:
            yield Stretch(mark[0])
    yield Stretch(text[place:], is_bold)


def _link(words: str, address: str, is_bold: bool) -> Stretch:
    bare = _BOLD_ALONE.sub("", words)
    is_bold = is_bold or bare != words
    return Stretch(bare, is_bold, address) if is_address(address) else Stretch(bare, is_bold)


def plain(text: str) -> str:
    """A text without its marks.

    >>> plain("先看**有效期**，再[打电话](https://a.com/1)。")
    '先看有效期，再打电话。'
    """
    return "".join(each.text for each in spans(text))


def marked(text: str, *, is_bold: bool = False, address: str = "") -> str:
    """A plain text with these marks; what looks like a mark in it stays text.

    >>> marked("有效期", is_bold=True), marked("看", address="https://a.com"), plain(marked("**不粗**"))
    ('**有效期**', '[看](https://a.com)', '＊＊不粗＊＊')
    """
    text = _LINK_ALONE.sub(r"［\1］（\2）", _BOLD_ALONE.sub("＊＊", text))
    words = text.strip()
    if not words:
        return text
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    if address and is_address(address):
        words = f"[{words.translate(_BRACKETS)}]({address})"
    if is_bold and "*" not in (words[0], words[-1]):
        words = f"**{words}**"
    return f"{before}{words}{after}"


_BRACKETS = str.maketrans("[]\n", "［］ ")


def is_address(address: str) -> bool:
    """Whether this is an address of the public web that an article may lead to.

    >>> [is_address(each) for each in ("https://mp.weixin.qq.com/s/a?b=1", "http://a.com", "javascript:alert(1)")]
    [True, False, False]
    >>> [is_address(each) for each in ("https://127.1/a", "https://a@b.com", "https://a.com/(", "https://a.com:x/")]
    [False, False, False, False]
    """
    if len(address.encode(errors="replace")) > LONGEST_ADDRESS or _NOT_IN_ADDRESSES.search(address):
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and "@" not in parts.netloc and bool(host) and not hosts.is_near(host)
