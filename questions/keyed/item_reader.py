"""Reader of items as their author wrote them: question, key, points, tags; each mistake is noted by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from foundation.text import plain
from questions.authoring.question_reader import MOST_QUESTIONS, read_questions
from questions.authoring.spelling import Misspelt, Notes, Path, decimal, one_of, truth, words
from questions.authoring.type_words import TypeWords
from questions.keyed.items import HUNDREDTHS, TRUTH_OPTIONS, Difficulty, Key, KeyedItem, Kind, MarkingRule
from questions.keyed.key_reader import LINES, read_key
from questions.numerals import place, same
from questions.question import Question
from questions.reading import truths

LONGEST_EXPLANATION = 500
LONGEST_TAG = 20
LONGEST_SOURCE = 200
MOST_TAGS = 5
MOST_POINTS = 1000
POINTS = 10 * HUNDREDTHS
"""What an item is worth where its author says nothing."""

OWN_KEYS = ("answer", "points", "rule", "tags", "difficulty", "explanation", "lesson", "source", "shuffle")

KIND_WORDS = {
    "单选": Kind.SINGLE,
    "单选题": Kind.SINGLE,
    "多选": Kind.MULTIPLE,
    "多选题": Kind.MULTIPLE,
    "判断": Kind.TRUTH,
    "判断题": Kind.TRUTH,
    "是非题": Kind.TRUTH,
    "填空": Kind.FILL,
    "填空题": Kind.FILL,
    "文本": Kind.FILL,
    "text": Kind.FILL,
    **{kind.value: kind for kind in Kind},
}
TYPES = TypeWords(
    {word: kind.type for word, kind in KIND_WORDS.items()},
    tuple(kind.value for kind in Kind),
    tuple(kind.label for kind in Kind),
)
_DIFFICULTIES = {
    "易": Difficulty.EASY,
    "容易": Difficulty.EASY,
    "简单": Difficulty.EASY,
    "低": Difficulty.EASY,
    "中": Difficulty.MEDIUM,
    "中等": Difficulty.MEDIUM,
    "一般": Difficulty.MEDIUM,
    "难": Difficulty.HARD,
    "困难": Difficulty.HARD,
    "高": Difficulty.HARD,
    **{each.value: each for each in Difficulty},
}
_RULES = {
    "全对才得分": MarkingRule.ALL,
    "全对": MarkingRule.ALL,
    "漏选得一半": MarkingRule.HALF,
    "漏选一半": MarkingRule.HALF,
    "一半": MarkingRule.HALF,
    "按选对的比例得分": MarkingRule.EACH,
    "按比例": MarkingRule.EACH,
    "每个": MarkingRule.EACH,
    **{each.value: each for each in MarkingRule},
}
#: Labels that speak of the other options as a whole: they stay last when options are shuffled.
_OF_ALL = re.compile(
    r"(?:以上|上述|上面|前面)?(?:各项|各条|选项|几项|几个)?(?:全|都|均|皆)(?:部)?(?:不|没有?|是|对|正确|错|可以?|有|要|需要?).*|以上.*"
)
#: Labels that point at other options by their letter or number: shuffled they would be false.
_POINTS_AT = re.compile(
    r"(?<![A-Za-z])[A-Ja-j](?:\s*(?:和|与|及|或|、|,|，|/|\+)\s*[A-Ja-j])+(?![A-Za-z])|[A-J](?:项|选项)|第[一二三四五六七八九十0-9]+(?:项|个选项)"
    r"|(?<![A-Za-z])[A-J]{2,10}(?=都|均|全|皆)|[0-9](?:\s*(?:和|与|及|或|、)\s*[0-9])+(?=都|均|全|皆)|[前后][两二三四几][项个]"
)
_TAGS_APART = re.compile(r"[\s,，、;；|｜]+")
#: Keys of a question that no item has: it says itself how many to choose, and is asked of everybody.
_NOT_OF_ITEMS = {"min": "最少", "max": "最多", "show_if": "显示条件", "decimals": "小数", "weight": "权重"}
_T = TypeVar("_T")


def is_last(label: str) -> bool:
    """Whether an option stays last when options are shuffled.

    >>> [is_last(label) for label in ("以上都对", "以上都不是", "都对", "全部正确", "都市", "对的")]
    [True, True, True, True, False, False]
    """
    return bool(_OF_ALL.fullmatch(same(label)))


def unshufflable(question: Question) -> str | None:
    """Return the label that would be false or unclear in another order; None where there is none.

    >>> from questions.question import Option, QuestionType
    >>> asked = Question("k1", QuestionType.SINGLE, "?", (Option(1, "烟草"), Option(2, "A和B都对")))
    >>> unshufflable(asked)
    'A和B都对'
    >>> [bool(_POINTS_AT.search(label)) for label in ("AB都对", "1和2都对", "前两项", "①②", "前天", "VIP都可以")]
    [True, True, True, False, False, False]
    """
    for option in question.options:
        label = plain(option.label)
        if place(same(label), len(question.options)) is not None or _POINTS_AT.search(label):
            return option.label
    return None


@dataclass(frozen=True)
class _Entry:
    """Item as written, with its place."""

    written: Mapping[str, Any]
    path: Path
    where: str
    notes: Notes

    def take(self, key: str, name: str, reader: Any, default: _T) -> _T:
        """Return the value of a key, read; the default where nothing is written or it cannot be read."""
        value = self.written.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            return default
        try:
            read: _T = reader(value)
            return read
        except Misspelt as problem:
            self.wrong(key, f"{name}{problem}")
            return default

    def wrong(self, key: str, problem: str) -> None:
        self.notes.add(self.where, (*self.path, key), problem)


def read_items(
    written: object, *, before: Sequence[Question], notes: Notes, most: int = MOST_QUESTIONS
) -> tuple[KeyedItem, ...]:
    """Return the items of a list as its author wrote it; faulty ones are left out and noted.

    `before` are the questions of earlier versions, whose options keep their codes; `most`, how many items there may be.

    >>> notes = Notes({})
    >>> one = {"code": "k1", "type": "truth", "text": "证可以转借。", "answer": "×", "points": 5}
    >>> [(item.kind.value, sorted(item.key.right), item.points) for item in read_items([one], before=(), notes=notes)]
    [('truth', [2], 500)]
    """
    listed = written if isinstance(written, list | tuple) else ()
    asked = [_asked(entry) if isinstance(entry, Mapping) else entry for entry in listed] if listed else written
    questions = {
        question.code: question
        for question in read_questions(asked, before=before, notes=notes, more=OWN_KEYS, types=TYPES, most=most)
    }
    items = []
    for n, entry in enumerate(listed):
        if not isinstance(entry, Mapping):
            continue
        where = f"第 {n + 1} 题" + (f" {entry['code']}" if isinstance(entry.get("code"), str | int) else "")
        one = _Entry(entry, ("questions", n), where, notes)
        question = questions.pop(plain(str(entry.get("code"))), None)
        mistakes = len(notes.mistakes)
        item = _item(one, question)
        if item and len(notes.mistakes) == mistakes:
            items.append(item)
    return tuple(items)


def _asked(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the kit of questions reads of an item: 对 and 错 are the options of a true-or-false one; a weight is
    refused below."""
    entry = {key: value for key, value in entry.items() if key != "weight"}
    if _kind_word(entry) is Kind.TRUTH and not entry.get("options"):
        return {**entry, "options": list(truths.LABELS)}
    return entry


