"""Audience picker in short, for a form about something else: all shops, or those that meet a few criteria at once.

A page keeps one `Picker` that says what it offers. In the view of its form:

    PICKER = Picker(("class", "area", "audience"), everybody="全部店")

    picked = short.read(PICKER, request.values, services.criteria)     # what the form says so far; judges nothing
    picked = short.of_spec(PICKER, kept_spec, services.criteria)       # or what was kept
    spec = picked.spec                                                 # for the action; `Refused` where nothing is said
    offer = short.offer(session, PICKER, picked, services.criteria, visitor)            # for the template
    words = short.words(session, spec, services.criteria, everybody=PICKER.everybody)   # for people
    short.mark(spec)                        # for a hidden field: are these still the shops whose number was shown?

and in its template (`people/_picker.html`; `in_wechat` for pages inside WeChat):

    {% from "people/_picker.html" import picker %}  {{ picker(offer) }}

A link that comes with something chosen says it as the form does: `url_for(…, **short.query("visit_due", "plan", 3))`.
An action turns the specification into shops with `audiences.condition`, and adds what the writer may see.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console.rules.visitors import Visitor
from foundation.errors import Refused
from people.audiences import Spec
from people.picker import form
from people.picker.form import Loader, PickerRow
from wechat_bot.criterion import Criterion, Input

ALL, SOME = "all", "some"
#: How the fields of a form begin; the one of this name says whether all are meant, or some.
NAME = "whom"
REST = f"{NAME}-rest"


@dataclass(frozen=True, slots=True)
class Picker:
    """What a form offers."""

    #: Names of criteria, in the order of the form. One that nobody declares is left out.
    criteria: Sequence[str]
    #: What all shops are called; nothing where they cannot be chosen.
    everybody: str = ""
    legend: str = "给哪些店"
    #: What is said where nothing was chosen.
    asks: str = "请选择给哪些店。"


@dataclass(frozen=True, slots=True)
class Picked:
    """What a form says so far."""

    picker: Picker
    whom: str = ""
    #: What was filled in, by criterion.
    values: Mapping[str, Any] = field(default_factory=dict)
    #: What the specification holds that the form has no field for: carried along as it is.
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> Spec:
        """The specification; None where all are meant. Raises `Refused` where nothing was chosen: nobody must never
        become everyone."""
        return None if self.is_all else self.some

    @property
    def some(self) -> Mapping[str, Any]:
        """The same where all cannot be meant."""
        if self.whom != SOME or not self.written:
            raise Refused(self.picker.asks)
        return self.written

    @property
    def written(self) -> Mapping[str, Any] | None:
        """The same for a draft, in which nothing may be chosen yet: that is an empty one."""
        return None if self.is_all else {**self.values, **self.rest}

    @property
    def is_all(self) -> bool:
        return self.whom == ALL and bool(self.picker.everybody)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the template shows."""

    picker: Picker
    whom: str
    rows: tuple[tuple[Criterion, PickerRow], ...]
    #: What has no field here, for a hidden one, and in words.
    rest: str
    rest_words: str


def read(picker: Picker, values: MultiDict[str, str], criteria: Mapping[str, Criterion]) -> Picked:
    """What a form says. Raises `Refused` only for a form that no page of ours has sent."""
    filled = {}
    for criterion in _offered(picker, criteria):
        value = form.read_condition(values, criterion, NAME).value
        if value is not None:
            filled[criterion.name] = value
    return Picked(picker, values.get(NAME, ""), filled, _read_rest(picker, values.get(REST, "")))


def of_spec(picker: Picker, spec: Spec, criteria: Mapping[str, Criterion]) -> Picked:
    """What a form shows of a specification that was kept."""
    if spec is None:
        return Picked(picker, ALL)
    shown = {each.name for each in _offered(picker, criteria) if each.name in spec and _fits(spec[each.name], each)}
    rest = {name: value for name, value in spec.items() if name not in shown}
    return Picked(picker, SOME, {name: value for name, value in spec.items() if name in shown}, rest)


def offer(
    session: Session, picker: Picker, picked: Picked, criteria: Mapping[str, Criterion], visitor: Visitor | None = None
) -> Offer:
    """What there is to choose, and what is chosen. Of a visitor with a part of the areas, no others are offered."""
    loader = Loader(session, form.offered(criteria), visitor)
    rows = ((each, loader.row(each, picked.values.get(each.name), NAME)) for each in _offered(picker, criteria))
    rest = json.dumps(picked.rest, ensure_ascii=False) if picked.rest else ""
    said = loader.sentence(picked.rest) if picked.rest else ""
    # What has nothing to choose from, and nothing chosen, would be an empty list.
    some = tuple((each, row) for each, row in rows if any(shown.is_of_use for shown in row.fields))
    return Offer(picker, picked.whom or (ALL if picker.everybody else SOME), some, rest, said)


def words(session: Session, spec: Spec, criteria: Mapping[str, Criterion], *, everybody: str = "") -> str:
    """A specification in one line of words; `everybody` is what all shops are called."""
    return everybody if spec is None else Loader(session, form.offered(criteria)).sentence(spec)


def mark(spec: Spec) -> str:
    """What a specification is known by: the same for the same shops however they were written down.

    >>> mark(None), mark({"class": ["现代终端"], "area": "城区"}) == mark({"area": "城区", "class": ["现代终端"]})
    ('all', True)
    """
    if spec is None:
        return ALL
    return sha256(json.dumps(spec, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def query(criterion: str, name: str, value: Any) -> dict[str, Any]:
    """What an address says of a form that opens with one field chosen."""
    return {NAME: SOME, f"{NAME}-{criterion}-{name}": value}


def _offered(picker: Picker, criteria: Mapping[str, Criterion]) -> list[Criterion]:
    known = form.offered(criteria)
    return [_in_short(known[name]) for name in picker.criteria if name in known]


def _in_short(criterion: Criterion) -> Criterion:
    """One saved audience is enough here: several are combined in the builder, under a name of their own."""
    return form.SAVED_ONE if criterion.name == form.SAVED.name else criterion


def _fits(value: Any, criterion: Criterion) -> bool:
    """Whether a value is one that the form's fields can show, and would write again."""
    named = {each.name: each for each in criterion.fields}
    if isinstance(value, Mapping):
        return bool(value) and all(name in named and _fits_in(each, named[name].input) for name, each in value.items())
    return "" in named and _fits_in(value, named[""].input)


def _fits_in(value: Any, kind: Input) -> bool:
    if kind in (Input.MANY, Input.LINES) and isinstance(value, list):
        return bool(value) and all(isinstance(each, str | int) for each in value)
    return isinstance(value, bool) if kind is Input.YES_NO else isinstance(value, str | int)


def _read_rest(picker: Picker, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(picker.asks)
    return found
