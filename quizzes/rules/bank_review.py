"""Review of a file of the bank: all of it is checked, every fault is listed at once, and what would be new or changed
is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, NamedTuple

from foundation.text import plain
from questions.authoring.layout import AuthoredFile
from questions.authoring.spelling import Mistaken, Notes
from questions.keyed.item_reader import read_items
from questions.keyed.items import KeyedItem, folded, to_json
from questions.question import Question
from quizzes.rules.files import BANK, MOST_IN_BANK

PREFIX = "z"
"""What the codes begin with that are given to questions without one."""


class StoredItem(NamedTuple):
    """Item as the bank has it: with the newest version and the key in force."""

    item: KeyedItem
    is_retired: bool


class ChangedItem(NamedTuple):
    """Item that differs from the bank's, and in what."""

    item: KeyedItem
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankReview:
    """Review of a file: its items, by what it would do to the bank."""

    new: tuple[KeyedItem, ...]
    changed: tuple[ChangedItem, ...]
    unchanged: tuple[KeyedItem, ...]
    mark: tuple[int, ...] = ()
    """How the bank was when this was found: another mark means that something has changed since."""

    @property
    def to_store(self) -> tuple[KeyedItem, ...]:
        return (*self.new, *(each.item for each in self.changed))


def with_codes(file: AuthoredFile, taken: Iterable[str]) -> AuthoredFile:
    """Return the file with a code for each of its questions: those without one get the next number that was never used.
    `taken` are the codes of the bank.

    >>> file = AuthoredFile({"questions": [{"text": "甲"}, {"code": "z0007"}, {"text": "乙"}]}, {})
    >>> [each["code"] for each in with_codes(file, ["z0002", "k1"]).data["questions"]]
    ['z0008', 'z0007', 'z0009']
    """
    written: Sequence[Mapping[str, Any]] = file.data["questions"]
    free = free_codes({*taken, *(plain(str(each["code"])) for each in written if each.get("code") is not None)})
    coded = [each if each.get("code") is not None else {**each, "code": next(free)} for each in written]
    return file._replace(data={"questions": coded})


def free_codes(taken: Iterable[str]) -> Iterator[str]:
    """Yield codes behind the highest number that was ever given.

    >>> next(free_codes(["z0002", "k1"]))
    'z0003'
    """
    numbers = [int(code[1:]) for code in taken if code[:1] == PREFIX and code[1:].isdecimal()]
    return map(f"{PREFIX}{{:04d}}".format, count(max(numbers, default=0) + 1))


def codes(file: AuthoredFile) -> list[str]:
    """Return the codes of a file that has one for each question."""
    return [plain(str(each["code"])) for each in file.data["questions"]]


def texts(file: AuthoredFile) -> list[str]:
    """Return the folded texts of a file's questions; empty where there is none."""
    return [folded(str(each.get("text") or "")) for each in file.data["questions"]]


def review(file: AuthoredFile, *, known: Mapping[str, StoredItem], twins: Mapping[str, str]) -> BankReview:
    """Return what a file would do to the bank. `known` are the bank's items that have a code of the file, `twins` the
    codes of others with the folded text of one of its questions.

    Raises Mistaken naming every fault by its place.
    """
    notes = Notes(file.places, keyed=file.is_keyed)
    before = [each.item.question for each in known.values()]
    items = read_items(file.data["questions"], before=before, notes=notes, most=MOST_IN_BANK)
    _check_codes(file, known, notes)
    _check_texts(file, twins, notes)
    if notes.mistakes:
        in_order = sorted(zip(notes.problems, notes.mistakes, strict=True), key=lambda each: _at(each[0].path))
        raise Mistaken([mistake for _, mistake in in_order], BANK.called)
    new, changed, unchanged = [], [], []
    for item in items:
        old = known.get(item.code)
        if old is None:
            new.append(item)
        elif what := differences(old.item, item := _kept(item, old.item)):
            changed.append(ChangedItem(item, what))
        else:
            unchanged.append(item)
    return BankReview(tuple(new), tuple(changed), tuple(unchanged))


def _at(path: Sequence[str | int]) -> int:
    return int(path[1]) if len(path) > 1 else -1


def _check_codes(file: AuthoredFile, known: Mapping[str, StoredItem], notes: Notes) -> None:
    for n, code in enumerate(codes(file)):
        if code in known and known[code].is_retired:
            said = f"编码“{code}”的题已停用，请换一个编码，或先在题库里恢复它"
            notes.add(f"第 {n + 1} 题 {code}", ("questions", n, "code"), said)


def _check_texts(file: AuthoredFile, twins: Mapping[str, str], notes: Notes) -> None:
    first: dict[str, int] = {}
    named = codes(file)
    for n, text in enumerate(texts(file)):
        if not text:
            continue
        said = f"题目和题库里的 {twins[text]} 相同" if text in twins else ""
        if text in first:
            at = first[text]
            place = file.places.get(("questions", at, "text"), f"第 {at + 1} 题")
            said = f"题目和第 {at + 1} 题（{place}）相同"
        if said:
            notes.add(f"第 {n + 1} 题 {named[n]}", ("questions", n, "text"), said)
        first.setdefault(text, n)


def _kept(item: KeyedItem, old: KeyedItem) -> KeyedItem:
    """Return the item with what a file cannot say: pictures, and that a question was struck with this very key."""
    pictures = {option.code: option.picture for option in old.question.options}
    options = tuple(replace(option, picture=pictures.get(option.code)) for option in item.question.options)
    question: Question = replace(item.question, picture=old.question.picture, options=options)
    key = old.key if replace(old.key, effect=item.key.effect) == item.key else item.key
    return replace(item, question=question, key=key)


def differences(old: KeyedItem, new: KeyedItem) -> tuple[str, ...]:
    """Return in what two items differ, in the words of a file's columns."""
    then, now = to_json(old), to_json(new)
    asked, asks = then.pop("question"), now.pop("question")
    pairs = {
        "类型": (old.kind, new.kind),
        "题目": (asked.pop("text"), asks.pop("text")),
        "选项": (asked, asks),
        "答案": ((old.key.right, old.key.variants), (new.key.right, new.key.variants)),
        "计分": ((old.key.rule, old.key.effect), (new.key.rule, new.key.effect)),
        "难度": (old.difficulty, new.difficulty),
        "分值": (old.points, new.points),
        "标签": (sorted(old.tags), sorted(new.tags)),
        "解析": (old.explanation, new.explanation),
        "学习": (old.lesson, new.lesson),
        "出处": (old.source, new.source),
        "选项乱序": (old.shuffles, new.shuffles),
    }
    return tuple(word for word, (was, is_now) in pairs.items() if was != is_now)
