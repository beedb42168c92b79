"""Form of the authoring page: a card for each question, every value the text of its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from foundation.text import is_visible
from questions.question import OTHER, QuestionType

Fields = Mapping[str, Sequence[str]]
OTHER_KEY = str(OTHER)


@dataclass(frozen=True)
class OptionRow:
    """Row of an option. Its key is its code, or `n1`, `n2` … while it has none."""

    key: str
    label: str
    most: str = field(default="", repr=False)
    picture: str = field(default="", repr=False)
    """The key of its picture; empty where it has none."""
    alt: str = field(default="", repr=False)
    """What the picture shows, in words."""
    points: str = field(default="", repr=False)


@dataclass(frozen=True)
class ConditionRow:
    """Row of a condition: an earlier question's code, the keys of ticked options or points, the ends of ranges."""

    question: str = ""
    values: tuple[str, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class QuestionCard:
    """Card of a question."""

    code: str
    type: QuestionType
    text: str = ""
    options: tuple[OptionRow, ...] = ()
    other: bool = False
    limited: bool = False
    """Whether the limit of people for each option is shown, and written."""
    scored: bool = False
    """Whether the points of each option, and the weight of the question, are shown and written."""
    weight: str = ""
    min: str = ""
    max: str = ""
    decimals: str = "0"
    required: bool = True
    conditions: tuple[ConditionRow, ...] = ()
    picture: str = ""
    alt: str = ""
    pasted: str = ""
    """Options that were pasted, one a line, and not yet added."""

    def with_choice(self) -> QuestionCard:
        """Return the card with one more empty option.

        >>> card = QuestionCard("q1", QuestionType.SINGLE, options=(OptionRow("4", "好"),))
        >>> [each.key for each in card.with_choice().options]
        ['4', 'n1']
        """
        taken = {each.key for each in self.options}
        key = next(f"n{n}" for n in range(1, len(taken) + 2) if f"n{n}" not in taken)
        return replace(self, options=(*self.options, OptionRow(key, "")))


Items = tuple[QuestionCard, ...]
"""The cards in their order; nothing is checked here."""


def read(fields: Fields) -> Items:
    """Read the cards as they were posted. Cards, options and conditions stand in the order of their fields.

    >>> items = read(legible({"q": ["q2", "q1"], "q2.type": ["single"], "q2.k": ["1"], "q2.o": ["好"]}))
    >>> [(item.code, item.type.value, item.options) for item in items]
    [('q2', 'single', (OptionRow(key='1', label='好'),)), ('q1', 'text', ())]
    """
    return tuple(_item(fields, code) for code in dict.fromkeys(code for code in fields.get("q", ()) if code))


def legible(fields: Fields) -> Fields:
    """Return the fields without NUL: PostgreSQL stores none in a text, and no author means one."""
    return {name: [value.replace("\0", "") for value in values] for name, values in fields.items()}


def place(items: Items, code: str) -> int | None:
    """Return where a question stands, from 0; None where its card is gone."""
    return next((n for n, item in enumerate(items) if item.code == code), None)


def changed(items: Items, item: QuestionCard) -> Items:
    """Return the cards with this one in place of the one with its code."""
    return tuple(item if each.code == item.code else each for each in items)


def tidied(items: Items) -> Items:
    """Return the cards without empty rows: those are offered, not written.

    >>> options = (OptionRow("n1", "好"), OptionRow("n2", " "))
    >>> (tidy,) = tidied((QuestionCard("q1", QuestionType.SINGLE, options=options, conditions=(ConditionRow(),)),))
    >>> tidy.options, tidy.conditions
    ((OptionRow(key='n1', label='好'),), ())
    """
    return tuple(
        replace(
            item,
            options=tuple(
                each for each in item.options if is_visible(each.label) or each.picture or each.key.isdigit()
            ),
            conditions=tuple(each for each in item.conditions if each.question),
        )
        for item in items
    )


def one(fields: Fields, name: str) -> str:
    """Return the first value of a field, without the blanks around it."""
    return next(iter(fields.get(name, ())), "").strip()


def _item(fields: Fields, code: str) -> QuestionCard:
    kind = one(fields, f"{code}.type")
    type_ = QuestionType(kind) if kind in list(QuestionType) else QuestionType.TEXT
    keys, labels = fields.get(f"{code}.k", ()), fields.get(f"{code}.o", ())
    options: dict[str, OptionRow] = {}
    most = dict(zip(keys, fields.get(f"{code}.m", ()), strict=False))
    points = dict(zip(keys, fields.get(f"{code}.s", ()), strict=False))
    for key, label in zip(keys, labels, strict=False):
        marks = most.get(key, "").strip(), *_picture(fields, f"{code}.{key}"), points.get(key, "").strip()
        row = OptionRow(key, label.strip(), *marks)
        options.setdefault(key, row)
    picture, alt = _picture(fields, code)
    return QuestionCard(
        code=code,
        type=type_,
        text=one(fields, f"{code}.text"),
        options=tuple(options.values()),
        other=one(fields, f"{code}.other") == "1",
        limited=one(fields, f"{code}.limited") == "1",
        scored=one(fields, f"{code}.scored") == "1",
        weight=one(fields, f"{code}.weight"),
        min=one(fields, f"{code}.min"),
        max=one(fields, f"{code}.max"),
        decimals=one(fields, f"{code}.decimals") or "0",
        required=one(fields, f"{code}.required") == "1",
        conditions=tuple(_condition_row(fields, f"{code}.c{n}") for n in fields.get(f"{code}.c", ())),
        picture=picture,
        alt=alt,
        pasted=one(fields, f"{code}.paste"),
    )


def _picture(fields: Fields, name: str) -> tuple[str, str]:
    return one(fields, f"{name}.picture"), one(fields, f"{name}.alt")


def _condition_row(fields: Fields, name: str) -> ConditionRow:
    return ConditionRow(
        one(fields, f"{name}.q"),
        tuple(fields.get(f"{name}.v", ())),
        tuple(
            (low.strip(), high.strip())
            for low, high in zip(fields.get(f"{name}.low", ()), fields.get(f"{name}.high", ()), strict=False)
        ),
    )
