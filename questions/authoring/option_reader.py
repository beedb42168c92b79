"""Reader of the options of a question: their labels, codes, limits, points and pictures; every mistake is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from questions.authoring.spelling import Misspelt, Notes, Path, integer, words
from questions.authoring.versions import HIGHEST_CODE, coded
from questions.numerals import place as place_of
from questions.numerals import same
from questions.question import OTHER_LABEL, Illustration, Option, Question

LONGEST_LABEL = 60
MOST_OPTIONS = 20
MOST_CHOSEN = 10_000_000
LONGEST_ALT = 60
MOST_POINTS = 1000
_LONGEST_LINE = LONGEST_LABEL + len("[限10000000][1000分]")
#: The brackets around a code or a limit, as any keyboard writes them.
_OPEN, _SHUT = r"[\[［【〔]\s*", r"\s*[\]］】〕]"
_CODED = re.compile(rf"{_OPEN}([0-9０-９]{{1,3}}){_SHUT}\s*(.*)", re.DOTALL)
_SCORED = re.compile(rf"(.*?)\s*{_OPEN}([0-9０-９]{{1,4}})\s*分{_SHUT}", re.DOTALL)
_LIMITED = re.compile(rf"(.*?)\s*{_OPEN}限\s*([0-9０-９]{{1,8}})\s*[个人名份家户]?{_SHUT}", re.DOTALL)
#: Text that was probably meant as a limit, and would otherwise be shown to people as words.
_LIKE_LIMITED = re.compile(
    rf"{_OPEN}(?:限|名额)|限\s*[0-9０-９]+\s*[个人名份家户]?{_SHUT}|[(（{{｛「]\s*(?:限|名额)\s*[0-9０-９]"
)


def with_code(line: str) -> dict[str, object] | str:
    """Read an option from a line of a cell: `[2] 比较满意` rewords option 2.

    >>> with_code("［２］ 比较满意 [限20]"), with_code(" 满意 ")
    ({'code': 2, 'text': '比较满意 [限20]'}, '满意')
    """
    coded = _CODED.fullmatch(line.strip())
    return {"code": int(coded[1]), "text": coded[2]} if coded else line.strip()


def read_options(
    entry: Mapping[str, Any], where: str, path: Path, other: bool, old: Question | None, notes: Notes
) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """Return the options of a question, and those of its earlier version (`old`) that are no longer offered; none where
    one is faulty, which is noted. `other` tells whether one more asks for words of one's own."""
    path = (*path, "options")
    written = entry.get("options")
    if not isinstance(written, list | tuple) or not written:
        notes.add(where, path, "缺少选项 options，应是一个列表" if notes.keyed else "请写上选项")
        return (), ()
    if len(written) > MOST_OPTIONS:
        notes.add(where, path, f"有 {len(written)} 个选项，最多 {MOST_OPTIONS} 个")
        return (), ()
    entries: list[tuple[int | None, str]] = []
    marks: list[tuple[int | None, int | None]] = []
    pictures: list[Illustration | None] = []
    good = True
    for n, one in enumerate(written, start=1):
        try:
            code, label, *marked = _read_option(one)
            entries.append((code, label))
            marks.append((marked[0], marked[1]))
            pictures.append(read_picture(one["picture"], keyed=notes.keyed) if _has_picture(one) else None)
            _check_label(entries[-1][1], n, len(written), other, [label for _, label in entries[:-1]])
        except Misspelt as problem:
            notes.add(where, (*path, n - 1), f"第 {n} 个选项{problem}")
            good = False
    if not good:
        return (), ()
    if len(entries) + other < 2:
        apart = "分成几行" if notes.keyed else "各占一格"
        notes.add(where, path, f"只有一个选项“{entries[0][1]}”，至少要两个。如果是几个选项写在了一起，请{apart}")
        return (), ()
    try:
        options, retired = coded(entries, old)
    except Misspelt as problem:
        notes.add(where, path, str(problem))
        return (), ()
    offered = zip(options, marks, pictures, strict=True)
    return tuple(
        replace(option, most=most, points=points, picture=picture) for option, (most, points), picture in offered
    ), retired


