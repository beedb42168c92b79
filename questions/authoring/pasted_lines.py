"""Lines of a pasted questionnaire: cleaned of what a page or a document puts into them, with the marks they begin with.

Marks are matched on the half-width form of a line, which has the same length; what is kept is the line as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from foundation.text import bare, is_visible
from questions.authoring import word_lines as words

_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " "))
_SQUARE = str.maketrans("［］｛｝", "[][]")
#: Signs of Word's symbol fonts, which a browser pastes as private letters, and their boxes and bullets.
_PRIVATE_BOX = re.compile("^[\uf0a8\uf06f\uf071\uf0fd\uf0fe]\\s*")
_PRIVATE_BULLET = re.compile("^[\ue000-\uf8ff]\\s*")
#: The same signs where the font was lost: a letter and a tab.
_LOST_BULLET = re.compile(r"^[lnuvØü²§](?:\t|\s{2,})\s*(?=\S)")
_MARKDOWN = re.compile(r"^#{1,6}\s+|^>\s+")
_BULLET_AND_MARK = re.compile(r"^[-*+•·]\s+(?=[(（]?[A-Za-z①-⑳][.．、:：)）]|\[ ?\]|[□○☐])")

_NUMBER, _CHINESE = r"[0-9]{1,3}", r"[一二三四五六七八九十]{1,3}"
#: Families of numbers, the surest sign of a question first.
NUMBERS = {
    "named": re.compile(
        rf"(?:Q\s*({_NUMBER})\s*[.、:)]?|第\s*({_NUMBER}|{_CHINESE})\s*[题问]\s*[.、:]?"
        rf"|(?:问题|题目|题)\s*({_NUMBER}|{_CHINESE})(?:\s*[.、:)]|\s))\s*",
        re.IGNORECASE,
    ),
    "dotted": re.compile(rf"({_NUMBER})\s*(?:、|[.:](?![0-9])|\t)\s*"),
    "chinese": re.compile(rf"(?:({_CHINESE})\s*[、.:\t]|[(]\s*({_CHINESE})\s*[)][、.:]?)\s*"),
    "bracketed": re.compile(rf"[(]\s*({_NUMBER})\s*[)][.、:]?\s*"),
    "closed": re.compile(rf"({_NUMBER})\s*[)]\s*"),
    "circled": re.compile(r"([①-⑳])\s*[.、]?\s*"),
}
_CIRCLED_FROM = ord("①") - 1
#: Marks of options that are no numbers.
_LETTER = re.compile(r"(?:[(]\s*([A-Za-z])\s*[)][.、:]?|([A-Za-z])\s*[.、:)](?![A-Za-z0-9])|([A-Z])\t)\s*")
_BOX = re.compile(r"(?:[□○☐◯◻▢◇◆●•❑❏▪◦‣➢➤☆◎⊙■]|\[\s*\]|[(]\s*[)]|·)\s*")
_DASH = re.compile(r"[-–*+]\s+")
PART = re.compile(
    rf"(?:第\s*(?:{_CHINESE}|{_NUMBER})\s*(?:部分|大题|章|节|板块)|[A-Z]部分|Part\s*[0-9A-Z]+)[、.:]?\s*", re.IGNORECASE
)
_RULED = re.compile(
    r"[\s_=\-—–…*~+]*(?:(?:分页符?|下一页|第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?)[\s_=\-—–…*~+]*)?"
)
#: Brackets before the number, as in 【必答】1. …, which belong behind the question.
_LEADING = re.compile(
    r"((?:[\[【(（［][^\[\]【】()（）［］]{2,10}[\]】)）］]\s*)+)(?=(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3})\s*[、.．:：)）]|第|Q)"
)
_POINTS = re.compile(r"[^0-9]{0,16}?((?:[□○☐◯◻●\[\]()|\s、,/\-~分]*[0-9]{1,2}[\s|分\])]*)+)[^0-9]{0,16}")
_ASKED = re.compile(r"[?？]|[:：]\s*$|_{2,}|＿{2,}")
_LONGEST_PART = 12
_THANKS = re.compile(r"(?:感谢|谢谢|致谢|祝您|祝你|到此结束|问卷结束|填写完毕|答题结束|再次)")


class Line(NamedTuple):
    """Line of a pasted text that is not empty."""

    number: int
    """Its place in the text, from 1."""
    text: str
    is_apart: bool
    """Whether it is the first, or an empty line stands before it."""
    was: str
    """As it was pasted, without the blanks around it."""


class Left(NamedTuple):
    """Line, or part of one, that was not read into a question: where it stands, its words, and why."""

    line: int
    words: str
    why: str


class Numbered(NamedTuple):
    """Line that begins with a number: its family, its value, and what stands behind it."""

    family: str
    number: int
    text: str


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text that say something.

    >>> [(line.number, line.text, line.is_apart) for line in lines_of("1.\\u00a0店名\\r\\n\\r\\nl\\t男\\n______")]
    [(1, '1. 店名', True), (3, '• 男', True)]
    """
    found: list[Line] = []
    is_apart = True
    for number, written in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        cleaned = _cleaned(written)
        if not is_visible(cleaned):
            # A rule drawn between two questions parts them as an empty line does.
            is_apart = is_apart or not cleaned.strip() or cleaned.strip()[:1] in "=-—–*"
            continue
        if _RULED.fullmatch(cleaned):
            is_apart = True
            continue
        found.append(Line(number, cleaned, is_apart, written.strip()))
        is_apart = False
    return found


