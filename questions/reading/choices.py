"""Reader of replies to a question with options: numbers as shown, letters, labels, 0 with words for 其他.

A number is a place in the list the person saw, from 1; what is stored is the option's code. A reply that could mean two
different answers is never guessed at: the person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from questions import texts
from questions.answers import Answer, Multiple, NotUnderstood, Single, check
from questions.numerals import CHINESE, Plain, chinese_integer, place, plain, same
from questions.question import OTHER, Question
from questions.reading import truths

_NUMERAL = f"[0-9]+|[{CHINESE}]+|[a-z](?![a-z])"
_LEAD = re.compile(r"\s*(?:我|就)?\s*(?:要|想)?\s*(?:选择|选项|选|答案是|答案|答)\s*(?:是|[::])?\s*")
# 第三个 means the third; 三个 may mean three of them, so a counting word needs its 第.
_POINT = rf"(?:第\s*(?P<nth>{_NUMERAL})\s*(?:个|项|号|条|种)?|(?P<number>{_NUMERAL})\s*(?:项|号)?)"
_POINTED = re.compile(rf"{_POINT}(?:吧|呀|啊|了)?")
_POINTED_AND_LABEL = re.compile(rf"{_POINT}[\s、.:,)》>-]*(?P<label>\S.*)")
_OTHER = re.compile(r"(?:0(?![0-9.])|其他(?=[\s::,、。.]|$)|其它(?=[\s::,、。.]|$))")
_AFTER_OTHER = re.compile(r"[\s::,、。.)-]*")
_CLEAR_GAPS = re.compile(r"[\s,、;/|+&.。]+")
_ANY_GAPS = re.compile(r"[\s,、;/|+&.。]+|和|与|跟|及|加")
_ENDS_IN_GAP = re.compile(rf"(?:{_ANY_GAPS.pattern})$")
_ONLY_NUMBERS = re.compile(r"[0-9\s,、;.。]+")
_ALL = ("全选", "都选", "全部", "全都选", "都要")
_LONGEST_REPLY = 800
"""Apart from 其他 with its words no choice is as long as this; it also limits the work."""


class Split(NamedTuple):
    """Reply split at its 其他: what stands before it, and the words after it as typed."""

    front: str
    words: str


def single(question: Question, typed: str) -> Answer | NotUnderstood:
    """Return the one option a reply means, or what to say instead.

    >>> from questions.question import Option, QuestionType
    >>> labels = ("非常满意", "满意", "一般", "不满意")
    >>> options = tuple(Option(n, label) for n, label in enumerate(labels, 1))
    >>> question = Question("q1", QuestionType.SINGLE, "?", options)
    >>> [single(question, reply).option for reply in ("３", "三", "选1", "第二个", "2、", "B", "一般。", "不满")]
    [3, 3, 1, 2, 2, 2, 3, 4]
    """
    refused = NotUnderstood(texts.not_understood(question))
    if len(typed) > _LONGEST_REPLY:
        return refused
    seen = plain(typed)
    named = _labelled(question, seen.text, prefixes=False)
    if named is None and truths.is_truth(question):
        named = _labelled(question, truths.said(typed) or "", prefixes=False)
    if named is not None:
        return check(question, Single(named))
    split = _split(question, typed, seen)
    if split and not split.front:
        return check(question, Single(OTHER, split.words))
    reply = _lead_off(seen.text)
    pointed = _pointed(question, reply)
    if pointed is not None:
        return check(question, Single(pointed))
    match = _POINTED_AND_LABEL.fullmatch(reply)
    if match:
        at = place(_digits(match["nth"] or match["number"]), len(question.options))
        named = _labelled(question, match["label"], prefixes=True)
        if at is not None and named is not None:
            option = question.options[at - 1]
            if option.code != named:
                return NotUnderstood(texts.number_and_words_differ(at, option.label))
            return check(question, Single(named))
    named = _labelled(question, reply, prefixes=True)
    return refused if named is None else check(question, Single(named))


def multiple(question: Question, typed: str) -> Answer | NotUnderstood:
    """Return the options a reply means, or what to say instead.

    Digits without a gap are split when that can mean only one thing; if 13 is also an option the person is asked which
    was meant, unless the least or most number of choices leaves only one.

    >>> from questions.question import Option, QuestionType
    >>> labels = ("送货时间", "货源信息", "上门拜访")
    >>> options = tuple(Option(n, label) for n, label in enumerate(labels, 1))
    >>> question = Question("q2", QuestionType.MULTIPLE, "?", options, other=True)
    >>> [multiple(question, reply).options for reply in ("1,3", "3 1", "1、3", "1和3", "13", "①③", "一三", "上门拜访")]
    [(1, 3), (1, 3), (1, 3), (1, 3), (1, 3), (1, 3), (1, 3), (3,)]
    >>> multiple(question, "1 3 0 价格牌")
    Multiple(options=(1, 3, 0), text='价格牌')
    """
    refused = NotUnderstood(texts.not_understood(question))
    if len(typed) > _LONGEST_REPLY:
        return refused
    seen = plain(typed)
    named = _labelled(question, seen.text, prefixes=False)
    if named is not None:
        return check(question, Multiple((named,)))
    if _lead_off(seen.text).strip("。.!~ ") in _ALL:
        return check(question, Multiple(tuple(option.code for option in question.options)))

    readings = _readings(question, typed, seen)
    if not readings:
        return refused
    checked = {reading: check(question, reading) for reading in readings}
    good = [reading for reading, answer in checked.items() if not isinstance(answer, NotUnderstood)]
    meanings = {checked[reading] for reading in good}
    if len(meanings) > 1:
        return NotUnderstood(texts.two_readings(*(_places(question, reading) for reading in good[:2])))
    return checked[good[0] if good else readings[0]]


def _readings(question: Question, typed: str, seen: Plain) -> list[Multiple]:
    """Return every set of choices the reply could mean, the plainest first, each once."""
    found: dict[frozenset[int], Multiple] = {}
    split = _split(question, typed, seen)
    if split:
        # 0 1 3 means 其他 among two others, without its words.
        words = "" if _ONLY_NUMBERS.fullmatch(plain(split.words).text) else split.words
        for codes in _fronts(question, split.front):
            found.setdefault(frozenset(codes) | {OTHER}, Multiple((*codes, OTHER), words))
    if not found:
        for codes in filter(None, _fronts(question, seen.text)):
            found.setdefault(frozenset(codes), Multiple(codes))
    return list(found.values())


def _split(question: Question, typed: str, seen: Plain) -> Split | None:
    """Split the reply at the first word for 其他, also a 0 glued to other digits (130 价格牌)."""
    if not question.other:
        return None
    lead = len(seen.text) - len(_lead_off(seen.text))
    for match in _OTHER.finditer(seen.text, lead):
        before = seen.text[lead : match.start()]
        start = _AFTER_OTHER.match(seen.text, match.end()).end()  # type: ignore[union-attr]
        if before and before[-1].isalnum() and not _ENDS_IN_GAP.search(before):
            glued = re.search("[0-9]+$", before)
            if match[0] != "0" or glued is None or place(glued[0] + "0", len(question.options)):
                continue  # 货源其他, a0, or the option numbered 10
            if start == match.end() < len(seen.text):
                continue  # 20元: after digits the words need a gap
        words = typed[seen.origins[start] :] if start < len(seen.text) else ""
        return Split(before.strip(" ,、;/|+&.。和与跟及加"), words)
    return None


def _fronts(question: Question, front: str) -> list[tuple[int, ...]]:
    """Return the choices that a reply without its 其他 could mean; an empty one means none."""
    reply = _lead_off(front).strip(" ,、;/|+&.。!~")
    if not reply:
        return [()]
    for gaps in (_CLEAR_GAPS, _ANY_GAPS):
        words = [word for word in gaps.split(reply) if word]
        choices = [_word(question, word, alone=len(words) == 1) for word in words]
        if words and all(choices):
            return _combined(choices)
    return []


def _combined(choices: Sequence[Sequence[tuple[int, ...]]]) -> list[tuple[int, ...]]:
    combined: list[tuple[int, ...]] = [()]
    for alternatives in choices:
        # A glued word among several is read the plainest way; alternatives count only for one standing alone.
        ways = alternatives if len(choices) == 1 else alternatives[:1]
        combined = [done + way for done in combined for way in ways]
    return combined


def _word(question: Question, word: str, *, alone: bool) -> list[tuple[int, ...]]:
    """Return what one word of the reply could mean, the plainest first."""
    pointed = _pointed(question, word)
    exact = _labelled(question, word, prefixes=False)
    digits = _digits(word)
    found: list[tuple[int, ...]] = [(exact,)] if exact is not None else []
    if pointed is not None:
        found.append((pointed,))
    if re.fullmatch(r"[0-9]{2,40}|[a-t]{2,20}", digits) and not re.search("[十百千万]", word) and (alone or not found):
        once, again = _taken_apart(question, digits)
        found += once or ([] if found else again)
    if found:
        return list(dict.fromkeys(found))
    match = _POINTED_AND_LABEL.fullmatch(word)
    if match:
        at = _pointed(question, match["nth"] or match["number"])
        label = _labelled(question, match["label"], prefixes=True)
        if at is not None and at == label:
            return [(at,)]
    label = _labelled(question, word, prefixes=True)
    return [] if label is None else [(label,)]


def _taken_apart(question: Question, glued: str) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Return the ways to read digits (or letters) without gaps as several choices: those naming each once, and the
    others."""
    once: list[tuple[int, ...]] = []
    again: list[tuple[int, ...]] = []

    def follow(rest: str, codes: tuple[int, ...]) -> None:
        if len(once) > 4 or len(again) > 4 or len(codes) > 40:
            return
        if not rest:
            if len(codes) > 1:
                (once if len(set(codes)) == len(codes) else again).append(codes)
            return
        for length in (1, 2):
            at = place(rest[:length], len(question.options)) if length <= len(rest) else None
            if at is not None:
                follow(rest[length:], (*codes, question.options[at - 1].code))

    follow(glued, ())
    return once, again


