"""List numbering of a Word document: the labels Word puts before paragraphs, which are not in their text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from foundation.ooxml.parser import Attributes, attribute, number_of

Element = tuple[str, Attributes]
#: The most characters of a label's pattern, and the highest number that is spelled out.
_LONGEST_PATTERN, _HIGHEST = 20, 999
_LETTERS, _DIGITS, _CIRCLED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "〇一二三四五六七八九", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class ListLevel:
    """Level of a list: the format and first value of its counter, and the pattern of its label (`%1.`)."""

    format: str = "decimal"
    pattern: str = ""
    start: int = 1
    style: str = ""


@dataclass
class _List:
    """List of numbers: its levels, and another list's id where it only refers to that one."""

    levels: dict[int, ListLevel] = field(default_factory=dict)
    #: Of a numbering (`num`): the abstract list, and the counters that begin anew.
    abstract: str = ""
    starts: dict[int, int] = field(default_factory=dict)
    #: Of an abstract list that borrows its levels: the style that names the numbering.
    borrowed: str = ""


@dataclass
class ListNumbering:
    """Counters of all lists, which advance with every paragraph."""

    lists: Mapping[str, _List]
    abstracts: Mapping[str, _List]
    #: Of each style: the numbering and level it gives its paragraphs, and the style it is based on.
    styles: Mapping[str, tuple[str, str, str]]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def label(self, number: str, level: str, style: str) -> str | None:
        """The label of the next paragraph with this numbering, level and style; None for one whose format is unknown.

        >>> one = _List({0: ListLevel("chineseCounting", "%1、"), 1: ListLevel("upperLetter", "%2.")})
        >>> numbering = ListNumbering({"7": _List(abstract="1")}, {"1": one}, {})
        >>> [numbering.label("7", level, "") for level in ("0", "1", "1", "0", "1")]
        ['一、', 'A.', 'B.', '二、', 'A.']
        """
        if not number:
            number, level = self._of_style(style)
        found = self.lists.get(number)
        if found is None:  # none, or 0: a paragraph taken out of its list
            return ""
        abstract = self._resolved(found.abstract)
        levels = {**self.abstracts.get(abstract, _List()).levels, **found.levels}
        by_style = next((at for at, each in levels.items() if style and each.style == style), 0)
        at = number_of(level) if level else by_style
        if at not in levels:
            return ""
        counts = self._counts.setdefault(abstract, {})
        if at in found.starts and (number, at) not in self._begun:
            counts[at] = found.starts[at] - 1
        self._begun.add((number, at))
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for deeper in [each for each in counts if each > at]:
            del counts[deeper]
        shown = {each: spelled(counts.get(each, one.start), one.format) for each, one in levels.items()}
        if shown[at] is None:
            return None
        return "•" if levels[at].format == "bullet" else _filled(levels[at].pattern, shown)

    def _of_style(self, style: str) -> tuple[str, str]:
        for _ in range(20):
            number, level, style = self.styles.get(style, ("", "", ""))
            if number or not style:
                return number, level
        return "", ""

    def _resolved(self, abstract: str) -> str:
        borrowed = self.abstracts.get(abstract, _List()).borrowed
        if not borrowed:
            return abstract
        number, _ = self._of_style(borrowed)
        return self.lists.get(number, _List(abstract=abstract)).abstract


def read(numbering: Iterable[Element], styles: Iterable[Element]) -> ListNumbering:
    """The numbering of a document, from the elements of its numbering part and its styles part."""
    lists: dict[str, _List] = {}
    abstracts: dict[str, _List] = {}
    here, at = _List(), 0
    for name, attributes in numbering:
        value = attribute(attributes, "val")
        if name == "abstractNum":
            here = abstracts.setdefault(attribute(attributes, "abstractNumId"), _List())
        elif name == "num":
            here = lists.setdefault(attribute(attributes, "numId"), _List())
        elif name == "abstractNumId":
            here.abstract = value
        elif name == "numStyleLink":
            here.borrowed = value
        elif name in ("lvl", "lvlOverride"):
            at = number_of(attribute(attributes, "ilvl"))
            if name == "lvl":
                here.levels[at] = ListLevel()
        elif name == "startOverride":
            here.starts[at] = number_of(value)
        elif at in here.levels and name in _OF_LEVEL:
            here.levels[at] = replace(here.levels[at], **_OF_LEVEL[name](value))
    return ListNumbering(lists, abstracts, _styles(styles))


def _styles(elements: Iterable[Element]) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    here = ""
    for name, attributes in elements:
        value = attribute(attributes, "val")
        if name == "style":
            here = attribute(attributes, "styleId")
            found[here] = ("", "", "")
            if attribute(attributes, "default") in ("1", "true") and attribute(attributes, "type") == "paragraph":
                found[""] = ("", "", here)
        elif here and name in ("numId", "ilvl", "basedOn"):
            number, level, base = found[here]
            found[here] = {
                "numId": (value, level, base),
                "ilvl": (number, value, base),
                "basedOn": (number, level, value),
            }[name]
    return found


_OF_LEVEL: Mapping[str, Any] = {
    "start": lambda value: {"start": number_of(value)},
    "numFmt": lambda value: {"format": value},
    "lvlText": lambda value: {"pattern": value[:_LONGEST_PATTERN]},
    "pStyle": lambda value: {"style": value},
}


def spelled(number: int, form: str) -> str | None:
    """A counter as Word shows it; None for a format that is unknown.

    >>> spelled(27, "upperLetter"), spelled(21, "chineseCountingThousand"), spelled(3, "decimalEnclosedCircle")
    ('AA', '二十一', '③')
    """
    if form in ("none", "bullet"):
        return ""
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if form in ("decimal", "decimalHalfWidth", "decimalFullWidth", "decimalZero") or not 1 <= number <= _HIGHEST:
        return str(number)
    if form in ("upperLetter", "lowerLetter"):
        letters = _LETTERS[(number - 1) % 26] * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in _CHINESE:
        return _chinese(number)
    return None


_CHINESE = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand")


def _chinese(number: int) -> str:
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def _filled(pattern: str, shown: Mapping[int, str | None]) -> str:
    return re.sub("%([1-9])", lambda found: shown.get(int(found[1]) - 1) or "", pattern)