def _cleaned(written: str) -> str:
    text = written.translate(_BLANKS).strip(" \u3000\v\f")
    text = _PRIVATE_BULLET.sub("• ", _PRIVATE_BOX.sub("□ ", text))
    text = _LOST_BULLET.sub("• ", bare(text).replace("**", ""))
    text = _BULLET_AND_MARK.sub("", _MARKDOWN.sub("", text)).translate(_SQUARE).strip()
    if leading := _LEADING.match(text):
        text = f"{text[leading.end() :]} {leading[1].strip()}"
    return text


def numbered(text: str) -> Numbered | None:
    """Return the number a line begins with; None where it begins with none, or nothing stands behind it.

    >>> numbered("Q1：您满意吗"), numbered("第十二题 店名")
    (Numbered(family='named', number=1, text='您满意吗'), Numbered(family='named', number=12, text='店名'))
    >>> numbered("（一）基本情况").family, numbered("3.5 元")
    ('chinese', None)
    """
    seen = words.half(text)
    for family, pattern in NUMBERS.items():
        found = pattern.match(seen)
        if found and text[found.end() :].strip():
            said = next(filter(None, found.groups()))
            number = ord(said) - _CIRCLED_FROM if family == "circled" else words.whole(said)
            return Numbered(family, number, text[found.end() :].strip())
    return None


def without_star(text: str) -> str:
    """Return a line without the star before it that says an answer is required."""
    return re.sub(r"^[*＊]\s*(?=\S)", "", text)


def mark_of(text: str) -> str:
    """Return the family of the mark of an option that a line begins with: letter, box or dash; empty without one.

    >>> mark_of("Ａ．满意"), mark_of("b) 一般"), mark_of("[ ] 男"), mark_of("- 女"), mark_of("A4 纸")
    ('letter', 'letter', 'box', 'dash', '')
    """
    seen = words.half(text)
    for family, pattern in (("letter", _LETTER), ("box", _BOX), ("dash", _DASH)):
        found = pattern.match(seen)
        if found and text[found.end() :].strip():
            return family
    return ""


def marked(text: str, family: str) -> list[str]:
    """Return the options of a line that begins with a mark: several where more marks of the family follow.

    >>> marked("A. 满意  B、一般\\tC）差", "letter"), marked("○男 ○女", "box"), marked("（1）男 （2）女", "bracketed")
    (['满意', '一般', '差'], ['男', '女'], ['男', '女'])
    >>> marked("C. 钙、维生素B、铁", "letter"), marked("1) 10 元以下", "closed")
    (['钙、维生素B、铁'], ['10 元以下'])
    """
    seen = words.half(text)
    if family in ("box", "dash"):
        pattern = _BOX if family == "box" else _DASH
        ends = [each.span() for each in pattern.finditer(seen)] if family == "box" else [pattern.match(seen).span()]  # type: ignore[union-attr]  # the family was found by it
        return _between(text, ends)
    first = _place(seen, family)
    ends = [(0, first[1])] if first else [(0, 0)]
    place = first[0] if first else 0
    while following := _next_mark(seen, family, place + 1, ends[-1][1]):
        ends.append(following)
        place += 1
    return _between(text, ends)