def _places(question: Question, reading: Multiple) -> list[int]:
    codes = [option.code for option in question.options]
    return [codes.index(code) + 1 if code in codes else code for code in reading.options]


def _pointed(question: Question, word: str) -> int | None:
    """Return the code of the option that a bare number or letter means."""
    match = _POINTED.fullmatch(word.strip(" 、.。:,;!?~)(》"))
    at = place(_digits(match["nth"] or match["number"]), len(question.options)) if match else None
    return None if at is None else question.options[at - 1].code


def _digits(word: str) -> str:
    value = chinese_integer(word)
    return word if value is None else str(value)


def _labelled(question: Question, word: str, *, prefixes: bool) -> int | None:
    """Return the code of the option with that label; with `prefixes` also of the only one beginning with it (two
    letters, no number).

    A part from the middle does not count: 满意 stands in 不满意.
    """
    wanted = same(word)
    if not wanted:
        return None
    for option in question.options:
        if same(option.label) == wanted:
            return option.code
    if not prefixes or len(wanted) < 2 or re.match(f"[0-9{CHINESE}]", wanted):
        return None
    begun = [option.code for option in question.options if same(option.label).startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def _lead_off(text: str) -> str:
    match = _LEAD.match(text)
    return text[match.end() :] if match else text.lstrip()
