"""Pictures in a survey as it is written or stored: which keys it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from questions.editor.form import Items
from questions.question import Question
from surveys.rules.definition import Definition


def of_json(stored: Any) -> set[str]:
    """Return the keys of all pictures in a definition as it is stored, or in anything written like one.

    >>> sorted(of_json({"questions": [{"picture": {"key": "a", "alt": "-"}, "options": [{"picture": {"key": "b"}}]}]}))
    ['a', 'b']
    """
    if isinstance(stored, Mapping):
        picture = stored.get("picture")
        mine = {str(picture["key"])} if isinstance(picture, Mapping) and picture.get("key") else set()
        return mine.union(*(of_json(each) for key, each in stored.items() if key != "picture"))
    return set().union(*map(of_json, stored)) if isinstance(stored, list | tuple) else set()


def of_items(items: Items) -> list[str]:
    """Return the keys of all pictures in the cards."""
    keys = [key for item in items for key in (item.picture, *(row.picture for row in item.options))]
    return [key for key in keys if key]


def shown(definition: Definition | None) -> dict[str, list[tuple[str, str]]]:
    """Return the pictures of each question by its code, each with its key and what stands below it: what it shows, or
    the option it belongs to."""
    found: dict[str, list[tuple[str, str]]] = {}
    for question in definition.questions if definition else ():
        mine = [(question.picture.key, question.picture.alt)] if question.picture else []
        mine += [(option.picture.key, option.label) for option in question.options if option.picture]
        if mine:
            found[question.code] = mine
    return found


def renamed(items: Items, keys: Mapping[str, str]) -> Items:
    """Return the cards with other keys for their pictures; one without another key loses its picture."""
    return tuple(
        replace(
            item,
            picture=keys.get(item.picture, ""),
            options=tuple(replace(row, picture=keys.get(row.picture, "")) for row in item.options),
        )
        for item in items
    )


def without(definition: Definition) -> Definition:
    """Return the definition without its pictures, as a file holds it."""
    return replace(definition, questions=tuple(map(_bare, definition.questions)))


def carried(definition: Definition, before: Definition) -> Definition:
    """Return the definition with the pictures that the same questions and options had before: a file holds none."""
    old = {question.code: question for question in before.questions}
    return replace(
        definition,
        questions=tuple(
            _with_pictures(each, old[each.code]) if each.code in old else each for each in definition.questions
        ),
    )


def _bare(question: Question) -> Question:
    return replace(question, picture=None, options=tuple(replace(option, picture=None) for option in question.options))


def _with_pictures(question: Question, before: Question) -> Question:
    pictures = {option.code: option.picture for option in before.options}
    options = tuple(replace(option, picture=pictures.get(option.code)) for option in question.options)
    return replace(question, picture=before.picture, options=options)
