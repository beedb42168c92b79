"""Audience criterion: a question about retailers that any feature can declare, and how a form asks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session


class Input(Enum):
    """Kind of input of a criterion's field."""

    ONE = "one"
    MANY = "many"
    YES_NO = "yes_no"
    NUMBER = "number"
    #: Typed words, one a line.
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Choice:
    """Choice of a field: its value in the specification, and its label."""

    value: str | int
    label: str
    #: Depth in a tree of choices.
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """Form field of a criterion.

    `name` is its key in the criterion's value; a field without a name is the whole value. `choices(session, given)`
    loads what may be chosen in one statement, where `given` holds what the fields before it say. With `follows`, the
    choices are those of what the named field says: another choice there empties this one.
    """

    label: str
    input: Input
    choices: Callable[[Session, Mapping[str, Any]], Sequence[Choice]] | None = None
    name: str = ""
    follows: str = ""
    #: Unit shown after a number.
    unit: str = ""
    #: Whether the choices are stored as numbers.
    is_number: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class CriterionForm:
    """Form of a criterion: its name in a specification, what it asks, and the fields to fill in.

    One with a label and fields can be filled in; `answers` are the words a field with yes and no is answered by.
    """

    name: str
    explain: str
    label: str = ""
    fields: Sequence[Field] = ()
    answers: tuple[str, str] = ("是", "否")
    #: A value in words, where the label with what was chosen would not say it well.
    says: Callable[[Session, Any], str] | None = None


@dataclass(frozen=True, slots=True)
class Criterion(CriterionForm):
    """Question about retailers that narrows an audience: `select(session, value, now)` gives those it is true of, as a
    select of their ids, or as a condition on `people.models.Retailer`, with which a list can stop early.

    `select` raises `Refused` with a sentence where the value makes no sense. Its `now` is told on the company's clock,
    so that `now.date()` is the company's day.
    """

    select: Callable[[Session, Any, datetime], Select[int] | ColumnElement[bool]] = field(kw_only=True)
    #: The specification of the shops it asks this of, where it is of some; for a value that `select` has not refused.
    among: Callable[[Session, Any], Mapping[str, Any]] | None = None

    def on_clock(self, zone: ZoneInfo) -> "Criterion":
        """The criterion with `now` given in the company's time zone."""
        select = self.select
        return replace(self, select=lambda session, value, now: select(session, value, now.astimezone(zone)))


@dataclass(frozen=True, slots=True)
class KeptSpec:
    """Audience specification that a feature keeps and will read again, and what it belongs to: 调查《…》."""

    title: str
    spec: Any
