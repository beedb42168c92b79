"""Quotas (名额): how many answers a survey accepts in all, from an area, from a class, and with an option."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from questions.authoring.spelling import Misspelt, Notes, integer, words
from questions.flow import Answers
from surveys.rules import scores, tally
from surveys.rules.definition import Definition
from surveys.rules.disclosure import LEAST

TOTAL: tally.Key = ("", "")
AREA, CLASS = "@area", "@class"
"""Used in the place of a question's code; no code begins with @."""

GREATEST = 10_000_000
MOST_LINES = 100
_LONGEST_NAME = 60
_LINE = re.compile(r"\s*(.+?)\s*[=＝:：]\s*(.*?)\s*")


def number(value: object) -> int:
    """Read how many answers at most. Raises Misspelt."""
    return integer(value, 1, GREATEST)


def limits(value: object) -> dict[str, int]:
    """Read names with a number each, from a mapping or from lines of `名称=数`; sorted, because their order
    means nothing.

    >>> limits("城东=50\\n 城西 ： 30 "), limits({"城东": 50})
    ({'城东': 50, '城西': 30}, {'城东': 50})
    >>> limits("城东 50")
    Traceback (most recent call last):
    questions.authoring.spelling.Misspelt: “城东 50”看不懂，请一行写一个，如 城东=50
    """
    if isinstance(value, str):
        pairs: list[tuple[object, object]] = []
        for line in filter(str.strip, re.split(r"[\n;；]", value)):
            match = _LINE.fullmatch(line)
            if match is None:
                raise Misspelt(f"“{line.strip()[:30]}”看不懂，请一行写一个，如 城东=50")
            pairs.append((match[1], match[2]))
    elif isinstance(value, Mapping):
        pairs = list(value.items())
    else:
        raise Misspelt("应一行写一个，如 城东=50")
    if not pairs and str(value).strip():
        raise Misspelt("是空的或看不懂，请一行写一个，如 城东=50")
    if len(pairs) > MOST_LINES:
        raise Misspelt(f"有 {len(pairs)} 行，最多 {MOST_LINES} 行")
    found: dict[str, int] = {}
    for name, most in pairs:
        plain = words(name, longest=_LONGEST_NAME)
        if plain in found:
            raise Misspelt(f"“{plain}”写了两次")
        found[plain] = number(most)
    return dict(sorted(found.items()))


def lines(written: Mapping[str, int]) -> str:
    """Return the limits as text for a field and for a cell.

    >>> lines({"城东": 50, "城西": 30})
    '城东=50\\n城西=30'
    """
    return "\n".join(f"{name}={most}" for name, most in written.items())


def check(definition: Definition, notes: Notes) -> None:
    """Note quotas an anonymous survey may not have: a full quota would reveal how few people answered how."""
    if not definition.anonymous:
        return
    small = f"匿名调查的名额至少 {LEAST} 个"
    if definition.limit is not None and definition.limit < LEAST:
        notes.add(notes.named("总名额", "limit").strip(), ("limit",), small)
    for key, name, each in (
        ("area_limits", "片区名额", definition.area_limits),
        ("class_limits", "客户类型名额", definition.class_limits),
    ):
        if any(most < LEAST for most in each.values()):
            notes.add(notes.named(name, key).strip(), (key,), small)
    for n, question in enumerate(definition.questions):
        if any(option.most is not None for option in question.options):
            where = f"第 {n + 1} 题" + (f" {question.code}" if notes.keyed else "")
            notes.add(where, ("questions", n, "options"), "匿名调查的选项不能限名额")


def options(definition: Definition) -> dict[tally.Key, int]:
    """Return the quotas of options, by question and option.

    >>> from questions.question import Option, Question, QuestionType
    >>> question = Question("q1", QuestionType.SINGLE, "哪天?", (Option(1, "周六", 20), Option(2, "周日")))
    >>> options(Definition("报名", (question,)))
    {('q1', '1'): 20}
    """
    return {
        (question.code, str(option.code)): option.most
        for question in definition.questions
        for option in question.options
        if option.most is not None
    }


def keys(definition: Definition, answers: Answers, *, area_id: int, class_id: int) -> list[tally.Key]:
    """Return the key of every quota a submission may count for, whether the quota exists or not."""
    chosen = [key for key in tally.counts(definition, answers) if key[1] != tally.ANSWERED and key[0] != scores.SCORE]
    return [TOTAL, (AREA, str(area_id)), (CLASS, str(class_id)), *sorted(chosen)]


def is_shut(full: Collection[tally.Key], *, area_id: int, class_id: int) -> bool:
    """Whether nobody of this area and class can hand in, whatever they answer."""
    return any(key in full for key in (TOTAL, (AREA, str(area_id)), (CLASS, str(class_id))))


def said(definition: Definition) -> list[str]:
    """Return the quotas in words for staff.

    >>> said(Definition("调查", (), limit=300, area_limits={"城东": 50}))
    ['一共 300 份', '片区“城东” 50 份']
    """
    total = [] if definition.limit is None else [f"一共 {definition.limit} 份"]
    named = (("片区", definition.area_limits), ("客户类型", definition.class_limits))
    parts = [f"{word}“{name}” {most} 份" for word, limits in named for name, most in limits.items()]
    chosen = [
        f"第 {n} 题“{option.label}” {option.most} 份"
        for n, question in enumerate(definition.questions, start=1)
        for option in question.options
        if option.most is not None
    ]
    return [*total, *parts, *chosen]
