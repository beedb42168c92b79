"""Reader of questions as their author wrote them: all are checked, and every mistake is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from foundation.text import plain
from questions.authoring.conditions import read_conditions
from questions.authoring.option_reader import read_options, read_picture
from questions.authoring.spelling import Misspelt, Notes, Path, decimal, integer, truth, words
from questions.authoring.type_words import ALL_TYPES, TypeWords, read_type
from questions.question import Question, QuestionType

MOST_QUESTIONS = 60
LONGEST_TEXT = 200
MOST_WEIGHT = 100
KEYS = (
    *("code", "type", "text", "options", "other", "required", "show_if", "picture"),
    *("min", "max", "decimals", "weight"),
)

ONLY_FOR = {
    "options": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "other": (QuestionType.SINGLE, QuestionType.MULTIPLE),
    "min": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "max": (QuestionType.MULTIPLE, QuestionType.NUMBER),
    "decimals": (QuestionType.NUMBER,),
    "weight": (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.RATING, QuestionType.NPS),
}
_T = TypeVar("_T")


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
    most: int = MOST_QUESTIONS,
) -> tuple[Question, ...]:
    """Return the questions of a list as its author wrote it; faulty ones are left out and noted.

    `before` are those of earlier versions: their options keep their codes. `more` are keys of a question that the
    caller reads itself; `types` are the words for the types it asks; `most`, how many questions there may be.

    >>> notes = Notes({})
    >>> one = {"code": "q1", "type": "single", "text": "哪个?", "options": ["甲", "乙"], "right": "乙"}
    >>> [question.labels for question in read_questions([one], notes=notes, more=["right"])], notes.mistakes
    ([('甲', '乙')], [])
    """
    said = notes.named("题目", "questions").strip()
    if not isinstance(written, list | tuple) or not written:
        notes.add(said, ("questions",), "至少要有一题")
        return ()
    if len(written) > most:
        notes.add(said, ("questions",), f"共 {len(written):,} 题，最多 {most:,} 题")
        return ()
    known = {question.code: question for question in before}
    codes = [plain(str(entry.get("code"))) if isinstance(entry, Mapping) else "" for entry in written]
    first = {code: at for at, code in reversed(tuple(enumerate(codes)))}
    questions: dict[str, Question] = {}
    for place, entry in enumerate(written):
        before_us = len(notes.mistakes)
        question = _read(
            entry, place, codes=codes, first=first, earlier=questions, before=known, notes=notes, more=more, types=types
        )
        if question and len(notes.mistakes) == before_us and question.code not in questions:
            questions[question.code] = question
    return tuple(questions.values())


def _read(
    written: object,
    place: int,
    *,
    codes: Sequence[str],
    first: Mapping[str, int],
    earlier: Mapping[str, Question],
    before: Mapping[str, Question],
    notes: Notes,
    more: Collection[str],
    types: TypeWords,
) -> Question | None:
    """Read the question at `place` (from 0) and note its mistakes; None where not even its type is known.

    `codes` are those of all questions as written, `first` the place at which each code comes first, `earlier` the good
    ones in front of this, `before` those of previous versions.
    """
    path: Path = ("questions", place)
    where = f"第 {place + 1} 题"
    if not isinstance(written, Mapping):
        notes.add(where, path, "应由 code、type、text 等几项组成")
        return None
    where += f" {written['code']}" if isinstance(written.get("code"), str | int) else ""
    entry = _Entry(written, path, where, notes, types)
    notes.unknown_keys(where, path, written, (*KEYS, *more))
    question = _head(entry, place, first)
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
    if question.type in ONLY_FOR["weight"]:
        question = _with_weight(entry, question)
    if question.type in ONLY_FOR["min"]:
        question = _with_bounds(entry, question)
    if written.get("show_if") is not None:
        try:
            shown = read_conditions(written["show_if"], codes=codes, place=place, earlier=earlier, keyed=notes.keyed)
            question = replace(question, show_if=shown)
        except Misspelt as problem:
            entry.wrong("show_if", f"{notes.named('显示条件', 'show_if')}{problem}")
    return question


def _head(entry: _Entry, place: int, first: Mapping[str, int]) -> Question | None:
    """Read what every question has; None without a type, since nothing more can be read then."""
    notes = entry.notes
    for key, name in (("code", "编码"), ("type", "类型"), ("text", "题目")):
        if entry.written.get(key) is None:
            path = entry.path if notes.keyed else (*entry.path, key)
            notes.add(entry.where, path, f"缺少{notes.named(name, key)}".strip())
    code = entry.take("code", "编码", _code, "")
    if code and first[code] < place:
        entry.wrong("code", f"编码“{code}”与第 {first[code] + 1} 题重复")
    text = entry.take("text", "题目", lambda value: words(value, longest=LONGEST_TEXT), "")
    required = entry.take("required", notes.named("必填", "required"), truth, True)
    kind = entry.take("type", "类型", partial(read_type, known=entry.types), None)
    picture = entry.take("picture", "图片", partial(read_picture, keyed=notes.keyed), None)
    return None if kind is None else Question(code, kind, text, required=required, picture=picture)


def _with_options(entry: _Entry, question: Question, old: Question | None) -> Question:
    other = entry.take("other", entry.notes.named("其他", "other"), truth, False)
    options, retired = read_options(entry.written, entry.where, entry.path, other, old, entry.notes)
    return replace(question, options=options, retired=retired, other=other)


def _with_weight(entry: _Entry, question: Question) -> Question:
    """Read how much it counts in the score of a sheet, where its options have points or it is a scale."""
    weight = entry.take("weight", entry.notes.named("权重", "weight"), partial(integer, low=1, high=MOST_WEIGHT), None)
    points = [option.points for option in question.options if option.points is not None]
    if weight and question.options and not points:
        entry.wrong("weight", "写了权重，选项却没有分值，应如 满意 [4分]")
    if points and not any(points):
        entry.wrong("options", "选项的分值都是 0，至少一个要多于 0 分")
    return replace(question, weight=weight)


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


def _no_other_type(then: QuestionType, now: QuestionType, notes: Notes) -> str:
    if notes.keyed:
        return f"类型不能由 {then} 改为 {now}，请换一个新的编码"
    return f"已发布的题不能由{then.label}改为{now.label}，请删去这一题，另加一题"


def _code(value: object) -> str:
    code = plain(str(value))
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,19}", code):
        raise Misspelt(f"“{code}”应是字母开头的字母和数字，如 q1")
    return code


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