def _kind_word(entry: Mapping[str, Any]) -> Kind | None:
    return KIND_WORDS.get(plain(str(entry.get("type"))).lower())


def _item(entry: _Entry, question: Question | None) -> KeyedItem | None:
    """Read what belongs to an item beside its question; the rest of a faulty question is looked at all the same."""
    points = entry.take("points", "分值", read_points, POINTS)
    tags = entry.take("tags", "标签", _tags, ())
    difficulty = entry.take("difficulty", "难度", read_difficulty, Difficulty.MEDIUM)
    rule = entry.take("rule", "计分", partial(one_of, _RULES), MarkingRule.ALL)
    explanation = entry.take("explanation", "解析", partial(words, longest=LONGEST_EXPLANATION), "")
    source = entry.take("source", "出处", partial(words, longest=LONGEST_SOURCE), "")
    lesson = entry.take("lesson", "学习", _link, "")
    shuffles = entry.take("shuffle", "选项乱序", truth, None)
    if entry.written.get("answer") in (None, "", []):
        entry.wrong("answer", f"缺少{entry.notes.named('答案', 'answer')}".strip())
        return None
    if question is None:
        return None
    kind = _kind_word(entry.written) or Kind.FILL
    if truths.is_truth(question):
        # It may have been another kind before, whose options had these codes.
        kind, question = Kind.TRUTH, replace(question, options=TRUTH_OPTIONS, retired=())
    elif kind is Kind.TRUTH:
        entry.wrong("options", "判断题的选项只能是 对 和 错")
        return None
    _check_asked(entry, question)
    if kind is not Kind.MULTIPLE and rule is not MarkingRule.ALL:
        entry.wrong("rule", "只有多选题才能部分得分")
    key = _key(entry, kind, question, rule)
    if key is None:
        return None
    falsified = unshufflable(question) if kind in (Kind.SINGLE, Kind.MULTIPLE) else None
    if falsified is not None and shuffles:
        entry.wrong("options", f"选项“{falsified}”换了位置就不对了，请改写，或不要打乱这一题")
    return KeyedItem(
        # Left out it gets nothing; nobody is kept on a question they do not know.
        question=replace(question, required=False),
        kind=kind,
        key=key,
        points=points,
        tags=tags,
        difficulty=difficulty,
        explanation=explanation,
        lesson=lesson,
        source=source,
        shuffles=shuffles is not False and falsified is None,
    )


