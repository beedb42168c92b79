"""Reader of keys as an author or a corrector wrote them: letters, numbers, labels, 对 and 错, accepted spellings."""

from __future__ import annotations

import re
from collections.abc import Container

from foundation.text import plain
from questions import numerals
from questions.authoring.spelling import Misspelt, words
from questions.keyed.items import RIGHT, WRONG, Key, Kind, MarkingRule
from questions.numerals import place, quantity, same
from questions.question import Question
from questions.reading import truths

LONGEST_VARIANT = 60
MOST_VARIANTS = 20
_APART = re.compile(r"[\s,，、;；/|｜+＋和]+")
#: What stands between options, or spellings, in one cell.
LINES = re.compile(r"[\n|｜]")
#: Letters alone, as in (A)(C), A.C and A与C.
_LETTERS = re.compile(r"[\s().,、;&/+与及和\[\]]*(?:[a-z][\s().,、;&/+与及和\[\]]*)+")
_EITHER = re.compile(r"\s*或者?\s*")
_OR = re.compile(r"\s*(?:或者?|/)\s*")


def read_key(written: object, kind: Kind, question: Question, rule: MarkingRule) -> Key:
    """Return the key as an author or a corrector wrote it. Raises Misspelt.

    >>> from questions.question import Option, QuestionType
    >>> options = tuple(Option(n, label) for n, label in enumerate("甲乙丙丁", start=1))
    >>> asked = Question("k", QuestionType.MULTIPLE, "?", options)
    >>> written = ("AC", [1, 3], "甲、丙", "1,3", "ＡＣ", "（A）（C）", "A与C", "①③")
    >>> {tuple(sorted(read_key(key, Kind.MULTIPLE, asked, MarkingRule.ALL).right)) for key in written}
    {(1, 3)}
    >>> sorted(read_key("A或C", Kind.SINGLE, asked, MarkingRule.ALL).right)
    [1, 3]
    """
    if kind in (Kind.SINGLE, Kind.TRUTH) and len(either := _either(written, question)) > 1:
        # Each of them is enough: a mistake in the paper that was found later.
        return Key(frozenset().union(*(read_key(each, kind, question, rule).right for each in either)))
    match kind:
        case Kind.TRUTH:
            return Key(frozenset({_truth(written)}))
        case Kind.FILL:
            return Key(variants=_variants(written))
        case _:
            right = _chosen(written, question)
            if kind is Kind.SINGLE and len(right) > 1:
                raise Misspelt(f"“{_shown(written)}”有 {len(right)} 个，单选题只能有一个")
            return Key(frozenset(right), rule=rule)


def _either(written: object, question: Question) -> list[str]:
    """Return the answers of which each is enough, as in A或B; one where there is no choice."""
    said = _shown(written)
    if same(said) in (same(option.label) for option in question.options):
        return [said]
    return [each for each in _EITHER.split(said) if each]


def _truth(written: object) -> int:
    if isinstance(written, bool):
        return RIGHT if written else WRONG
    word = plain(_shown(written))
    label = truths.said(word)
    at = place(same(word), len(truths.LABELS)) if label is None else truths.LABELS.index(label) + 1
    if at is None:
        raise Misspelt(f"“{_shown(written)}”应是 对 或 错")
    return (RIGHT, WRONG)[at - 1]


def _variants(written: object) -> tuple[str, ...]:
    listed = written if isinstance(written, list | tuple) else [written]
    if not all(isinstance(each, str | int | float) for each in listed):  # an empty one would be the word None
        raise Misspelt("里有一项是空的，或写法不对")
    lines = [line for each in listed for line in LINES.split(_shown(each)) if line.strip()]
    parts = [part for line in lines for part in _spellings(line)]
    variants = tuple(dict.fromkeys(words(part, longest=LONGEST_VARIANT) for part in parts))
    if not variants:
        raise Misspelt("不能为空")
    if len(variants) > MOST_VARIANTS:
        raise Misspelt(f"有 {len(variants)} 种写法，最多 {MOST_VARIANTS} 种")
    for variant in variants:
        if not same(variant):
            raise Misspelt(f"“{variant}”只有标点")
    return variants


def _spellings(line: str) -> list[str]:
    """Return the spellings of one number that stand in one line; any other line is one answer.

    >>> _spellings("30天或三十天"), _spellings("三十/30"), _spellings("警告或罚款"), _spellings("1/2")
    (['30天', '三十天'], ['三十', '30'], ['警告或罚款'], ['1/2'])
    """
    parts = _OR.split(line)
    values = {found.value if (found := quantity(part)) else None for part in parts}
    return parts if len(values) == 1 and None not in values else [line]


def _chosen(written: object, question: Question) -> list[int]:
    """Return the codes of the options named by letters, numbers or labels, in any mixture."""
    offered = {same(option.label): option.code for option in question.options}
    if isinstance(written, str) and same(written) in offered:
        return [offered[same(written)]]
    listed = written if isinstance(written, list | tuple) else _parts(_shown(written), offered)
    codes: list[int] = []
    for each in listed:
        word = same(_shown(each))
        for part in [word] if word in offered or not re.fullmatch("[a-z]{2,20}", word) else list(word):
            at = place(part, len(question.options))
            code = offered.get(part) if at is None else question.options[at - 1].code
            if code is None:
                known = f"但只有 {len(question.options)} 个选项" if len(part) == 1 else "不在选项里"
                raise Misspelt(f"“{part.upper()}”{known}")
            if code in codes:
                raise Misspelt(f"“{_shown(written)}”里有重复的")
            codes.append(code)
    if not codes:
        raise Misspelt("不能为空")
    return codes


def _parts(said: str, offered: Container[str]) -> list[str]:
    """Return what names one option each."""
    normal = numerals.plain(said).text
    parts = [each for each in _APART.split(normal) if each]
    if _LETTERS.fullmatch(normal) and not any(same(each) in offered for each in parts):
        return re.findall("[a-z]", normal)
    return parts


def _shown(written: object) -> str:
    if isinstance(written, float) and written.is_integer():
        return str(int(written))
    if isinstance(written, list | tuple):
        return "、".join(map(str, written))
    return str(written)
