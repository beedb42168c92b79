"""Audience form model: converts a specification to a list of criteria and groups, and back.

Rows have addresses: `0`, `1`, and `1.0` for the first row of group 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from foundation.errors import Refused
from people.criteria import SHOWN
from wechat_bot.criterion import CriterionForm, Field, Input

MODES = {"all": "全部符合", "any": "符合任意一条", "none": "一条也不符合"}


@dataclass(frozen=True, slots=True)
class FilledCriterion:
    """Filled-in criterion; without a name where none was chosen yet."""

    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """Group of criteria of which all, any or none must hold."""

    mode: str = "all"
    items: "tuple[FilledCriterion | Group, ...]" = ()


def from_spec(spec: Any) -> Group | None:
    """A specification as criteria and groups of one level; None where it has another structure.

    >>> from_spec({"class": ["现代终端"], "any": [{"tag": "老店"}, {"bound": False}]}).items[1].mode
    'any'
    >>> from_spec({"all": [{"any": [{"none": [{"tag": "老店"}]}]}]}) is None
    True
    """
    if not isinstance(spec, Mapping) or not spec:
        return None
    if len(spec) == 1 and (only := _group(spec)) is not None:
        return only
    items = [_item({name: value}) for name, value in spec.items()]
    return None if None in items else Group("all", tuple(item for item in items if item is not None))


def to_spec(group: Group, criteria: Mapping[str, CriterionForm]) -> dict[str, Any]:
    """The specification of a filled-in form. Raises `Refused`, in the words of the form, where it is empty or a row is
    not filled in."""
    if not group.items:
        raise Refused("还没有条件，或有一组是空的。请至少加一条，不用的组请删去。")
    return {group.mode: [_written(item, criteria) for item in group.items]}


def edit(group: Group, wish: str) -> Group:
    """Add or remove a row: `add`, `group`, `add:1` into a group, `remove:1.0`.

    >>> edit(edit(Group(), "group"), "add:0").items[0].items
    (FilledCriterion(name='', value=None), FilledCriterion(name='', value=None))
    """
    verb, _, address = wish.partition(":")
    if verb == "group":
        return replace(group, items=(*group.items, Group("any", (FilledCriterion(),))))
    if verb not in ("add", "remove"):
        return group
    place, _, inner = address.partition(".")
    index = int(place) if place.isascii() and place.isdigit() else None
    if verb == "add" and index is None:
        return replace(group, items=(*group.items, FilledCriterion()))
    if index is None or index >= len(group.items):
        return group
    item = group.items[index]
    if isinstance(item, Group) and (inner or verb == "add"):
        return _put(group, index, edit(item, f"{verb}:{inner}" if inner else "add"))
    return replace(group, items=group.items[:index] + group.items[index + 1 :]) if verb == "remove" else group


def filled(value: Any, each: Field) -> tuple[Any, ...]:
    """The part of a criterion's value for one of its fields."""
    if each.name:
        value = value.get(each.name) if isinstance(value, Mapping) else None
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _item(spec: Any) -> FilledCriterion | Group | None:
    if not isinstance(spec, Mapping) or not spec:
        return None
    if len(spec) == 1:
        (name, value), *_ = spec.items()
        if name not in MODES:
            return FilledCriterion(str(name), value)
    group = _group(spec) if len(spec) == 1 else from_spec(spec)
    is_flat = group is not None and not any(isinstance(item, Group) for item in group.items)
    return group if is_flat else None


def _group(spec: Mapping[str, Any]) -> Group | None:
    (mode, value), *_ = spec.items()
    if mode not in MODES:
        return None
    items = [_item(each) for each in (value if isinstance(value, list) else [value])]
    return None if not items or None in items else Group(mode, tuple(item for item in items if item is not None))


def _written(item: FilledCriterion | Group, criteria: Mapping[str, CriterionForm]) -> dict[str, Any]:
    if isinstance(item, Group):
        return to_spec(item, criteria)
    criterion = criteria.get(item.name)
    if criterion is None:
        raise Refused("有一条还没有选条件，请选好或删去这一条。")
    for each in criterion.fields:
        values = filled(item.value, each)
        if not values and not each.is_optional:
            raise Refused(f"“{criterion.label}”还没有选好，请选好或删去这一条。")
        if values and each.input is Input.NUMBER and not isinstance(values[0], int):
            raise Refused(f"“{criterion.label}”里要填整数，不能是“{str(values[0])[:SHOWN]}”。")
    if item.value is None:
        raise Refused(f"“{criterion.label}”还没有填，请填好或删去这一条。")
    return {item.name: item.value}


def _put(group: Group, index: int, item: Group) -> Group:
    return replace(group, items=(*group.items[:index], item, *group.items[index + 1 :]))
