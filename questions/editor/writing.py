"""Mappings of questions as an author writes them in a file: from finished questions, from the page's cards and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foundation.text import whole_number
from questions.authoring.question_reader import ONLY_FOR
from questions.authoring.spelling import Problem
from questions.editor.form import OTHER_KEY, ConditionRow, Items, OptionRow, QuestionCard
from questions.numerals import same
from questions.question import OTHER_LABEL, Condition, Illustration, Question, QuestionType, Span

_NO_END = "999999999999"
"""Stands for an open end: no allowed number is beyond it."""


def of_questions(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return finished questions as an author would write them; `question_reader.read_questions` reads the same ones
    back."""
    by_code = {question.code: question for question in questions}
    return [_of_question(question, by_code) for question in questions]


def of_items(items: Items, published: Iterable[Question]) -> list[dict[str, Any]]:
    """Return what the cards write. An option keeps only a code from a published version: a draft nobody has seen
    numbers its options afresh."""
    known = {question.code: {each.code for each in question.options + question.retired} for question in published}
    by_code = {item.code: item for item in items}
    return [_of_item(item, by_code, known.get(item.code, set())) for item in items]


def to_items(written: Iterable[Mapping[str, Any]]) -> Items:
    """Return the cards that show questions as this module wrote them, from finished ones or other cards.

    >>> first = {"code": "q1", "type": "single", "text": "好吗?", "options": ["好", "坏"]}
    >>> second = {"code": "q2", "type": "text", "text": "为什么?", "show_if": {"q1": ["坏"]}}
    >>> to_items([first, second])[1].conditions
    (ConditionRow(question='q1', values=('n2',), spans=()),)
    """
    items: dict[str, QuestionCard] = {}
    for entry in written:
        item = to_item(entry, items)
        items[item.code] = item
    return tuple(items.values())


def placed(problems: Iterable[Problem], items: Items) -> dict[str, list[str]]:
    """Return the problems by the id of the field each belongs to; `items` are the tidied ones that were reviewed.

    >>> items = (QuestionCard("q7", QuestionType.SINGLE, options=(OptionRow("n4", "好"), OptionRow("n2", "好"))),)
    >>> placed([Problem(("questions", 0, "options", 1), "重复"), Problem(("title",), "不能为空")], items)
    {'q7.n2': ['重复'], 'title': ['不能为空']}
    """
    found: dict[str, list[str]] = {}
    for path, words in problems:
        found.setdefault(_field(path, items), []).append(words)
    return found


def _field(path: Sequence[str | int], items: Items) -> str:
    match path:
        case ["questions", int(n), "options", int(at)]:
            return f"{items[n].code}.{items[n].options[at].key}"
        case ["questions", int(n), str(key), *_]:
            return f"{items[n].code}.{key}"
        case ["questions", int(n)]:
            return f"{items[n].code}.text"
        case [str(key), *_]:
            return key
    return ""


def _of_question(question: Question, by_code: Mapping[str, Question]) -> dict[str, Any]:
    written: dict[str, Any] = {
        "code": question.code,
        "type": question.type.value,
        "text": question.text,
        "required": question.required,
        **_picture_of(question.picture),
    }
    if question.type.has_options:
        written["options"] = [
            {"code": option.code, "text": option.label}
            | ({"most": str(option.most)} if option.most else {})
            | ({} if option.points is None else {"points": str(option.points)})
            | _picture_of(option.picture)
            for option in question.options
        ]
        written["other"] = question.other
    for key, bound in (("min", question.min), ("max", question.max), ("weight", question.weight)):
        if bound is not None:
            written[key] = str(bound)
    if question.decimals:
        written["decimals"] = str(question.decimals)
    if question.show_if:
        written["show_if"] = {each.question: _wanted(each, by_code[each.question]) for each in question.show_if}
    return written


def _wanted(condition: Condition, question: Question) -> list[str]:
    if question.type.has_options:
        return [question.label(code) for code in sorted(condition.codes, key=lambda code: (code == 0, code))]
    return [str(code) for code in sorted(condition.codes)] + [_span(span) for span in condition.spans]


def _span(span: Span) -> str:
    return str(span.low) if span.low == span.high else f"{span.low}~{span.high}"


