"""What the buttons of the authoring page do to its form; each either done or refused with a sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from foundation.errors import Refused
from surveys.rules.definition import MOST_QUESTIONS
from surveys.rules.editor.form import Form, Item, When
from surveys.rules.question import MOST_OPTIONS
from surveys.rules.shape import QuestionType


def done(form: Form, wanted: str, *, taken: Collection[str] = ()) -> Form:
    """The form after a button: `add:single`, `up:q3`, `down:q3`, `copy:q3`, `delete:q3`, `option:q3`,
    `option_up:q3:2`, `option_down:q3:2`, `option_delete:q3:2`, `condition:q3`, `condition_delete:q3:0`, `show`.

    `taken` are codes of earlier versions: no new question gets one of them. An unknown button, or one of a card that
    is gone, changes nothing. Raises Refused where a condition would lose what it looks at.

    >>> form = done(done(Form(), "add:single"), "add:rating", taken=("q1", "q2"))
    >>> [(item.code, len(item.options)) for item in form.items]
    [('q1', 2), ('q3', 0)]
    >>> [item.code for item in done(form, "up:q3").items]
    ['q3', 'q1']
    """
    verb, _, rest = wanted.partition(":")
    if verb == "add":
        return _add(form, rest, taken)
    code, _, key = rest.partition(":")
    at = form.place(code)
    if at is None:
        return form
    item = form.items[at]
    match verb:
        case "up" if at > 0:
            return in_order(_swapped(form, at - 1))
        case "down" if at + 1 < len(form.items):
            return in_order(_swapped(form, at))
        case "copy":
            return _copy(form, at, taken)
        case "delete":
            return _delete(form, at)
        case "option":
            return form.changed(_one_more(item))
        case "option_up" | "option_down" | "option_delete":
            return _option(form, item, verb, key)
        case "condition":
            return form.changed(replace(item, conditions=(*item.conditions, When(spans=(("", ""),)))))
        case "condition_delete":
            kept = tuple(each for n, each in enumerate(item.conditions) if str(n) != key)
            return form.changed(replace(item, conditions=kept))
    return form


def in_order(form: Form) -> Form:
    """The form itself. Raises Refused where a question now stands in front of one its condition looks at.

    >>> first, second = Item("q1", QuestionType.NPS), Item("q2", QuestionType.TEXT, conditions=(When("q1"),))
    >>> in_order(Form(items=(second, first)))
    Traceback (most recent call last):
    foundation.errors.Refused: “第 2 题”要按“第 1 题”的回答决定问不问，不能排到它前面。要换顺序，请先改显示条件。
    """
    for at, item in enumerate(form.items):
        for when in item.conditions:
            looked_at = form.place(when.question)
            if looked_at is not None and looked_at >= at:
                here, there = _named(item, looked_at + 1), _named(form.items[looked_at], at + 1)
                raise Refused(f"{here}要按{there}的回答决定问不问，不能排到它前面。要换顺序，请先改显示条件。")
    return form


def arranged(form: Form, before: Sequence[str]) -> Form:
    """The form as it was before its cards were dragged: by the codes in their old order."""
    order = {code: n for n, code in enumerate(before)}
    return replace(form, items=tuple(sorted(form.items, key=lambda item: order.get(item.code, len(order)))))


def starts_as(kind: str) -> Form:
    """An empty survey, or an empty poll."""
    if kind == "poll":
        return done(Form(results="live"), "add:single")
    return Form()


def _named(item: Item, number: int) -> str:
    # By its words: the numbers change with the very move that is refused.
    return f"“{item.text[:12]}{'…' if len(item.text) > 12 else ''}”" if item.text else f"“第 {number} 题”"


def _swapped(form: Form, at: int) -> Form:
    items = list(form.items)
    items[at], items[at + 1] = items[at + 1], items[at]
    return replace(form, items=tuple(items))


def _add(form: Form, kind: str, taken: Collection[str]) -> Form:
    if kind not in list(QuestionType):
        return form
    item = Item(_free(form, taken), QuestionType(kind))
    if item.type.has_options:
        item = item.with_choice().with_choice()
    return replace(form, items=(*_room(form).items, item))


def _copy(form: Form, at: int, taken: Collection[str]) -> Form:
    item = form.items[at]
    options = item.options
    twin = replace(item, code=_free(form, taken), options=())
    for option in options:
        twin = twin.with_choice()
        twin = replace(
            twin, options=(*twin.options[:-1], replace(twin.options[-1], label=option.label, most=option.most))
        )
    return replace(form, items=(*_room(form).items[: at + 1], twin, *form.items[at + 1 :]))


def _room(form: Form) -> Form:
    if len(form.items) >= MOST_QUESTIONS:
        raise Refused(f"已经有 {MOST_QUESTIONS} 题，不能再加了。")
    return form


def _free(form: Form, taken: Collection[str]) -> str:
    used = {item.code for item in form.items} | set(taken)
    return next(f"q{n}" for n in range(1, len(used) + 2) if f"q{n}" not in used)


def _delete(form: Form, at: int) -> Form:
    code = form.items[at].code
    for n, item in enumerate(form.items, start=1):
        if item.code != code and any(when.question == code for when in item.conditions):
            raise Refused(f"第 {n} 题要按这一题的回答决定问不问。请先改第 {n} 题的显示条件，再删这一题。")
    return replace(form, items=form.items[:at] + form.items[at + 1 :])


def _one_more(item: Item) -> Item:
    if len(item.options) >= MOST_OPTIONS:
        raise Refused(f"一题最多 {MOST_OPTIONS} 个选项。")
    return item.with_choice()


def _option(form: Form, item: Item, verb: str, key: str) -> Form:
    options = list(item.options)
    at = next((n for n, each in enumerate(options) if each.key == key), None)
    if at is None:
        return form
    if verb == "option_delete":
        for n, other in enumerate(form.items, start=1):
            if any(when.question == item.code and key in when.values for when in other.conditions):
                raise Refused(f"第 {n} 题的显示条件用到“{options[at].label}”。请先改那里，再删这个选项。")
        del options[at]
    else:
        to = at + (1 if verb == "option_down" else -1)
        if 0 <= to < len(options):
            options[at], options[to] = options[to], options[at]
    return form.changed(replace(item, options=tuple(options)))
