"""Form of one question: drawn from an item with its key, and a posted one read back into an item.

It knows neither bank, quiz nor lesson. `console/item_pages.py` draws it and takes what was posted; a page includes
`questions/item_form.html` in its `<form id="editor">`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from questions.authoring.spelling import Notes
from questions.editor import form as cards
from questions.editor import moves, pasting, writing
from questions.editor.form import Fields, OptionRow, QuestionCard, one
from questions.keyed.item_reader import read_items
from questions.keyed.items import (
    HUNDREDTHS,
    Difficulty,
    KeyedItem,
    Kind,
    MarkingRule,
    from_json,
    key_from_json,
    key_to_json,
    to_json,
)

CARD = "item"
"""The code of the one card: its fields are named `item.text`, `item.points` …"""

_TEXTS = ("points", "tags", "explanation", "lesson", "source", "variants")
_MOVES = ("option", "option_up", "option_down", "option_delete", "unpicture")


@dataclass(frozen=True)
class ItemForm:
    """Form of one question; everything is the text of its field, and nothing is checked."""

    kind: Kind
    card: QuestionCard
    right: frozenset[str] = frozenset()
    """The keys of the ticked options; of a true-or-false question the code of the right side."""
    rule: str = MarkingRule.ALL.value
    difficulty: str = Difficulty.MEDIUM.value
    shuffles: bool = True
    code: str = ""
    """As its author names it; empty where that is left to us."""
    points: str = ""
    tags: str = ""
    explanation: str = ""
    lesson: str = ""
    source: str = ""
    variants: str = ""
    """Accepted spellings of a fill-in, one a line."""


@dataclass(frozen=True)
class ItemReview:
    """Review of a form: the item it means, or None with the mistakes by the id of their field."""

    item: KeyedItem | None
    faults: Mapping[str, Sequence[str]]


def fresh(kind: Kind = Kind.SINGLE, *, tags: str = "") -> ItemForm:
    """Return the form of a new question."""
    return _with_rows(ItemForm(kind, QuestionCard(CARD, kind.type), points="10", tags=tags), 4)


def of_item(item: KeyedItem) -> ItemForm:
    """Return the form that shows an item.

    >>> from questions.question import Option, Question
    >>> from questions.keyed.items import Key
    >>> options = Option(1, "正面"), Option(4, "顶部")
    >>> asked = KeyedItem(Question("k1", Kind.SINGLE.type, "哪一面?", options), Kind.SINGLE, Key(frozenset({4})), 500)
    >>> form = of_item(asked)
    >>> [row.key for row in form.card.options], sorted(form.right), form.points
    (['1', '4'], ['4'], '5')
    """
    (entry,) = writing.of_questions([item.question])
    card = replace(writing.to_item(entry, {}), code=CARD)
    return ItemForm(
        kind=item.kind,
        card=card,
        right=frozenset(map(str, item.key.right)),
        rule=item.key.rule.value,
        difficulty=item.difficulty.value,
        shuffles=item.shuffles,
        code=item.code,
        points=f"{item.points / HUNDREDTHS:g}",
        tags="、".join(item.tags),
        explanation=item.explanation,
        lesson=item.lesson,
        source=item.source,
        variants="\n".join(item.key.variants),
    )


def read(fields: Fields) -> ItemForm:
    """Read the form as it was posted.

    >>> form = read({"item.kind": ["truth"], "item.text": ["证可以转借。"], "item.truth": ["2"]})
    >>> form.kind.label, form.card.text, sorted(form.right)
    ('判断', '证可以转借。', ['2'])
    """
    fields = cards.legible(fields)
    given = one(fields, f"{CARD}.kind")
    kind = Kind(given) if given in list(Kind) else Kind.SINGLE
    (card,) = cards.read({**fields, "q": [CARD]})
    texts: dict[str, Any] = {name: one(fields, f"{CARD}.{name}") for name in _TEXTS}
    form = ItemForm(
        kind=kind,
        card=replace(card, type=kind.type),
        right=frozenset(fields.get(f"{CARD}.{'truth' if kind is Kind.TRUTH else 'right'}", ())),
        rule=one(fields, f"{CARD}.rule"),
        difficulty=one(fields, f"{CARD}.difficulty"),
        shuffles=one(fields, f"{CARD}.shuffle") == "1",
        code=one(fields, f"{CARD}.code"),
        **texts,
    )
    return _with_rows(form, 2)


def pressed(form: ItemForm, do: str) -> ItemForm:
    """Return the form after a button: an option added, moved or deleted, options pasted, a picture taken away; or
    only drawn again. Raises Refused where there is no room for an option.

    >>> [row.key for row in pressed(fresh(), "option_delete:item:n2").card.options]
    ['n1', 'n3', 'n4']
    """
    verb = do.partition(":")[0]
    if verb == "paste":
        (card,) = pasting.options((form.card,), CARD).items
        return replace(form, card=card)
    if verb in _MOVES:
        (card,) = moves.done((form.card,), do)
        return replace(form, card=card)
    return form


def reviewed(form: ItemForm, *, code: str, before: KeyedItem | None = None) -> ItemReview:
    """Return the item that a form means, under this code, or its mistakes. `before` is the item as it was shown: it
    stays of its kind, its options keep their codes, and a key that means the same keeps its effect.

    >>> form = replace(fresh(Kind.FILL), variants="三十天", points="0")
    >>> dict(reviewed(form, code="k1").faults)
    {'item.text': ['题目不能为空'], 'item.points': ['分值“0”应大于 0，最多 1000']}
    """
    notes = Notes({}, keyed=False)
    if before:
        form = replace(form, kind=before.kind, card=replace(form.card, type=before.kind.type))
    (card,) = cards.tidied((form.card,))
    if not form.kind.is_shuffled:
        card = replace(card, options=())  # of the kind it was before
    earlier = (before.question,) if before else ()
    known = (replace(before.question, code=CARD),) if before else ()
    (entry,) = writing.of_items((card,), known)
    written = {**entry, "code": code, "type": form.kind.value, **_marked(form, card)}
    items = read_items([written], before=earlier, notes=notes)
    item = items[0] if items else None
    if item and before and replace(before.key, effect=item.key.effect) == item.key:
        item = replace(item, key=before.key)
    return ItemReview(item, writing.placed(notes.problems, (card,)))


def to_carry(item: KeyedItem) -> dict[str, Any]:
    """Return an item as plain JSON values, for a page that saves nothing to carry along."""
    return {"body": to_json(item), "key": key_to_json(item.key), "points": item.points}


def carried(data: Any) -> KeyedItem | None:
    """Return the item that `to_carry` wrote; None where it is something else, for it comes from a browser."""
    try:
        return from_json(data["body"], key_from_json(data["key"]), points=int(data["points"]))
    except (KeyError, TypeError, ValueError):
        return None


def with_picture(form: ItemForm, option: str, key: str) -> ItemForm:
    """Return the form with a picture for its question, or for the option of this key."""
    if not option:
        return replace(form, card=replace(form.card, picture=key))
    rows = [
        replace(row, picture=key, alt=row.alt or row.label) if row.key == option else row for row in form.card.options
    ]
    return replace(form, card=replace(form.card, options=tuple(rows)))


def _with_rows(form: ItemForm, least: int) -> ItemForm:
    """Return the form with empty rows for options where its kind has some and none is there."""
    if not form.kind.is_shuffled or form.card.options:
        return form
    rows = tuple(OptionRow(f"n{n}", "") for n in range(1, least + 1))
    return replace(form, card=replace(form.card, options=rows))


def _marked(form: ItemForm, card: QuestionCard) -> dict[str, Any]:
    """Return what is written of an item beside its question, as in a file."""
    places = [n for n, row in enumerate(card.options, start=1) if row.key in form.right]
    answer: object
    match form.kind:
        case Kind.SINGLE:
            answer = "或".join(map(str, places))
        case Kind.MULTIPLE:
            answer = places
        case Kind.TRUTH:
            answer = {"1": True, "2": False}.get(next(iter(form.right), ""))
        case Kind.FILL:
            answer = [line for line in form.variants.splitlines() if line.strip()]
    return {
        "answer": answer,
        "rule": form.rule if form.kind is Kind.MULTIPLE else None,
        "points": form.points,
        "tags": form.tags,
        "difficulty": form.difficulty,
        "explanation": " ".join(form.explanation.split()),
        "lesson": form.lesson,
        "source": form.source,
        "shuffle": form.shuffles,
    }
