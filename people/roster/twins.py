"""Near-twins of names: an area, class or manager of a file that may be one we know, written otherwise."""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from foundation.text import plain

_DIGITS = {
    sign: str(value) for signs in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖") for value, sign in enumerate(signs)
}
_DIGITS |= {"两": "2", "兩": "2"}
_NUMERAL = re.compile(f"[{''.join(_DIGITS)}十拾百0-9]+")
_BLANK = re.compile(r"[\s\W_]+")
_ENDING = re.compile(r"(片区|片|区域|辖区|区)$")
#: Signs in which names differ on purpose: 城东片 is not 城西片.
_APART = ("东西南北中", "上下", "前后", "左右", "内外", "新老旧", "大小", "甲乙丙丁戊己")
#: From so many signs on, two may differ; in very long names, which are hardly names, one.
LONG, VERY_LONG = 6, 24


def same(name: str) -> str:
    """What is left of a name where it does not matter how it was written.

    >>> same("城区一片"), same("城区1片区"), same("城 区１"), same("第十二片"), same("古田二十三片")
    ('城区1', '城区1', '城区1', '第12', '古田23')
    """
    text = _BLANK.sub("", plain(name).lower())
    text = _NUMERAL.sub(lambda found: _number(found[0]), text)
    return _ENDING.sub("", text) or text


class KnownNames:
    """Known names, asked for the one that another may be meant for."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_key: dict[str, list[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Know one more name."""
        for key in _keys(same(name)):
            self._by_key.setdefault(key, []).append(name)

    def twin(self, name: str) -> str:
        """The known name that this one is likely meant for; empty where none is near.

        >>> known = KnownNames(["城区一片", "城东片", "古田片", "现代终端"])
        >>> [known.twin(each) for each in ("城区1片", "城区二片", "城西片", "古田", "古甜片区", "现代 终瑞", "上杭片")]
        ['城区一片', '', '', '古田片', '', '现代终端', '']
        """
        mine = same(name)
        near = {each for key in _keys(mine) for each in self._by_key.get(key, ()) if each != name}
        ranked = sorted((distance(mine, same(each)), each) for each in near)
        return next((each for steps, each in ranked if steps <= _most(mine) and not _apart(mine, same(each))), "")


def distance(one: str, other: str) -> int:
    """How many signs must be changed, added, left out or swapped with their neighbour to make one of the other.

    >>> distance("城区1", "城区1"), distance("江山", "山江"), distance("古田北", "古田"), distance("abc", "xyz")
    (0, 1, 1, 3)
    """
    before, row = list[int](), list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        before, last, row = row, before, [at]
        for place, there in enumerate(other, 1):
            best = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (sign != there))
            if at > 1 and place > 1 and sign == other[place - 2] and one[at - 2] == there:
                best = min(best, last[place - 2] + 1)
            row.append(best)
    return row[-1]


def _most(name: str) -> int:
    """The signs in which names of this length may differ: none where they are short."""
    return 0 if len(name) < 3 else 2 if LONG <= len(name) < VERY_LONG else 1


def _keys(name: str) -> Iterator[str]:
    """A name and what is left of it without some of its signs: names that are near have one of these in common."""
    for gone in range(_most(name) + 1):
        for kept in combinations(name, len(name) - gone):
            yield "".join(kept)


def _apart(one: str, other: str) -> bool:
    """Whether two names differ in their numbers, or in signs that tell names apart."""
    if re.findall("[0-9]+", one) != re.findall("[0-9]+", other):
        return True
    return any([sign for sign in one if sign in signs] != [sign for sign in other if sign in signs] for signs in _APART)


def _number(text: str) -> str:
    """A numeral as digits: 十二 is 12, 二〇三 is 203."""
    signs = "".join(_DIGITS.get(sign, sign) for sign in text.replace("拾", "十"))
    if not re.search("[十百]", signs):
        return signs
    hundreds, _, rest = signs.rpartition("百")
    tens, has_tens, ones = rest.rpartition("十")
    try:
        value = int(hundreds or 1) * 100 if "百" in signs else 0
        value += int(tens or 1) * 10 if has_tens else 0
        return str(value + int(ones or 0))
    except ValueError:
        return signs
