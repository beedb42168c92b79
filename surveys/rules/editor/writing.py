"""Between the page's form, the mapping an author writes (as in a file), and a finished definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from surveys.rules import quotas
from surveys.rules.editor.form import OTHER_KEY, Choice, Form, Item, When
from surveys.rules.numerals import same
from surveys.rules.question import ONLY_FOR
from surveys.rules.shape import OTHER_LABEL, Condition, Definition, Question, QuestionType, Span
from surveys.rules.spelling import Problem

_NO_END = "999999999999"
"""Stands for an end left open: nothing an author or a shop may write is beyond it."""


def of_definition(definition: Definition, zone: tzinfo) -> dict[str, Any]:
    """A definition as an author would write it; `definition.read` makes the same one of it."""
    written: dict[str, Any] = {"title": definition.title}
    if definition.intro:
        written["intro"] = definition.intro
    for key, moment in (("opens", definition.opens_at), ("closes", definition.closes_at)):
        if moment is not None:
            written[key] = _local(moment, zone)
    if definition.audience is not None:
        written["audience"] = dict(definition.audience)
    if definition.min_seconds is not None:
        written["min_seconds"] = str(definition.min_seconds)
    if definition.limit is not None:
        written["limit"] = str(definition.limit)
    for key, limits in (("area_limits", definition.area_limits), ("class_limits", definition.class_limits)):
        if limits:
            written[key] = quotas.lines(limits)
    return written | {
        "anonymous": definition.anonymous,
        "results": definition.results,
        "questions": [_of_question(question, definition) for question in definition.questions],
    }


def of_form(form: Form, previous: Definition | None) -> dict[str, Any]:
    """The mapping a form writes. An option keeps the code it had in a version that was published, and only that:
    a draft that nobody has seen numbers its options afresh.
    """
    written: dict[str, Any] = {"title": form.title}
    for key, text in (
        ("intro", form.intro),
        ("opens", form.opens),
        ("closes", form.closes),
        ("min_seconds", form.min_seconds),
        ("limit", form.limit),
        ("area_limits", form.area_limits),
        ("class_limits", form.class_limits),
    ):
        if text:
            written[key] = text
    if form.audience is not None:
        written["audience"] = dict(form.audience)
    published = previous.questions + previous.retired if previous else ()
    known = {question.code: {each.code for each in question.options + question.retired} for question in published}
    items = {item.code: item for item in form.items}
    return written | {
        "anonymous": form.anonymous,
        "results": form.results,
        "questions": [_of_item(item, items, known.get(item.code, set())) for item in form.items],
    }


def to_form(written: Mapping[str, Any]) -> Form:
    """The form that shows a mapping: one this room made, of a definition or of another form.

    >>> first = {"code": "q1", "type": "single", "text": "好吗?", "options": ["好", "坏"]}
    >>> second = {"code": "q2", "type": "text", "text": "为什么?", "show_if": {"q1": ["坏"]}}
    >>> to_form({"title": "调查", "questions": [first, second]}).items[1].conditions
    (When(question='q1', values=('n2',), spans=()),)
    """
    items: dict[str, Item] = {}
    for entry in written.get("questions", ()):
        item = _to_item(entry, items)
        items[item.code] = item
    return Form(
        title=written.get("title", ""),
        intro=written.get("intro", ""),
        opens=written.get("opens", ""),
        closes=written.get("closes", ""),
        anonymous=bool(written.get("anonymous")),
        min_seconds=written.get("min_seconds", ""),
        results=written.get("results", "none"),
        limit=written.get("limit", ""),
        area_limits=written.get("area_limits", ""),
        class_limits=written.get("class_limits", ""),
        audience=written.get("audience"),
        items=tuple(items.values()),
    )


def placed(problems: Iterable[Problem], form: Form) -> dict[str, list[str]]:
    """The problems by the id of the field each belongs to; `form` is the tidied one whose mapping was reviewed.

    >>> form = Form(items=(Item("q7", QuestionType.SINGLE, options=(Choice("n4", "好"), Choice("n2", "好"))),))
    >>> placed([Problem(("questions", 0, "options", 1), "重复"), Problem(("title",), "不能为空")], form)
    {'q7.n2': ['重复'], 'title': ['不能为空']}
    """
    found: dict[str, list[str]] = {}
    for path, words in problems:
        found.setdefault(_field(path, form), []).append(words)
    return found


def _field(path: Sequence[str | int], form: Form) -> str:
    match path:
        case ["questions", int(n), "options", int(at)]:
            return f"{form.items[n].code}.{form.items[n].options[at].key}"
        case ["questions", int(n), str(key), *_]:
            return f"{form.items[n].code}.{key}"
        case ["questions", int(n)]:
            return f"{form.items[n].code}.text"
        case [str(key), *_]:
            return key
    return ""


def _of_question(question: Question, definition: Definition) -> dict[str, Any]:
    written: dict[str, Any] = {
        "code": question.code,
        "type": question.type.value,
        "text": question.text,
        "required": question.required,
    }
    if question.type.has_options:
        written["options"] = [
            {"code": option.code, "text": option.label} | ({"most": str(option.most)} if option.most else {})
            for option in question.options
        ]
        written["other"] = question.other
    for key, bound in (("min", question.min), ("max", question.max)):
        if bound is not None:
            written[key] = str(bound)
    if question.decimals:
        written["decimals"] = str(question.decimals)
    if question.show_if:
        written["show_if"] = {each.question: _wanted(each, definition) for each in question.show_if}
    return written


def _wanted(condition: Condition, definition: Definition) -> list[str]:
    question = definition.question(condition.question)
    if question.type.has_options:
        return [question.label(code) for code in sorted(condition.codes, key=lambda code: (code == 0, code))]
    return [str(code) for code in sorted(condition.codes)] + [_span(span) for span in condition.spans]


def _span(span: Span) -> str:
    return str(span.low) if span.low == span.high else f"{span.low}~{span.high}"


def _of_item(item: Item, items: Mapping[str, Item], known: set[int]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "options": [_of_choice(each, known, is_limited=item.limited) for each in item.options],
        "other": item.other,
        "min": item.min,
        "max": item.max,
        "decimals": item.decimals if item.decimals != "0" else "",
    }
    written: dict[str, Any] = {
        "code": item.code,
        "type": item.type.value,
        "text": item.text,
        "required": item.required,
        # A field of another kind of question may have stayed behind when the kind was changed.
        **{key: value for key, value in given.items() if item.type in ONLY_FOR[key] and value not in ("", [])},
    }
    conditions: dict[str, list[str]] = {}
    for each in item.conditions:
        conditions[each.question] = conditions.get(each.question, []) + _values(each, items.get(each.question))
    return written | ({"show_if": conditions} if conditions else {})


def _of_choice(choice: Choice, known: set[int], *, is_limited: bool) -> dict[str, Any]:
    code = int(choice.key) if choice.key.isascii() and choice.key.isdigit() and len(choice.key) < 4 else 0
    written: dict[str, Any] = {"code": code, "text": choice.label} if code in known else {"text": choice.label}
    return written | ({"most": choice.most} if is_limited and choice.most else {})


def _values(when: When, item: Item | None) -> list[str]:
    if item is None:
        return []
    if item.type.has_options:
        labels = {each.key: each.label for each in item.options if each.label} | {OTHER_KEY: OTHER_LABEL}
        return [labels[key] for key in when.values if key in labels]
    if item.type.scale is not None:
        return [value for value in when.values if value in map(str, item.type.scale)]
    return [
        f"{low or '-' + _NO_END}~{high or _NO_END}" if low != high else low for low, high in when.spans if low or high
    ]


def _to_item(entry: Mapping[str, Any], earlier: Mapping[str, Item]) -> Item:
    options: list[Choice] = []
    for n, option in enumerate(entry.get("options", ()), start=1):
        label, code = (option.get("text", ""), option.get("code")) if isinstance(option, Mapping) else (option, None)
        most = option.get("most", "") if isinstance(option, Mapping) else ""
        options.append(Choice(f"n{n}" if code is None else str(code), label, most))
    type_ = QuestionType(entry["type"])
    if type_.has_options and not options:
        options = [Choice("n1", ""), Choice("n2", "")]  # rows to fill
    return Item(
        code=entry["code"],
        type=type_,
        text=entry.get("text", ""),
        options=tuple(options),
        other=bool(entry.get("other")),
        limited=any(option.most for option in options),
        min=entry.get("min", ""),
        max=entry.get("max", ""),
        decimals=entry.get("decimals", "0"),
        required=bool(entry.get("required", True)),
        conditions=tuple(_to_when(code, values, earlier) for code, values in entry.get("show_if", {}).items()),
    )


def _to_when(code: str, values: Sequence[str], earlier: Mapping[str, Item]) -> When:
    item = earlier.get(code)
    if item is None:
        return When(code)
    if item.type.has_options:
        keys = {same(each.label): each.key for each in item.options} | {OTHER_LABEL: OTHER_KEY}
        return When(code, tuple(keys[same(value)] for value in values if same(value) in keys))
    if item.type.scale is not None:
        return When(code, tuple(values))
    return When(code, spans=tuple(_ends(value) for value in values))


def _ends(value: str) -> tuple[str, str]:
    low, _, high = value.partition("~")
    return ("" if low == f"-{_NO_END}" else low, "" if high == _NO_END else high or low)


def _local(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")
