"""Reading one question of a definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from foundation.text import plain
from surveys.rules.conditions import read_conditions
from surveys.rules.numerals import place as place_of
from surveys.rules.numerals import same
from surveys.rules.shape import OTHER_LABEL, Option, Question, QuestionType
from surveys.rules.spelling import Misspelt, Notes, Path, decimal, integer, meant, truth, words
from surveys.rules.versions import HIGHEST_CODE, coded

LONGEST_TEXT = 200
LONGEST_LABEL = 60
MOST_OPTIONS = 20
MOST_CHOSEN = 10_000_000
KEYS = ("code", "type", "text", "options", "other", "min", "max", "decimals", "required", "show_if")

CHINESE_TYPES = ("单选", "多选", "评分", "NPS", "数字", "文本", "照片")
TYPE_WORDS = {
    "单选": QuestionType.SINGLE,
    "单选题": QuestionType.SINGLE,
    "多选": QuestionType.MULTIPLE,
    "多选题": QuestionType.MULTIPLE,
    "评分": QuestionType.RATING,
    "打分": QuestionType.RATING,
    "推荐": QuestionType.NPS,
    "数字": QuestionType.NUMBER,
    "数值": QuestionType.NUMBER,
    "文本": QuestionType.TEXT,
    "文字": QuestionType.TEXT,
    "填空": QuestionType.TEXT,
    "照片": QuestionType.PHOTO,
    "图片": QuestionType.PHOTO,
    **{kind.value: kind for kind in QuestionType},
}
ONLY_FOR = {
    "options": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "other": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "min": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "max": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "decimals": (QuestionType.NUMBER,),
}
_T = TypeVar("_T")
#: The brackets a code or a quota stands in, as any keyboard writes them.
_OPEN, _SHUT = r"[\[［【〔]\s*", r"\s*[\]］】〕]"
_CODED = re.compile(rf"{_OPEN}([0-9０-９]{{1,3}}){_SHUT}\s*(.*)", re.DOTALL)
_LIMITED = re.compile(rf"(.*?)\s*{_OPEN}限\s*([0-9０-９]{{1,8}})\s*[个人名份家户]?{_SHUT}", re.DOTALL)
#: What must have been meant for a quota, and would be shown to the shops if it were taken for words.
_LIKE_LIMITED = re.compile(
    rf"{_OPEN}(?:限|名额)|限\s*[0-9０-９]+\s*[个人名份家户]?{_SHUT}|[(（{{｛「]\s*(?:限|名额)\s*[0-9０-９]"
)


def with_code(line: str) -> dict[str, object] | str:
    """An option as a line of a cell says it: `[2] 比较满意` rewords option 2.

    >>> with_code("［２］ 比较满意 [限20]"), with_code(" 满意 ")
    ({'code': 2, 'text': '比较满意 [限20]'}, '满意')
    """
    coded = _CODED.fullmatch(line.strip())
    return {"code": int(coded[1]), "text": coded[2]} if coded else line.strip()


def read_question(
    entry: object,
    place: int,
    *,
    codes: Sequence[str],
    earlier: Mapping[str, Question],
    before: Mapping[str, Question],
    notes: Notes,
) -> Question | None:
    """The question written as number `place` (from 0), or None with the mistakes noted.

    `codes` are those of all questions as written, `earlier` the good ones in front of this, `before` those of
    previous versions.
    """
    path: Path = ("questions", place)
    where = f"第 {place + 1} 题"
    if not isinstance(entry, Mapping):
        notes.add(where, path, "应由 code、type、text 等几项组成")
        return None
    before_us = len(notes.mistakes)
    where += f" {entry['code']}" if isinstance(entry.get("code"), str | int) else ""
    notes.unknown_keys(where, path, entry, KEYS)

    def take(key: str, name: str, reader: Callable[[Any], _T], default: _T) -> _T:
        if entry.get(key) is None:
            return default
        try:
            return reader(entry[key])
        except Misspelt as problem:
            notes.add(where, (*path, key), f"{name}{problem}")
            return default

    for key, name in (("code", "编码"), ("type", "类型"), ("text", "题目")):
        if entry.get(key) is None:
            notes.add(where, path if notes.keyed else (*path, key), f"缺少{notes.named(name, key)}".strip())
    code = take("code", "编码", _code, "")
    if code and codes.index(code) < place:
        notes.add(where, (*path, "code"), f"编码“{code}”与第 {codes.index(code) + 1} 题重复")
    text = take("text", "题目", lambda value: words(value, longest=LONGEST_TEXT), "")
    required = take("required", notes.named("必填", "required"), truth, True)
    kind = take("type", "类型", _type, None)
    if kind is None:
        return None  # nothing more can be said about it
    old = before.get(code)
    if old and old.type is not kind:
        notes.add(where, (*path, "type"), _no_other_type(old.type, kind, notes))
        old = None

    question = Question(code, kind, text, required=required)
    given = {key for key in ONLY_FOR if entry.get(key) is not None and not _is_no(key, entry[key])}
    for key in sorted(given):
        if kind not in ONLY_FOR[key]:
            notes.add(where, (*path, key), f"{key} 只用于 " + "、".join(ONLY_FOR[key]))
    if kind.has_options:
        other = take("other", notes.named("其他", "other"), truth, False)
        options, retired = _read_options(entry, where, path, other, old, notes)
        question = replace(question, options=options, retired=retired, other=other)
    if kind is QuestionType.MULTIPLE and question.options:
        offered = len(question.options) + question.other

        def number(value: object) -> int:
            return integer(value, 1, offered)

        question = replace(
            question,
            min=take("min", notes.named("最少", "min"), number, None) if "min" in given else None,
            max=take("max", notes.named("最多", "max"), number, None) if "max" in given else None,
        )
    if kind is QuestionType.NUMBER:
        decimals = 0
        if "decimals" in given:
            decimals = take("decimals", notes.named("小数位", "decimals"), lambda value: integer(value, 0, 2), 0)

        def bound(value: object) -> Decimal:
            return _bound(value, decimals)

        question = replace(
            question,
            decimals=decimals,
            min=take("min", notes.named("最小", "min"), bound, None) if "min" in given else None,
            max=take("max", notes.named("最大", "max"), bound, None) if "max" in given else None,
        )
    if question.min is not None and question.max is not None and question.min > question.max:
        small, great = ("min", " max") if notes.keyed else ("下限", "上限")
        notes.add(where, (*path, "min"), f"{small} {question.min} 大于{great} {question.max}")
    if entry.get("show_if") is not None:
        try:
            conditions = read_conditions(entry["show_if"], codes=codes, place=place, earlier=earlier, keyed=notes.keyed)
            question = replace(question, show_if=conditions)
        except Misspelt as problem:
            notes.add(where, (*path, "show_if"), f"{notes.named('显示条件', 'show_if')}{problem}")
    return question if len(notes.mistakes) == before_us else None


def _read_options(
    entry: Mapping[str, Any], where: str, path: Path, other: bool, old: Question | None, notes: Notes
) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    path = (*path, "options")
    written = entry.get("options")
    if not isinstance(written, list | tuple) or not written:
        notes.add(where, path, "缺少选项 options，应是一个列表" if notes.keyed else "请写上选项")
        return (), ()
    if len(written) > MOST_OPTIONS:
        notes.add(where, path, f"有 {len(written)} 个选项，最多 {MOST_OPTIONS} 个")
        return (), ()
    entries: list[tuple[int | None, str]] = []
    most: list[int | None] = []
    good = True
    for n, one in enumerate(written, start=1):
        try:
            code, label, limit = _read_option(one)
            entries.append((code, label))
            most.append(limit)
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
    return tuple(replace(option, most=limit) for option, limit in zip(options, most, strict=True)), retired


def _read_option(one: object) -> tuple[int | None, str, int | None]:
    if not isinstance(one, Mapping):
        return None, *_limited(words(one, longest=LONGEST_LABEL + len("[限10000000]")))
    for key in one:
        if key not in ("code", "text", "most"):
            raise Misspelt(f"不认识“{key}”，应如 {{code: 2, text: 比较满意}}")
    code = None if one.get("code") is None else integer(one["code"], 1, HIGHEST_CODE)
    label, most = _limited(words(one.get("text"), longest=LONGEST_LABEL + len("[限10000000]")))
    if one.get("most") in (None, ""):
        return code, label, most
    if most is not None:
        raise Misspelt("的名额写了两次")
    return code, label, _most(one["most"])


def _limited(text: str) -> tuple[str, int | None]:
    """A label, and the quota that may stand behind it."""
    limited = _LIMITED.fullmatch(text)
    label, most = (limited[1], _most(limited[2])) if limited else (text, None)
    if _LIKE_LIMITED.search(label):
        raise Misspelt(f"“{label}”里的名额看不懂，请用方括号写在最后，如 周六上午 [限20]")
    return words(label, longest=LONGEST_LABEL), most


def _most(value: object) -> int:
    try:
        return integer(value, 1, MOST_CHOSEN)
    except Misspelt as problem:
        raise Misspelt(f"的名额{problem}") from None


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
        # Whoever replies "2" would mean either the second option or the one called 2.
        raise Misspelt(f"“{label}”会和回复的编号混淆，请写得完整些")


def _no_other_type(then: QuestionType, now: QuestionType, notes: Notes) -> str:
    if notes.keyed:
        return f"类型不能由 {then} 改为 {now}，请换一个新的编码"
    return f"已发布的题不能由{then.label}改为{now.label}，请删去这一题，另加一题"


def _code(value: object) -> str:
    code = plain(str(value))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,19}", code):
        raise Misspelt(f"“{code}”应是字母开头的字母和数字，如 q1")
    return code


def _type(value: object) -> QuestionType:
    word = plain(str(value)).lower()
    if word not in TYPE_WORDS:
        names = [kind.value for kind in QuestionType] if word.isascii() else list(CHINESE_TYPES)
        near = meant(word, names, listed=False)
        raise Misspelt(f"“{value}”不认识，可用 " + "、".join(names) + near)
    return TYPE_WORDS[word]


def _bound(value: object, decimals: int) -> Decimal:
    bound = decimal(value)
    if bound != round(bound, decimals):
        raise Misspelt(f"“{value}”的小数位太多")
    return bound


def _is_no(key: str, value: object) -> bool:
    """`other: false` and `decimals: 0` say nothing, wherever they stand."""
    if key == "other":
        try:
            return not truth(value)
        except Misspelt:
            return False
    return key == "decimals" and str(value) == "0"