def _check_asked(entry: _Entry, question: Question) -> None:
    """Note what may be asked in a survey and not in a quiz, or could not be written in a cell again."""
    if entry.written.get("other"):
        entry.wrong("other", "考题不能有“其他”这个选项")
    for key, name in _NOT_OF_ITEMS.items():
        if entry.written.get(key) is not None:
            entry.wrong(key, f"考题没有“{name}”，请删去")
    for option in question.options:
        if option.most is not None:
            entry.wrong("options", f"考题的选项不能限名额，请改“{option.label}”")
        if option.points is not None:
            entry.wrong("options", f"考题的分值写在题上，不写在选项上，请改“{option.label}”")
        if LINES.search(option.label):
            entry.wrong("options", f"选项“{option.label}”里不能有竖线")


def read_points(value: object) -> int:
    """Read points, as hundredths. Raises Misspelt."""
    number = decimal(value)
    if not 0 < number <= MOST_POINTS:
        raise Misspelt(f"“{value}”应大于 0，最多 {MOST_POINTS}")
    return int(number * HUNDREDTHS)


def read_tag(value: object) -> str:
    """Read one tag, as `read_items` reads several. Raises Misspelt."""
    tags = _tags(value)
    if len(tags) != 1:
        raise Misspelt("请写一个标签，里面不能有空格、顿号、逗号")
    return tags[0]


def _tags(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    parts = [part for each in listed for part in _TAGS_APART.split(str(each)) if part]
    tags = tuple(dict.fromkeys(words(part, longest=LONGEST_TAG) for part in parts))
    if len(tags) > MOST_TAGS:
        raise Misspelt(f"有 {len(tags)} 个，最多 {MOST_TAGS} 个")
    return tags


def read_difficulty(value: object) -> Difficulty:
    """Read a difficulty. Raises Misspelt."""
    return one_of(_DIFFICULTIES, value)


def _link(value: object) -> str:
    link = plain(str(value))
    if not re.fullmatch(r"[a-z][a-z_]{0,19}:[A-Za-z0-9_-]{1,40}|https://\S{1,300}", link):
        raise Misspelt(f"“{value}”应如 article:9，或以 https:// 开头")
    return link


def _key(entry: _Entry, kind: Kind, question: Question, rule: MarkingRule) -> Key | None:
    try:
        return read_key(entry.written["answer"], kind, question, rule)
    except Misspelt as problem:
        entry.wrong("answer", f"答案{problem}")
        return None
