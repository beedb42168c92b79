"""The audience builder: a specification as a form to fill in, conditions in a list with groups among them, and back.

Rows have addresses: `0`, `1`, and `1.0` for the first of group 1. The form works without script: its buttons ask for
one row more or less, and get the page with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from foundation.errors import Refused
from people.criteria import SHOWN
from wechat_bot.feature import Choice, Criterion, Field, Input

MODES = {"all": "全部符合", "any": "符合任意一条", "none": "一条也不符合"}
MOST_ROWS = 50
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Condition:
    """One criterion with what was filled in so far; without a name, nothing was chosen yet."""

    name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, any or none must hold."""

    mode: str = "all"
    items: "tuple[Condition | Group, ...]" = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as the page shows it."""

    field: Field
    #: What it is called in the form.
    name: str
    #: What is filled in: the chosen choices, or the text of a number.
    values: tuple[Any, ...]
    choices: tuple[Choice, ...]
    #: Chosen earlier, and not there any more.
    gone: tuple[Any, ...]
    answers: tuple[str, str]

    @property
    def text(self) -> str:
        return str(self.values[0]) if self.values else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form: a condition, or a group with rows of its own."""

    address: str
    criterion: str = ""
    fields: tuple[Shown, ...] = ()
    mode: str = ""
    rows: "tuple[Row, ...]" = ()


def from_spec(spec: Any) -> Group | None:
    """A specification as conditions and groups of one level; None where it is written in another way.

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


def to_spec(group: Group, criteria: Mapping[str, Criterion]) -> dict[str, Any]:
    """The specification of what was filled in. Raises `Refused`, in the words of the form, where there is nothing, or
    a row is not filled in."""
    if not group.items:
        raise Refused("还没有条件,或有一组是空的。请至少加一条,不用的组请删去。")
    return {group.mode: [_written(item, criteria) for item in group.items]}


def read(form: MultiDict[str, str], criteria: Mapping[str, Criterion]) -> Group:
    """What was filled in, as far as it goes."""
    return Group(_mode(form.get("mode", "")), tuple(_read_rows(form, criteria, form.getlist("row")[:MOST_ROWS])))


def edit(group: Group, wish: str) -> Group:
    """One row more or less: `add`, `group`, `add:1` into a group, `remove:1.0`.

    >>> edit(edit(Group(), "group"), "add:0").items[0].items
    (Condition(name='', value=None), Condition(name='', value=None))
    """
    verb, _, address = wish.partition(":")
    if verb == "group":
        return replace(group, items=(*group.items, Group("any", (Condition(),))))
    if verb not in ("add", "remove"):
        return group
    place, _, inner = address.partition(".")
    index = int(place) if place.isascii() and place.isdigit() else None
    if verb == "add" and index is None:
        return replace(group, items=(*group.items, Condition()))
    if index is None or index >= len(group.items):
        return group
    item = group.items[index]
    if isinstance(item, Group) and (inner or verb == "add"):
        return _put(group, index, edit(item, f"{verb}:{inner}" if inner else "add"))
    return replace(group, items=group.items[:index] + group.items[index + 1 :]) if verb == "remove" else group


@dataclass
class Loader:
    """Loads choices, each list once however many rows show it."""

    session: Session
    criteria: Mapping[str, Criterion]
    _known: dict[tuple[Any, ...], tuple[Choice, ...]] = field(default_factory=dict)

    def rows(self, group: Group, within: str = "") -> tuple[Row, ...]:
        """A group's rows with everything that can be chosen in them."""
        return tuple(self._row(item, f"{within}{number}") for number, item in enumerate(group.items))

    def lines(self, group: Group) -> list[str]:
        """A group in words, a line for each of its items."""
        return [self._words(item) for item in group.items]

    def _row(self, item: Condition | Group, address: str) -> Row:
        if isinstance(item, Group):
            return Row(address, mode=item.mode, rows=self.rows(item, f"{address}."))
        criterion = self.criteria.get(item.name)
        if criterion is None:
            return Row(address, item.name)
        fields = tuple(self._shown(criterion, item, each, address) for each in criterion.fields)
        # What hangs on a choice that was not made yet would be an empty list.
        fields = tuple(each for each in fields if not each.field.follows or each.choices or each.values)
        return Row(address, item.name, fields)

    def _shown(self, criterion: Criterion, condition: Condition, each: Field, address: str) -> Shown:
        values = _values(condition.value, each)
        choices = self._choices(criterion, each, condition.value)
        known = {str(choice.value) for choice in choices}
        gone = tuple(value for value in values if str(value) not in known) if each.choices else ()
        name = _form_name(address, criterion, each, condition.value)
        return Shown(each, name, values, choices, gone, criterion.answers)

    def _choices(self, criterion: Criterion, each: Field, value: Any) -> tuple[Choice, ...]:
        if each.choices is None:
            return ()
        given = value if isinstance(value, Mapping) and each.follows else {}
        key = (
            criterion.name,
            each.name,
            *sorted((name, str(said)) for name, said in given.items() if name != each.name),
        )
        if key not in self._known:
            self._known[key] = tuple(each.choices(self.session, given))
        return self._known[key]

    def _words(self, item: Condition | Group) -> str:
        if isinstance(item, Group):
            return f"{MODES[item.mode]}:{';'.join(self.lines(item))}"
        criterion = self.criteria.get(item.name)
        if criterion is None:
            return f"“{item.name[:SHOWN]}”(没有这种条件了)"
        said = [self._said(criterion, each, item.value) for each in criterion.fields if _values(item.value, each)]
        return f"{criterion.label}:{','.join(said)}"

    def _said(self, criterion: Criterion, each: Field, value: Any) -> str:
        values = _values(value, each)
        if each.input is Input.YES_NO:
            return criterion.answers[0 if values[0] is True else 1]
        if each.input is Input.NUMBER:
            return f"{each.label} {values[0]} {each.unit}"
        labels = {str(choice.value): choice.label for choice in self._choices(criterion, each, value)}
        words = "、".join(labels.get(str(one), f"{one}(没有了)") for one in values)
        return f"《{words}》" if each.input is Input.ONE and not each.follows and each.name else words