def _between(text: str, ends: Sequence[tuple[int, int]]) -> list[str]:
    starts = [start for start, _ in ends[1:]] + [len(text)]
    found = [text[end:start].strip() for (_, end), start in zip(ends, starts, strict=True)]
    return [each for each in found if is_visible(each)]


def _place(seen: str, family: str) -> tuple[int, int] | None:
    """The place in the order that the first mark of a line stands for, and where it ends."""
    found = (_LETTER if family == "letter" else NUMBERS[family]).match(seen)
    if found is None:
        return None
    said = next(filter(None, found.groups()))
    if family == "letter":
        return ord(said.upper()) - ord("A") + 1, found.end()
    return (ord(said) - _CIRCLED_FROM if family == "circled" else words.whole(said)), found.end()


def _next_mark(seen: str, family: str, place: int, behind: int) -> tuple[int, int] | None:
    """Where the mark with this place in the order stands, behind a blank or touching the label before it."""
    pattern = _LETTER if family == "letter" else NUMBERS[family]
    touching = family in ("letter", "circled")
    for found in pattern.finditer(seen, behind):
        is_free = seen[found.start() - 1] in " \t;；,，" or (
            touching and (family == "circled" or not re.match("[A-Za-z0-9]", seen[found.start() - 1]))
        )
        at = _place(seen[found.start() : found.end()], family)
        if is_free and at and at[0] == place and found.start() > behind:
            return found.span()
    return None


def apart(text: str) -> list[str]:
    """Return the options of a line without marks: several where a tab or a wide gap parts them.

    >>> apart("满意\t一般   不满意"), apart("18 岁以下")
    (['满意', '一般', '不满意'], ['18 岁以下'])
    """
    return [each.strip() for each in re.split(r"\t+\s*|\s{2,}", text) if is_visible(each)]


def in_one_line(text: str) -> list[str]:
    """Return the options of the only line there is: parted by a blank or a sign where all parts are short.

    >>> in_one_line("满意/一般/不满意"), in_one_line("满意、一般"), in_one_line("我们 很愿意为您提供更加周到的上门服务")
    (['满意', '一般', '不满意'], ['满意', '一般'], ['我们 很愿意为您提供更加周到的上门服务'])
    """
    parts = [each for each in re.split(r"\s*[/／|｜;；]\s*|\s+|、", text) if is_visible(each)]
    return parts if len(parts) > 1 and all(len(each) <= _LONGEST_PART for each in parts) else [text]


def scale_of(text: str) -> list[int]:
    """Return the points that a line shows, with no more than a few words at both ends; none for any other line.

    >>> scale_of("○1 ○2 ○3 ○4 ○5"), scale_of("不可能 0 1 2 3 极有可能"), scale_of("1 个 2 个"), scale_of("18 20 22 24")
    ([1, 2, 3, 4, 5], [0, 1, 2, 3], [], [])
    """
    found = _POINTS.fullmatch(words.half(text))
    points = [int(each) for each in re.findall("[0-9]+", found[1])] if found else []
    steps = {after - before for before, after in pairwise(points)}
    return points if len(points) > 2 and steps in ({1}, {-1}) else []


def has_words(text: str) -> bool:
    """Whether a line holds more than numbers and signs."""
    return bool(re.search("[A-Za-z\u4e00-\u9fff]", text))


def looks_asked(text: str) -> bool:
    """Whether a line is put as a question, or leaves room for an answer.

    >>> looks_asked("您满意吗？"), looks_asked("店名："), looks_asked("其他：____"), looks_asked("满意")
    (True, True, False, False)
    """
    return bool(_ASKED.search(text)) and not words.with_own_words(text) and not text.startswith(("其他", "其它"))


def is_thanks(text: str) -> bool:
    """Whether a line ends a questionnaire politely."""
    return bool(_THANKS.search(text))