def _has_picture(option: object) -> bool:
    return isinstance(option, Mapping) and option.get("picture") is not None


def _read_option(one: object) -> tuple[int | None, str, int | None, int | None]:
    """Read the code of an option, its label, how many may choose it, and its points."""
    if not isinstance(one, Mapping):
        return None, *_marked(words(one, longest=_LONGEST_LINE))
    for key in one:
        if key not in ("code", "text", "most", "points", "picture"):
            raise Misspelt(f"不认识“{key}”，应如 {{code: 2, text: 比较满意}}")
    code = None if one.get("code") is None else integer(one["code"], 1, HIGHEST_CODE)
    label, most, points = _marked(words(one.get("text"), longest=_LONGEST_LINE))
    if one.get("most") not in (None, ""):
        if most is not None:
            raise Misspelt("的名额写了两次")
        most = _most(one["most"])
    if one.get("points") not in (None, ""):
        if points is not None:
            raise Misspelt("的分值写了两次")
        points = _points(one["points"])
    return code, label, most, points


def _marked(text: str) -> tuple[str, int | None, int | None]:
    """Read a label, and what follows it in brackets: how many may choose it, and its points, in either order.

    >>> _marked("周六 [限20]"), _marked("满意【4分】"), _marked("满意 [限20] [4分]"), _marked("满意 [4分] [限20]")
    (('周六', 20, None), ('满意', None, 4), ('满意', 20, 4), ('满意', 20, 4))
    """
    behind = _SCORED.fullmatch(text)
    label, most = _limited(behind[1] if behind else text)
    before = None if behind else _SCORED.fullmatch(label)
    scored = behind or before
    label = words(before[1] if before else label, longest=LONGEST_LABEL)
    return label, most, _points(scored[2]) if scored else None


def _limited(text: str) -> tuple[str, int | None]:
    """Read a label, and how many people may choose it, where that follows."""
    limited = _LIMITED.fullmatch(text)
    label, most = (limited[1], _most(limited[2])) if limited else (text, None)
    if _LIKE_LIMITED.search(label):
        raise Misspelt(f"“{label}”里的名额看不懂，请用方括号写在最后，如 周六上午 [限20]")
    return words(label, longest=_LONGEST_LINE), most


def _most(value: object) -> int:
    try:
        return integer(value, 1, MOST_CHOSEN)
    except Misspelt as problem:
        raise Misspelt(f"的名额{problem}") from None


def _points(value: object) -> int:
    try:
        return integer(value, 0, MOST_POINTS)
    except Misspelt as problem:
        raise Misspelt(f"的分值{problem}") from None


def _check_label(label: str, n: int, count: int, other: bool, earlier: Sequence[str]) -> None:
    plain = same(label)
    if not plain:
        raise Misspelt(f"“{label}”只有标点")
    if plain in map(same, earlier):
        raise Misspelt(f"“{label}”重复")
    if other and plain in (OTHER_LABEL, "其它", "0"):
        raise Misspelt(f"“{label}”与“其他”重复，请删去这个选项")
    pointed = place_of(plain, count)
    if pointed is not None and pointed != n:
        # A reply of "2" could mean either the second option or the one labelled 2.
        raise Misspelt(f"“{label}”会和回复的编号混淆，请写得完整些")


def read_picture(written: object, *, keyed: bool) -> Illustration | None:
    """Read a picture as the form writes it; a file of questions holds none."""
    if keyed or not isinstance(written, Mapping):
        raise Misspelt("不能写在文件里，请删去，读入以后在网页里加")
    if not written.get("key"):
        return None
    if not written.get("alt"):
        raise Misspelt("要配一句话，说明图上是什么，给看不到图的人")
    return Illustration(str(written["key"]), words(written["alt"], longest=LONGEST_ALT))
