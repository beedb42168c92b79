"""Whom a complaint is of."""

from collections.abc import Iterable

from people.rules import Person

_TITLES = ("经理", "主任", "科长", "站长", "组长", "领导")


def named(text: str, everybody: Iterable[Person], near: Iterable[int]) -> set[int]:
    """The colleagues whom a text names: by their whole name, or, of those the shop deals with (`near`), by the family
    name with a title.

    >>> everybody = Person(1, "陈志强", ""), Person(2, "林小燕", "")
    >>> named("我要投诉陈经理", everybody, [1]), named("投诉林小燕", everybody, [1]), named("我要投诉", everybody, [1])
    ({1}, {2}, set())
    """
    nearby = set(near)
    return {
        each.id
        for each in everybody
        if (len(each.name) > 1 and each.name in text)
        or (each.id in nearby and each.name and any(f"{each.name[0]}{title}" in text for title in _TITLES))
    }


def above(supervisors: Iterable[Person], kept: Iterable[int]) -> Person | None:
    """The nearest above whom the complaint is not of; None where there is nobody, and the office has it.

    >>> above([Person(3, "周主任", "")], {1}).name, above([Person(3, "周主任", "")], {1, 3})
    ('周主任', None)
    """
    hidden = set(kept)
    return next((each for each in supervisors if each.id not in hidden), None)
