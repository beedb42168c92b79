"""Criteria form: choices of each row, filled-in values, and their description in words.

The builder of saved audiences has rows to add and remove (`read`, `Loader.rows`); it works without JavaScript, because
its buttons request the page with one row more or less. Other forms have a few fixed criteria (`short`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console.rules.visitors import Visitor
from foundation.errors import Refused
from people import areas
from people.criteria import AREA, SHOWN
from people.models import Audience
from people.picker.shape import MODES, FilledCriterion, Group, filled, from_spec
from wechat_bot.criterion import Choice, CriterionForm, Field, Input

MOST_ROWS = 50
YES = "yes"
#: Separators of words, which are usually written one a line.
_BETWEEN = re.compile(r"[\s,，、;；|｜/／]+")


@dataclass(frozen=True, slots=True)
class ShownField:
    """Form field as shown on the page."""

    field: Field
    #: Name of the form field.
    name: str
    #: Filled-in values: the chosen choices, or the text of a number.
    values: tuple[Any, ...]
    choices: tuple[Choice, ...]
    #: Chosen values that do not exist any more.
    gone: tuple[Any, ...]
    answers: tuple[str, str]

    @property
    def text(self) -> str:
        """The text of a text field."""
        return "\n".join(map(str, self.values))

    @property
    def is_of_use(self) -> bool:
        """Whether the field has choices or a chosen value."""
        return self.field.choices is None or bool(self.choices or self.values)


@dataclass(frozen=True, slots=True)
class PickerRow:
    """Form row: a criterion, or a group with rows of its own."""

    address: str
    criterion: str = ""
    fields: tuple[ShownField, ...] = ()
    mode: str = ""
    rows: "tuple[PickerRow, ...]" = ()


def offered(criteria: Mapping[str, CriterionForm]) -> dict[str, CriterionForm]:
    """The criteria to choose from: those that have a form, and saved audiences."""
    return {name: each for name, each in {**criteria, SAVED.name: SAVED}.items() if each.fields}


def read(form: MultiDict[str, str], criteria: Mapping[str, CriterionForm]) -> Group:
    """Read the form, complete or not. Raises `Refused` for too many rows: leaving one out could include more shops."""
    addresses = form.getlist("row")
    if len(addresses) > MOST_ROWS:
        raise Refused(f"条件太多，最多 {MOST_ROWS} 条。可以先存成几个对象，再合起来用。")
    return Group(_mode(form.get("mode", "")), tuple(_read_rows(form, criteria, addresses)))


@dataclass
class Loader:
    """Loader of choices; each list is read once, however many rows show it."""

    session: Session
    criteria: Mapping[str, CriterionForm]
    #: The visitor, who is offered only the areas they may see.
    visitor: Visitor | None = None
    _known: dict[tuple[Any, ...], tuple[Choice, ...]] = field(default_factory=dict)

    def rows(self, group: Group, within: str = "") -> tuple[PickerRow, ...]:
        """The rows of a group, with all their choices."""
        return tuple(self._row(item, f"{within}{number}") for number, item in enumerate(group.items))

    def lines(self, spec: Any) -> tuple[str, list[str]]:
        """A specification in words: how many of its lines must hold, where there are several, and the lines. One that
        the builder cannot show is given as written."""
        group = from_spec(spec)
        if group is None:
            return "", [yaml.safe_dump(spec, allow_unicode=True, sort_keys=False, default_flow_style=True).strip()]
        is_plain = len(group.items) == 1 and group.mode != "none"
        return "" if is_plain else MODES[group.mode], self._lines(group)

    def sentence(self, spec: Any) -> str:
        """A specification in words, in one line."""
        mode, lines = self.lines(spec)
        return "；".join(lines) if mode in ("", MODES["all"]) else f"{mode}：{'；'.join(lines)}"

    def _lines(self, group: Group) -> list[str]:
        return [self._words(item) for item in group.items]

    def _row(self, item: FilledCriterion | Group, address: str) -> PickerRow:
        if isinstance(item, Group):
            return PickerRow(address, mode=item.mode, rows=self.rows(item, f"{address}."))
        criterion = self.criteria.get(item.name)
        return PickerRow(address, item.name) if criterion is None else self.row(criterion, item.value, address)

    def row(self, criterion: CriterionForm, value: Any, address: str) -> PickerRow:
        """The row of one criterion, with filled-in values and all choices."""
        fields = tuple(self._shown(criterion, value, each, address) for each in criterion.fields)
        # A field that depends on a choice not made yet would be an empty list.
        fields = tuple(each for each in fields if not each.field.follows or each.choices or each.values)
        return PickerRow(address, criterion.name, fields)

    def _shown(self, criterion: CriterionForm, value: Any, each: Field, address: str) -> ShownField:
        values = filled(value, each)
        choices = self._choices(criterion, each, value)
        known = {str(choice.value) for choice in choices}
        gone = tuple(value for value in values if str(value) not in known) if each.choices else ()
        name = _form_name(address, criterion, each, value)
        return ShownField(each, name, values, choices, gone, criterion.answers)

    def _choices(self, criterion: CriterionForm, each: Field, value: Any) -> tuple[Choice, ...]:
        if each.choices is None:
            return ()
        given = value if isinstance(value, Mapping) and each.follows else {}
        key = (
            criterion.name,
            each.name,
            *sorted((name, str(said)) for name, said in given.items() if name != each.name),
        )
        if key not in self._known:
            self._known[key] = tuple(self._seen(criterion, each.choices(self.session, given)))
        return self._known[key]

    def _seen(self, criterion: CriterionForm, choices: Sequence[Choice]) -> Sequence[Choice]:
        if criterion.name != AREA or self.visitor is None or self.visitor.is_company_wide:
            return choices
        mine = {name for _, name in areas.names(self.session, self.visitor)}
        return [choice for choice in choices if choice.value in mine]

    def _words(self, item: FilledCriterion | Group) -> str:
        if isinstance(item, Group):
            return f"{MODES[item.mode]}：{'；'.join(self._lines(item))}"
        criterion = self.criteria.get(item.name)
        if criterion is None:
            return f"“{item.name[:SHOWN]}”（没有这种条件了）"
        if criterion.says is not None:
            return criterion.says(self.session, item.value)
        said = [self._said(criterion, each, item.value) for each in criterion.fields if filled(item.value, each)]
        return f"{criterion.label}：{'，'.join(said)}"

    def _said(self, criterion: CriterionForm, each: Field, value: Any) -> str:
        values = filled(value, each)
        if each.input is Input.YES_NO:
            return criterion.answers[0 if values[0] is True else 1]
        if each.input is Input.NUMBER:
            return f"{each.label} {values[0]} {each.unit}"
        labels = {str(choice.value): choice.label for choice in self._choices(criterion, each, value)}
        words = "、".join(labels.get(str(one), f"{one}（没有了）") for one in values)
        return f"《{words}》" if each.input is Input.ONE and not each.follows and each.name else words


def _mode(text: str) -> str:
    return text if text in MODES else "all"


def _read_rows(
    form: MultiDict[str, str], criteria: Mapping[str, CriterionForm], addresses: Sequence[str]
) -> list[FilledCriterion | Group]:
    found: list[FilledCriterion | Group] = []
    for address in (each for each in addresses if "." not in each):
        if f"{address}-mode" in form:
            inner = [each for each in addresses if each.startswith(f"{address}.")]
            conditions = tuple(_read_condition(form, criteria, each) for each in inner)
            found.append(Group(_mode(form[f"{address}-mode"]), conditions))
        else:
            found.append(_read_condition(form, criteria, address))
    return found


def _read_condition(form: MultiDict[str, str], criteria: Mapping[str, CriterionForm], address: str) -> FilledCriterion:
    criterion = criteria.get(form.get(f"{address}-criterion", ""))
    return FilledCriterion() if criterion is None else read_condition(form, criterion, address)


def read_condition(form: MultiDict[str, str], criterion: CriterionForm, address: str) -> FilledCriterion:
    """Read one criterion from the form; its value is None where nothing was filled in."""
    given: dict[str, Any] = {}
    for each in criterion.fields:
        said = _read_field(form, _form_name(address, criterion, each, given), each)
        if said is not None and not each.name:
            return FilledCriterion(criterion.name, said)
        if said is not None:
            given[each.name] = said
    return FilledCriterion(criterion.name, given or None)


def _read_field(form: MultiDict[str, str], name: str, each: Field) -> Any:
    # PostgreSQL cannot store NUL in a text.
    texts = [text for given in form.getlist(name) for text in [given.replace("\0", "")] if text.strip()]
    if not texts:
        return None
    if each.input is Input.YES_NO:
        return texts[0] == YES
    if each.input is Input.LINES:
        return [part for part in _BETWEEN.split(texts[0]) if part] or None
    is_number = each.is_number or each.input is Input.NUMBER
    # An invalid number is kept as written: the criterion refuses it with a sentence.
    values = [
        int(text) if is_number and text.isascii() and text.isdigit() and len(text) < 10 else text for text in texts
    ]
    return values if each.input is Input.MANY else values[0]


def _form_name(address: str, criterion: CriterionForm, each: Field, value: Any) -> str:
    """The name of a form field. A dependent field has the other's value in its name, so that its own value is dropped
    when the other changes."""
    name = f"{address}-{criterion.name}-{each.name}"
    above = value.get(each.follows) if each.follows and isinstance(value, Mapping) else None
    return f"{name}@{above}" if each.follows else name


def _saved_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return [Choice(name, name) for name in session.scalars(select(Audience.name).order_by(Audience.name))]


def _saved_words(session: Session, value: Any) -> str:
    named = value if isinstance(value, list) else [value]
    return f"对象{'、'.join(f'“{str(name)[:SHOWN]}”' for name in named)}"


#: Read by `audiences` itself, which is why it selects nothing of its own.
SAVED = CriterionForm(
    "audience",
    "保存过的对象，是其中一个即可",
    "保存过的对象",
    (Field("是其中一个即可", Input.MANY, _saved_choices),),
    says=_saved_words,
)
SAVED_ONE = replace(SAVED, label="保存的对象", fields=(Field("保存的对象", Input.ONE, _saved_choices),))