def _item(spec: Any) -> Condition | Group | None:
    if not isinstance(spec, Mapping) or not spec:
        return None
    if len(spec) == 1:
        (name, value), *_ = spec.items()
        if name not in MODES:
            return None if name == "audience" else Condition(str(name), value)
    group = _group(spec) if len(spec) == 1 else from_spec(spec)
    is_flat = group is not None and not any(isinstance(item, Group) for item in group.items)
    return group if is_flat else None


def _group(spec: Mapping[str, Any]) -> Group | None:
    (mode, value), *_ = spec.items()
    if mode not in MODES:
        return None
    items = [_item(each) for each in (value if isinstance(value, list) else [value])]
    return None if not items or None in items else Group(mode, tuple(item for item in items if item is not None))


def _written(item: Condition | Group, criteria: Mapping[str, Criterion]) -> dict[str, Any]:
    if isinstance(item, Group):
        return to_spec(item, criteria)
    criterion = criteria.get(item.name)
    if criterion is None:
        raise Refused("有一条还没有选条件,请选好或删去这一条。")
    for each in criterion.fields:
        values = _values(item.value, each)
        if not values and not each.is_optional:
            raise Refused(f"“{criterion.label}”还没有选好,请选好或删去这一条。")
        if values and each.input is Input.NUMBER and not isinstance(values[0], int):
            raise Refused(f"“{criterion.label}”里要填整数,不能是“{str(values[0])[:SHOWN]}”。")
    if item.value is None:
        raise Refused(f"“{criterion.label}”还没有填,请填好或删去这一条。")
    return {item.name: item.value}


def _put(group: Group, index: int, item: Group) -> Group:
    return replace(group, items=(*group.items[:index], item, *group.items[index + 1 :]))


def _mode(text: str) -> str:
    return text if text in MODES else "all"


def _read_rows(
    form: MultiDict[str, str], criteria: Mapping[str, Criterion], addresses: Sequence[str]
) -> list[Condition | Group]:
    found: list[Condition | Group] = []
    for address in (each for each in addresses if "." not in each):
        if f"{address}-mode" in form:
            inner = [each for each in addresses if each.startswith(f"{address}.")]
            conditions = tuple(_read_condition(form, criteria, each) for each in inner)
            found.append(Group(_mode(form[f"{address}-mode"]), conditions))
        else:
            found.append(_read_condition(form, criteria, address))
    return found


def _read_condition(form: MultiDict[str, str], criteria: Mapping[str, Criterion], address: str) -> Condition:
    criterion = criteria.get(form.get(f"{address}-criterion", ""))
    if criterion is None:
        return Condition()
    given: dict[str, Any] = {}
    for each in criterion.fields:
        said = _read_field(form, _form_name(address, criterion, each, given), each)
        if said is not None and not each.name:
            return Condition(criterion.name, said)
        if said is not None:
            given[each.name] = said
    return Condition(criterion.name, given or None)


def _read_field(form: MultiDict[str, str], name: str, each: Field) -> Any:
    texts = [text for text in form.getlist(name) if text.strip()]
    if not texts:
        return None
    if each.input is Input.YES_NO:
        return texts[0] == YES
    is_number = each.is_number or each.input is Input.NUMBER
    # What is no number stays as it was written: the criterion refuses it in words.
    values = [
        int(text) if is_number and text.isascii() and text.isdigit() and len(text) < 10 else text for text in texts
    ]
    return values if each.input is Input.MANY else values[0]


def _form_name(address: str, criterion: Criterion, each: Field, value: Any) -> str:
    """What a field is called in the form. One that follows another carries the other's value in its name: with another
    choice there, what stood here is not found again."""
    name = f"{address}-{criterion.name}-{each.name}"
    above = value.get(each.follows) if each.follows and isinstance(value, Mapping) else None
    return f"{name}@{above}" if each.follows else name


def _values(value: Any, each: Field) -> tuple[Any, ...]:
    if each.name:
        value = value.get(each.name) if isinstance(value, Mapping) else None
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
