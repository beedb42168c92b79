"""Short audience picker within other forms: all shops, or those that meet a few criteria.

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

A link with a choice already made: `url_for(…, **short.query("visit_due", "plan", 3))`. An action turns the
specification into shops with `audiences.condition`, and adds what the visitor may see.
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
from wechat_bot.criterion import CriterionForm, Input

ALL, SOME = "all", "some"
#: Prefix of the form fields; the field of this name tells whether all or some shops are meant.
NAME = "whom"
REST = f"{NAME}-rest"


@dataclass(frozen=True, slots=True)
class Picker:
    """Configuration of a picker: what its form offers."""

    #: Names of criteria, in the order of the form. A name that no feature declares is left out.
    criteria: Sequence[str]
    #: Label for all shops; empty where all cannot be chosen.
    everybody: str = ""
    legend: str = "给哪些店"
    #: Sentence of the refusal where nothing was chosen.
    asks: str = "请选择给哪些店。"


@dataclass(frozen=True, slots=True)
class Picked:
    """Picked audience: the state of a form."""

    picker: Picker
    whom: str = ""
    #: Filled-in values by criterion.
    values: Mapping[str, Any] = field(default_factory=dict)
    #: Parts of the specification that the form has no field for: kept unchanged.
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> Spec:
        """The specification; None for all shops. Raises `Refused` where nothing was chosen: an empty choice must never
        mean everyone."""
        return None if self.is_all else self.some

    @property
    def some(self) -> Mapping[str, Any]:
        """The specification where "all" cannot be chosen."""
        if self.whom != SOME or not self.written:
            raise Refused(self.picker.asks)
        return self.written

    @property
    def written(self) -> Mapping[str, Any] | None:
        """The specification of a draft; empty where nothing was chosen yet."""
        return None if self.is_all else {**self.values, **self.rest}

    @property
    def is_all(self) -> bool:
        return self.whom == ALL and bool(self.picker.everybody)


@dataclass(frozen=True, slots=True)
class Offer:
    """Values for the picker's template."""

    picker: Picker
    whom: str
    rows: tuple[tuple[CriterionForm, PickerRow], ...]
    #: The parts without a field, for a hidden field, and in words.
    rest: str
    rest_words: str


def read(picker: Picker, values: MultiDict[str, str], criteria: Mapping[str, CriterionForm]) -> Picked:
    """Read a posted form. Raises `Refused` only for a form that our pages cannot have sent."""
    filled = {}
    for criterion in _offered(picker, criteria):
        value = form.read_condition(values, criterion, NAME).value
        if value is not None:
            filled[criterion.name] = value
    return Picked(picker, values.get(NAME, ""), filled, _read_rest(picker, values.get(REST, "")))


def of_spec(picker: Picker, spec: Spec, criteria: Mapping[str, CriterionForm]) -> Picked:
    """The form's state for a stored specification."""
    if spec is None:
        return Picked(picker, ALL)
    shown = {each.name for each in _offered(picker, criteria) if each.name in spec and _fits(spec[each.name], each)}
    rest = {name: value for name, value in spec.items() if name not in shown}
    return Picked(picker, SOME, {name: value for name, value in spec.items() if name in shown}, rest)


def offer(
    session: Session,
    picker: Picker,
    picked: Picked,
    criteria: Mapping[str, CriterionForm],
    visitor: Visitor | None = None,
) -> Offer:
    """The choices and the chosen values; only areas that the visitor may see are offered."""
    loader = Loader(session, form.offered(criteria), visitor)
    rows = ((each, loader.row(each, picked.values.get(each.name), NAME)) for each in _offered(picker, criteria))
    rest = json.dumps(picked.rest, ensure_ascii=False) if picked.rest else ""
    said = loader.sentence(picked.rest) if picked.rest else ""
    # A field without choices and without a chosen value would be an empty list.
    some = tuple((each, row) for each, row in rows if any(shown.is_of_use for shown in row.fields))
    return Offer(picker, picked.whom or (ALL if picker.everybody else SOME), some, rest, said)


def words(session: Session, spec: Spec, criteria: Mapping[str, CriterionForm], *, everybody: str = "") -> str:
    """A specification in one line of words; `everybody` is the label for all shops."""
    return everybody if spec is None else Loader(session, form.offered(criteria)).sentence(spec)


def mark(spec: Spec) -> str:
    """The fingerprint of a specification: the same for equal specifications, however they were written.

    >>> mark(None), mark({"class": ["现代终端"], "area": "城区"}) == mark({"area": "城区", "class": ["现代终端"]})
    ('all', True)
    """
    if spec is None:
        return ALL
    return sha256(json.dumps(spec, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def query(criterion: str, name: str, value: Any) -> dict[str, Any]:
    """The query parameters of a link that opens a form with one field chosen."""
    return {NAME: SOME, f"{NAME}-{criterion}-{name}": value}


def query_of(spec: Spec) -> dict[str, Any]:
    """The query parameters of a link that opens a form with a whole audience chosen, whatever fields the form has."""
    return {NAME: ALL} if spec is None else {NAME: SOME, REST: json.dumps(spec, ensure_ascii=False)}


def _offered(picker: Picker, criteria: Mapping[str, CriterionForm]) -> list[CriterionForm]:
    known = form.offered(criteria)
    return [_in_short(known[name]) for name in picker.criteria if name in known]


def _in_short(criterion: CriterionForm) -> CriterionForm:
    """The criterion with a single choice for saved audiences: several are combined in the builder."""
    return form.SAVED_ONE if criterion.name == form.SAVED.name else criterion


def _fits(value: Any, criterion: CriterionForm) -> bool:
    """Whether the form's fields can show a value and give it back unchanged."""
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
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(picker.asks)
    return found
