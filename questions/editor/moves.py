"""Moves of the authoring page: what its buttons do to the cards; each is done or refused with a sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from foundation.errors import Refused
from questions.authoring.option_reader import MOST_OPTIONS
from questions.authoring.question_reader import MOST_QUESTIONS
from questions.editor.form import ConditionRow, Items, QuestionCard, changed, place
from questions.question import QuestionType


def done(items: Items, wanted: str, *, taken: Collection[str] = ()) -> Items:
    """Return the cards after a button: `add:single`, `insert:q3` (behind it; `insert:` in front of all), `up:q3`,
    `down:q3`, `copy:q3`, `delete:q3`, `option:q3`, `option_up:q3:2`, `option_down:q3:2`, `option_delete:q3:2`,
    `unpicture:q3`, `unpicture:q3:2`, `condition:q3`, `condition_delete:q3:0`, `show`.

    `taken` are codes of earlier versions: no new question gets one of them. An unknown button, or one of a card that is
    gone, changes nothing. Raises Refused where a condition would lose the question it refers to.

    >>> items = done(done((), "add:single"), "add:rating", taken=("q1", "q2"))
    >>> [(item.code, len(item.options)) for item in items]
    [('q1', 2), ('q3', 0)]
    >>> [item.code for item in done(items, "up:q3")]
    ['q3', 'q1']
    """
    verb, _, rest = wanted.partition(":")
    if verb == "add":
        return _add(items, rest, taken)
    if verb == "insert" and not rest:
        return _insert(items, 0, taken)
    code, _, key = rest.partition(":")
    at = place(items, code)
    if at is None:
        return items
    item = items[at]
    match verb:
        case "up" if at > 0:
            return in_order(_swapped(items, at - 1))
        case "down" if at + 1 < len(items):
            return in_order(_swapped(items, at))
        case "insert":
            return _insert(items, at + 1, taken)
        case "copy":
            return _copy(items, at, taken)
        case "delete":
            return _delete(items, at)
        case "option":
            return changed(items, _one_more(item))
        case "option_up" | "option_down" | "option_delete":
            return _option(items, item, verb, key)
        case "unpicture":
            return changed(items, _without_picture(item, key))
        case "condition":
            return changed(items, replace(item, conditions=(*item.conditions, ConditionRow(spans=(("", ""),)))))
        case "condition_delete":
            kept = tuple(each for n, each in enumerate(item.conditions) if str(n) != key)
            return changed(items, replace(item, conditions=kept))
    return items


def in_order(items: Items) -> Items:
    """Return the cards themselves. Raises Refused where a question now stands before one its condition refers to.

    >>> first = QuestionCard("q1", QuestionType.NPS)
    >>> second = QuestionCard("q2", QuestionType.TEXT, conditions=(ConditionRow("q1"),))
    >>> in_order((second, first))
    Traceback (most recent call last):
    foundation.errors.Refused: “第 2 题”要按“第 1 题”的回答决定问不问，不能排到它前面。要换顺序，请先改显示条件。
    """
    for at, item in enumerate(items):
        for when in item.conditions:
            looked_at = place(items, when.question)
            if looked_at is not None and looked_at >= at:
                here, there = _named(item, looked_at + 1), _named(items[looked_at], at + 1)
                raise Refused(f"{here}要按{there}的回答决定问不问，不能排到它前面。要换顺序，请先改显示条件。")
    return items


def arranged(items: Items, before: Sequence[str]) -> Items:
    """Return the cards as they were before they were dragged: by the codes in their old order."""
    order = {code: n for n, code in enumerate(before)}
    return tuple(sorted(items, key=lambda item: order.get(item.code, len(order))))


def _named(item: QuestionCard, number: int) -> str:
    # Named by its text: the numbers change with the very move that is refused.
    return f"“{item.text[:12]}{'…' if len(item.text) > 12 else ''}”" if item.text else f"“第 {number} 题”"


def _swapped(items: Items, at: int) -> Items:
    return (*items[:at], items[at + 1], items[at], *items[at + 2 :])


def _add(items: Items, kind: str, taken: Collection[str]) -> Items:
    if kind not in list(QuestionType):
        return items
    item = QuestionCard(free_code(items, taken), QuestionType(kind))
    if item.type.has_options:
        item = item.with_choice().with_choice()
    return (*_room(items), item)


def _insert(items: Items, at: int, taken: Collection[str]) -> Items:
    """Put a new question between two: a single choice, until its author says another kind."""
    item = QuestionCard(free_code(items, taken), QuestionType.SINGLE).with_choice().with_choice()
    return (*_room(items)[:at], item, *items[at:])


def _copy(items: Items, at: int, taken: Collection[str]) -> Items:
    item = items[at]
    options = item.options
    twin = replace(item, code=free_code(items, taken), options=())
    for option in options:
        twin = twin.with_choice()
        twin = replace(twin, options=(*twin.options[:-1], replace(option, key=twin.options[-1].key)))
    return (*_room(items)[: at + 1], twin, *items[at + 1 :])


def _room(items: Items) -> Items:
    if len(items) >= MOST_QUESTIONS:
        raise Refused(f"已经有 {MOST_QUESTIONS} 题，不能再加了。")
    return items


def free_code(items: Items, taken: Collection[str]) -> str:
    """Return a code that no card has, and none of `taken`."""
    used = {item.code for item in items} | set(taken)
    return next(f"q{n}" for n in range(1, len(used) + 2) if f"q{n}" not in used)


def _delete(items: Items, at: int) -> Items:
    code = items[at].code
    for n, item in enumerate(items, start=1):
        if item.code != code and any(when.question == code for when in item.conditions):
            raise Refused(f"第 {n} 题要按这一题的回答决定问不问。请先改第 {n} 题的显示条件，再删这一题。")
    return items[:at] + items[at + 1 :]


def _without_picture(item: QuestionCard, key: str) -> QuestionCard:
    """Take the picture from a question, or from one of its options."""
    if not key:
        return replace(item, picture="", alt="")
    rows = (replace(row, picture="", alt="") if row.key == key else row for row in item.options)
    return replace(item, options=tuple(rows))


def _one_more(item: QuestionCard) -> QuestionCard:
    if len(item.options) >= MOST_OPTIONS:
        raise Refused(f"一题最多 {MOST_OPTIONS} 个选项。")
    return item.with_choice()


def _option(items: Items, item: QuestionCard, verb: str, key: str) -> Items:
    options = list(item.options)
    at = next((n for n, each in enumerate(options) if each.key == key), None)
    if at is None:
        return items
    if verb == "option_delete":
        for n, other in enumerate(items, start=1):
            if any(when.question == item.code and key in when.values for when in other.conditions):
                raise Refused(f"第 {n} 题的显示条件用到“{options[at].label}”。请先改那里，再删这个选项。")
        del options[at]
    else:
        to = at + (1 if verb == "option_down" else -1)
        if 0 <= to < len(options):
            options[at], options[to] = options[to], options[at]
    return changed(items, replace(item, options=tuple(options)))