def _of_item(item: QuestionCard, items: Mapping[str, QuestionCard], known: set[int]) -> dict[str, Any]:
    given: dict[str, Any] = {
        "options": [_of_choice(each, known, item) for each in item.options],
        "other": item.other,
        "min": item.min,
        "max": item.max,
        "decimals": item.decimals if item.decimals != "0" else "",
        "weight": item.weight if item.scored or item.type.scale else "",
    }
    written: dict[str, Any] = {
        "code": item.code,
        "type": item.type.value,
        "text": item.text,
        "required": item.required,
        **_written(item.picture, item.alt),
        # A field of another type of question may have stayed when the type was changed.
        **{key: value for key, value in given.items() if item.type in ONLY_FOR[key] and value not in ("", [])},
    }
    conditions: dict[str, list[str]] = {}
    for each in item.conditions:
        conditions[each.question] = conditions.get(each.question, []) + _values(each, items.get(each.question))
    return written | ({"show_if": conditions} if conditions else {})


def _of_choice(choice: OptionRow, known: set[int], item: QuestionCard) -> dict[str, Any]:
    code = whole_number(choice.key, 3) or 0
    written: dict[str, Any] = {"code": code, "text": choice.label} if code in known else {"text": choice.label}
    limit = {"most": choice.most} if item.limited and choice.most else {}
    points = {"points": choice.points} if item.scored and choice.points else {}
    return written | limit | points | _written(choice.picture, choice.alt)


def _written(key: str, alt: str) -> dict[str, Any]:
    return {"picture": {"key": key, "alt": alt}} if key else {}


def _picture_of(picture: Illustration | None) -> dict[str, Any]:
    return _written(*picture) if picture else {}


def _fields_of(written: object) -> tuple[str, str]:
    """The key and the words of a picture as they are written."""
    picture = written.get("picture") if isinstance(written, Mapping) else None
    return (str(picture.get("key", "")), str(picture.get("alt", ""))) if isinstance(picture, Mapping) else ("", "")


def _values(when: ConditionRow, item: QuestionCard | None) -> list[str]:
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


def to_item(entry: Mapping[str, Any], earlier: Mapping[str, QuestionCard]) -> QuestionCard:
    """Return the card that shows one question; `earlier` are the cards its conditions may name."""
    options: list[OptionRow] = []
    for n, option in enumerate(entry.get("options", ()), start=1):
        label, code = (option.get("text", ""), option.get("code")) if isinstance(option, Mapping) else (option, None)
        most, points = (option.get(key, "") if isinstance(option, Mapping) else "" for key in ("most", "points"))
        options.append(OptionRow(f"n{n}" if code is None else str(code), label, most, *_fields_of(option), points))
    type_ = QuestionType(entry["type"])
    if type_.has_options and not options:
        options = [OptionRow("n1", ""), OptionRow("n2", "")]  # empty rows to fill
    picture, alt = _fields_of(entry)
    return QuestionCard(
        code=entry["code"],
        type=type_,
        text=entry.get("text", ""),
        options=tuple(options),
        other=bool(entry.get("other")),
        limited=any(option.most for option in options),
        scored=any(option.points for option in options),
        weight=entry.get("weight", ""),
        min=entry.get("min", ""),
        max=entry.get("max", ""),
        decimals=entry.get("decimals", "0"),
        required=bool(entry.get("required", True)),
        conditions=tuple(_to_condition_row(code, values, earlier) for code, values in entry.get("show_if", {}).items()),
        picture=picture,
        alt=alt,
    )


def _to_condition_row(code: str, values: Sequence[str], earlier: Mapping[str, QuestionCard]) -> ConditionRow:
    item = earlier.get(code)
    if item is None:
        return ConditionRow(code)
    if item.type.has_options:
        keys = {same(each.label): each.key for each in item.options} | {OTHER_LABEL: OTHER_KEY}
        return ConditionRow(code, tuple(keys[same(value)] for value in values if same(value) in keys))
    if item.type.scale is not None:
        return ConditionRow(code, tuple(values))
    return ConditionRow(code, spans=tuple(_ends(value) for value in values))


def _ends(value: str) -> tuple[str, str]:
    low, _, high = value.partition("~")
    return ("" if low == f"-{_NO_END}" else low, "" if high == _NO_END else high or low)
