"""Versions of questions: which option keeps which code when they are edited, and in words what was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from questions.authoring.spelling import Misspelt
from questions.numerals import same
from questions.question import Option, Question, retire

HIGHEST_CODE = 999


def coded(
    entries: Sequence[tuple[int | None, str]], before: Question | None
) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """Return the written options, each with its code, and the options of earlier versions that are no longer offered.

    A label known from an earlier version keeps its code, a new one gets a code never used before, and a code written by
    the author is kept under its new label (a rewording: its counts continue).

    Raises Misspelt when a code is written twice or belonged to a retired option.

    >>> first, _ = coded([(None, "满意"), (None, "一般")], None)
    >>> first
    (Option(code=1, label='满意'), Option(code=2, label='一般'))
    >>> from questions.question import QuestionType
    >>> coded([(None, "很好"), (1, "比较满意")], Question("q1", QuestionType.SINGLE, "?", first))
    ((Option(code=3, label='很好'), Option(code=1, label='比较满意')), (Option(code=2, label='一般'),))
    """
    offered = before.options if before else ()
    given_up = before.retired if before else ()
    explicit = [code for code, _ in entries if code is not None]
    for code, label in entries:
        if code is None:
            continue
        if explicit.count(code) > 1:
            raise Misspelt(f"选项编码 {code} 写了两次")
        for old in given_up:
            if old.code == code and same(old.label) != same(label):
                raise Misspelt(f"选项编码 {code} 以前是“{old.label}”，不能改作他用，请去掉编码")

    taken = set(explicit)
    known: dict[str, int] = {}
    for old in offered + given_up:
        known.setdefault(same(old.label), old.code)
    highest = max([old.code for old in offered + given_up], default=0)
    options: list[Option] = []
    for code, label in entries:
        if code is None:
            code = known.get(same(label))
            if code is None or code in taken:
                highest += 1
                while highest in taken:
                    highest += 1
                code = highest
            taken.add(code)
        options.append(Option(code, label))
    return tuple(options), tuple(
        replace(old, most=None, picture=None) for old in offered + given_up if old.code not in taken
    )


def with_codes(written: Sequence[Mapping[str, Any]], before: Sequence[Question]) -> list[dict[str, Any]]:
    """Return questions that were written without codes, each with one: that of an earlier question with the same type
    and text, so that its answers are counted on, or else one that was never used.

    >>> from questions.question import QuestionType
    >>> old = [Question("q1", QuestionType.TEXT, "店名？"), Question("q2", QuestionType.TEXT, "为什么？")]
    >>> asked = with_codes([{"type": "text", "text": "为什么?"}, {"type": "text", "text": "电话？"}], old)
    >>> [each["code"] for each in asked]
    ['q2', 'q3']
    """
    taken = {str(each["code"]) for each in written if "code" in each}
    known: dict[tuple[str, str], list[str]] = {}
    for question in before:
        if question.code not in taken:
            known.setdefault((question.type.value, same(question.text)), []).append(question.code)
    taken |= {question.code for question in before}
    free = (code for code in map("q{}".format, count(1)) if code not in taken)
    coded: list[dict[str, Any]] = []
    for each in written:
        alike = known.get((each.get("type", ""), same(each["text"])))
        coded.append(dict(each) if "code" in each else {"code": alike.pop(0) if alike else next(free), **each})
    return coded


def no_longer_asked(
    then: Sequence[Question], remembered: Sequence[Question], questions: Sequence[Question]
) -> tuple[Question, ...]:
    """Return the questions of earlier versions that are no longer asked: those of the version before (`then`), and
    those it remembered of versions before it."""
    asked = {question.code for question in questions}
    left_out = tuple(retire(question) for question in then if question.code not in asked)
    return left_out + tuple(question for question in remembered if question.code not in asked)


@dataclass(frozen=True)
class Change:
    """Difference between two versions, and what it means for the counts (`tally`, empty where nothing).

    `question` is the code of the question it is in, empty for what stands around the questions; `option` the code of
    the option; `then` and `now` are the values of a setting, where there are two to show.
    """

    said: str
    tally: str = ""
    question: str = ""
    option: int | None = None
    words: str = ""
    then: object = None
    now: object = None

    def __str__(self) -> str:
        """Return the change with the codes, for people who work with the exported file."""
        option = "" if self.option is None else f" {self.option}"
        words = f" {self.words}" if self.words else ""
        tally = f"，{self.tally}" if self.tally else ""
        head = f"{self.said} {self.question}" if self.is_whole else f"{self.question} {self.said}".strip()
        return f"{head}{option}{words}{tally}"

    @property
    def is_whole(self) -> bool:
        """Whether it concerns a question as a whole: new, retired, asked again."""
        return self.said in (NEW, GONE, AGAIN)


NEW, GONE, AGAIN = "新增", "不再询问", "重新询问"
KEPT, MERGED = "已有的票保留", "计票合并"


def differences(
    then: Sequence[Question], now: Sequence[Question], remembered: Sequence[Question] = ()
) -> tuple[Change, ...]:
    """Return what an edit changed in the questions; `remembered` are those of versions before `then`.

    >>> from questions.question import QuestionType
    >>> old = Question("q1", QuestionType.SINGLE, "?", (Option(1, "好"), Option(2, "满意")))
    >>> new = Question("q1", QuestionType.SINGLE, "?", (Option(1, "好"), Option(2, "比较满意")))
    >>> str(differences([old], [new])[0])
    'q1 选项 2 “满意” 改为 “比较满意”，计票合并'
    """
    said: list[Change] = []
    asked = {question.code: question for question in then}
    given_up = {question.code: question for question in remembered}
    for question in now:
        if question.code in asked:
            said += _question_changes(asked[question.code], question)
        elif question.code in given_up:
            said.append(Change(AGAIN, "与以前的回答合并", question.code))
            said += _option_changes(given_up[question.code], question)
        else:
            said.append(Change(NEW, question=question.code))
    codes = [question.code for question in now]
    said += [Change(GONE, "已有的回答保留", code) for code in asked if code not in codes]
    if [code for code in asked if code in codes] != [code for code in codes if code in asked]:
        said.append(Change("题目顺序有改动"))
    return tuple(said)


def _question_changes(then: Question, now: Question) -> list[Change]:
    code = now.code
    said: list[Change] = []
    if then.text != now.text:
        said.append(Change("题目改为", question=code, words=f"“{now.text}”"))
    said += _option_changes(then, now)
    if then.other != now.other and now.other:
        said.append(Change("增加选项", "", code, 0, "“其他”"))
    elif then.other != now.other:
        said.append(Change("不再提供选项", KEPT, code, 0, "“其他”"))
    if then.required != now.required:
        said.append(Change(f"改为{'必填' if now.required else '可跳过'}", question=code))
    if (then.min, then.max, then.decimals) != (now.min, now.max, now.decimals):
        said.append(Change("限制有改动", "只管以后的回答", code))
    if _scoring(then) != _scoring(now):
        said.append(Change("计分有改动", "只管以后的答卷", code))
    if then.show_if != now.show_if:
        said.append(Change("显示条件有改动", question=code))
    if then.pictures != now.pictures:
        said.append(Change("图片有改动", question=code))
    return said


def _scoring(question: Question) -> tuple[int, dict[int, int]]:
    points = {option.code: option.points for option in question.options if option.points is not None}
    return question.weight or (1 if points else 0), points


def _option_changes(then: Question, now: Question) -> list[Change]:
    offered = {option.code: option.label for option in then.options}
    given_up = {option.code: option.label for option in then.retired}
    said: list[Change] = []
    for code, label in ((option.code, option.label) for option in now.options):
        if code in offered and offered[code] != label:
            said.append(Change("选项", MERGED, now.code, code, f"“{offered[code]}” 改为 “{label}”"))
        elif code in given_up:
            said.append(Change("重新提供选项", "与以前的票合并", now.code, code, f"“{label}”"))
        elif code not in offered:
            said.append(Change("增加选项", "", now.code, code, f"“{label}”"))
    limits = {option.code: option.most for option in then.options}
    said += [
        Change(f"选项名额改为 {option.most or '不限'}：", "", now.code, option.code, f"“{option.label}”")
        for option in now.options
        if option.most != limits.get(option.code)
    ]
    codes = [option.code for option in now.options]
    said += [
        Change("不再提供选项", KEPT, now.code, code, f"“{label}”")
        for code, label in offered.items()
        if code not in codes
    ]
    if [code for code in offered if code in codes] != [code for code in codes if code in offered]:
        said.append(Change("选项顺序有改动", "编码不变", now.code))
    return said
