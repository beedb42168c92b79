"""Reader of questions as their author wrote them: all are checked, and every mistake is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

from foundation.text import plain
from questions.authoring.conditions import read_conditions
from questions.authoring.spelling import Misspelt, Notes, Path, decimal, integer, suggestion, truth, words
from questions.authoring.versions import HIGHEST_CODE, coded
from questions.numerals import place as place_of
from questions.numerals import same
from questions.question import OTHER_LABEL, Illustration, Option, Question, QuestionType

MOST_QUESTIONS = 60
LONGEST_TEXT = 200
LONGEST_LABEL = 60
MOST_OPTIONS = 20
MOST_CHOSEN = 10_000_000
LONGEST_ALT = 60
KEYS = ("code", "type", "text", "options", "other", "min", "max", "decimals", "required", "show_if", "picture")

CHINESE_TYPES = ("单选", "多选", "评分", "推荐度", "数字", "文本", "照片")
TYPE_WORDS = {
    "单选": QuestionType.SINGLE,
    "单选题": QuestionType.SINGLE,
    "多选": QuestionType.MULTIPLE,
    "多选题": QuestionType.MULTIPLE,
    "评分": QuestionType.RATING,
    "打分": QuestionType.RATING,
    "推荐度": QuestionType.NPS,
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


class TypeWords(NamedTuple):
    """Words an author may write for the type of a question."""

    types: Mapping[str, QuestionType]
    keys: tuple[str, ...]
    """Named to an author who wrote an English word that is not known."""
    labels: tuple[str, ...]
    """Named to any other author."""


ALL_TYPES = TypeWords(TYPE_WORDS, tuple(kind.value for kind in QuestionType), CHINESE_TYPES)
ONLY_FOR = {
    "options": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "other": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "min": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "max": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "decimals": (QuestionType.NUMBER,),
}
_T = TypeVar("_T")
#: The brackets around a code or a limit, as any keyboard writes them.
_OPEN, _SHUT = r"[\[［【〔]\s*", r"\s*[\]］】〕]"
_CODED = re.compile(rf"{_OPEN}([0-9０-９]{{1,3}}){_SHUT}\s*(.*)", re.DOTALL)
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


@dataclass(frozen=True)
class _Entry:
    """Question as written, with its place: its mistakes are noted under its number and code."""

    written: Mapping[str, Any]
    path: Path
    where: str
    notes: Notes
    types: TypeWords

    def wrong(self, key: str, problem: str) -> None:
        self.notes.add(self.where, (*self.path, key), problem)

    def take(self, key: str, name: str, reader: Callable[[Any], _T], default: _T) -> _T:
        """Return the value of a key, read; the default where nothing is written or it cannot be read."""
        if self.written.get(key) is None:
            return default
        try:
            return reader(self.written[key])
        except Misspelt as problem:
            self.wrong(key, f"{name}{problem}")
            return default

    def given(self, key: str, name: str, reader: Callable[[Any], _T]) -> _T | None:
        """Return the value of a key for which "no" is the same as nothing; None where it says so."""
        return None if _is_no(key, self.written.get(key)) else self.take(key, self.notes.named(name, key), reader, None)


def read_questions(
    written: object,
    *,
    before: Sequence[Question] = (),
    notes: Notes,
    more: Collection[str] = (),
    types: TypeWords = ALL_TYPES,
) -> tuple[Question, ...]:
    """Return the questions of a list as its author wrote it; faulty ones are left out and noted.

    `before` are those of earlier versions: their options keep their codes. `more` are keys of a question that the
    caller reads itself; `types` are the words for the types it asks.

    >>> notes = Notes({})
    >>> one = {"code": "q1", "type": "single", "text": "哪个?", "options": ["甲", "乙"], "right": "乙"}
    >>> [question.labels for question in read_questions([one], notes=notes, more=["right"])], notes.mistakes
    ([('甲', '乙')], [])
    """
    said = notes.named("题目", "questions").strip()
    if not isinstance(written, list | tuple) or not written:
        notes.add(said, ("questions",), "至少要有一题")
        return ()
    if len(written) > MOST_QUESTIONS:
        notes.add(said, ("questions",), f"共 {len(written)} 题，最多 {MOST_QUESTIONS} 题")
        return ()
    known = {question.code: question for question in before}
    codes = [plain(str(entry.get("code"))) if isinstance(entry, Mapping) else "" for entry in written]
    questions: dict[str, Question] = {}
    for place, entry in enumerate(written):
        before_us = len(notes.mistakes)
        question = _read(
            entry, place, codes=codes, earlier=questions, before=known, notes=notes, more=more, types=types
        )
        if question and len(notes.mistakes) == before_us and question.code not in questions:
            questions[question.code] = question
    return tuple(questions.values())


def _read(
    written: object,
    place: int,
    *,
    codes: Sequence[str],
    earlier: Mapping[str, Question],
    before: Mapping[str, Question],
    notes: Notes,
    more: Collection[str],
    types: TypeWords,
) -> Question | None:
    """Read the question at `place` (from 0) and note its mistakes; None where not even its type is known.

    `codes` are those of all questions as written, `earlier` the good ones in front of this, `before` those of
    previous versions.
    """
    path: Path = ("questions", place)
    where = f"第 {place + 1} 题"
    if not isinstance(written, Mapping):
        notes.add(where, path, "应由 code、type、text 等几项组成")
        return None
    where += f" {written['code']}" if isinstance(written.get("code"), str | int) else ""
    entry = _Entry(written, path, where, notes, types)
    notes.unknown_keys(where, path, written, (*KEYS, *more))
    question = _head(entry, place, codes)
    if question is None:
        return None
    old = before.get(question.code)
    if old and old.type is not question.type:
        entry.wrong("type", _no_other_type(old.type, question.type, notes))
        old = None
    for key, kinds in sorted(ONLY_FOR.items()):
        if question.type not in kinds and not _is_no(key, written.get(key)):
            entry.wrong(key, f"{key} 只用于 " + "、".join(kinds))
    if question.type.has_options:
        question = _with_options(entry, question, old)
    if question.type in ONLY_FOR["min"]:
        question = _with_bounds(entry, question)
    if written.get("show_if") is not None:
        try:
            shown = read_conditions(written["show_if"], codes=codes, place=place, earlier=earlier, keyed=notes.keyed)
            question = replace(question, show_if=shown)
        except Misspelt as problem:
            entry.wrong("show_if", f"{notes.named('显示条件', 'show_if')}{problem}")
    return question


def _head(entry: _Entry, place: int, codes: Sequence[str]) -> Question | None:
    """Read what every question has; None without a type, since nothing more can be read then."""
    notes = entry.notes
    for key, name in (("code", "编码"), ("type", "类型"), ("text", "题目")):
        if entry.written.get(key) is None:
            path = entry.path if notes.keyed else (*entry.path, key)
            notes.add(entry.where, path, f"缺少{notes.named(name, key)}".strip())
    code = entry.take("code", "编码", _code, "")
    if code and codes.index(code) < place:
        entry.wrong("code", f"编码“{code}”与第 {codes.index(code) + 1} 题重复")
    text = entry.take("text", "题目", lambda value: words(value, longest=LONGEST_TEXT), "")
    required = entry.take("required", notes.named("必填", "required"), truth, True)
    kind = entry.take("type", "类型", partial(_type, known=entry.types), None)
    picture = entry.take("picture", "图片", partial(_picture, keyed=notes.keyed), None)
    return None if kind is None else Question(code, kind, text, required=required, picture=picture)


def _picture(written: object, *, keyed: bool) -> Illustration | None:
    """Read a picture as the form writes it; a file of questions holds none."""
    if keyed or not isinstance(written, Mapping):
        raise Misspelt("不能写在文件里，请删去，读入以后在网页里加")
    if not written.get("key"):
        return None
    if not written.get("alt"):
        raise Misspelt("要配一句话，说明图上是什么，给看不到图的人")
    return Illustration(str(written["key"]), words(written["alt"], longest=LONGEST_ALT))


def _with_options(entry: _Entry, question: Question, old: Question | None) -> Question:
    other = entry.take("other", entry.notes.named("其他", "other"), truth, False)
    options, retired = _read_options(entry.written, entry.where, entry.path, other, old, entry.notes)
    return replace(question, options=options, retired=retired, other=other)


def _with_bounds(entry: _Entry, question: Question) -> Question:
    """Read how many options may be chosen, or the bounds of a number."""
    if question.type is QuestionType.NUMBER:
        decimals = entry.given("decimals", "小数位", partial(integer, low=0, high=2)) or 0
        question = replace(question, decimals=decimals)
        return _bounded(entry, question, ("最小", "最大"), partial(_bound, decimals=decimals))
    if not question.options:
        return question  # noted already
    offered = len(question.options) + question.other
    return _bounded(entry, question, ("最少", "最多"), partial(integer, low=1, high=offered))


def _bounded(
    entry: _Entry, question: Question, names: tuple[str, str], reader: Callable[[Any], int | Decimal]
) -> Question:
    low, high = entry.given("min", names[0], reader), entry.given("max", names[1], reader)
    if low is not None and high is not None and low > high:
        small, great = ("min", " max") if entry.notes.keyed else ("下限", "上限")
        entry.wrong("min", f"{small} {low} 大于{great} {high}")
    return replace(question, min=low, max=high)


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
    pictures: list[Illustration | None] = []
    good = True
    for n, one in enumerate(written, start=1):
        try:
            code, label, limit = _read_option(one)
            entries.append((code, label))
            most.append(limit)
            pictures.append(_picture(one["picture"], keyed=notes.keyed) if _has_picture(one) else None)
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
    offered = zip(options, most, pictures, strict=True)
    return tuple(replace(option, most=limit, picture=picture) for option, limit, picture in offered), retired


def _has_picture(option: object) -> bool:
    return isinstance(option, Mapping) and option.get("picture") is not None


def _read_option(one: object) -> tuple[int | None, str, int | None]:
    if not isinstance(one, Mapping):
        return None, *_limited(words(one, longest=LONGEST_LABEL + len("[限10000000]")))
    for key in one:
        if key not in ("code", "text", "most", "picture"):
            raise Misspelt(f"不认识“{key}”，应如 {{code: 2, text: 比较满意}}")
    code = None if one.get("code") is None else integer(one["code"], 1, HIGHEST_CODE)
    label, most = _limited(words(one.get("text"), longest=LONGEST_LABEL + len("[限10000000]")))
    if one.get("most") in (None, ""):
        return code, label, most
    if most is not None:
        raise Misspelt("的名额写了两次")
    return code, label, _most(one["most"])


def _limited(text: str) -> tuple[str, int | None]:
    """Read a label, and how many people may choose it, where that follows."""
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
        # A reply of "2" could mean either the second option or the one labelled 2.
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


def _type(value: object, known: TypeWords) -> QuestionType:
    word = plain(str(value)).lower()
    if word not in known.types:
        names = known.keys if word.isascii() else known.labels
        near = suggestion(word, names, listed=False)
        raise Misspelt(f"“{value}”不认识，可用 " + "、".join(names) + near)
    return known.types[word]


def _bound(value: object, decimals: int) -> Decimal:
    bound = decimal(value)
    if bound != round(bound, decimals):
        raise Misspelt(f"“{value}”的小数位太多")
    return bound


def _is_no(key: str, value: object) -> bool:
    """Whether nothing is written; `other: false` and `decimals: 0` mean nothing too, wherever they stand."""
    if value is None:
        return True
    if key == "other":
        try:
            return not truth(value)
        except Misspelt:
            return False
    return key == "decimals" and str(value) == "0"
