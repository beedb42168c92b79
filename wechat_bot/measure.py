"""Measure of what a feature brought about: facts that add up over areas, classes and customer managers, for any
period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, Label, Select, func, literal, select
from sqlalchemy.orm import Session

from foundation.clock import Period

#: Unit of measures that count money: they say what was saved.
YUAN = "元"


@dataclass(frozen=True, slots=True)
class Remedy:
    """Remedy where a measure stands badly: a page of the console, or shops to write to (by the criteria of an audience,
    narrowed to the area in question)."""

    words: str
    endpoint: str = ""
    whom: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure: a number, or a share of another number.

    `facts(session, period)` builds a select with the columns of `columns`, a row for each thing that is counted or for
    a group of them. What happens is counted by a moment that is never moved, so that months add up to a year; a measure
    of how things stand (`is_state`) is counted at the period's end, or now where that is to come.
    """

    name: str
    #: What is counted, as people say it (交回的调查).
    label: str
    facts: Callable[[Session, Period], Select[Any]]
    #: What `n` counts in (份, 家).
    unit: str = ""
    #: What it is a share of (发放); empty where it is a plain number.
    of: str = ""
    is_state: bool = False
    #: Whether what it is a share of tells how things stood (who followed, what was open): that is not counted again
    #: for a month that is closed.
    is_of_state: bool = False
    is_less_better: bool = False
    #: Neither more nor less of it is better (how many requests came).
    is_neutral: bool = False
    #: Place among the measures of its feature.
    order: int = 50
    #: Whether it stands on the front page: two of a feature at most.
    is_headline: bool = False
    #: Place among the steps from the shop to the certificate; 0 where it is none. A step counts shops.
    step: int = 0
    remedies: Sequence[Remedy] = ()
    #: What one event adds to `of`, where events come out by degrees: 10,000 of a sheet that is so many hundredths good.
    per: int = 1
    #: Whether it is known of the company only: of no area, class or manager it says anything.
    is_of_company: bool = False
    #: Whether it only helps to judge another measure: it stands on no page.
    is_aid: bool = False

    @property
    def is_money(self) -> bool:
        """Whether it says what was saved: `n` in yuan, of so many times a price (`of` 1,284 家, ¥30 each)."""
        return self.unit == YUAN


@dataclass(frozen=True, slots=True)
class Fact:
    """Count of a measure, and what it is a share of; None where nothing of it was there to be counted."""

    n: int
    of: int | None = None

    @property
    def share(self) -> float | None:
        """The share from 0 to 1; None where there is nothing to be a share of.

        >>> Fact(3, 4).share, Fact(3).share, Fact(0, 0).share
        (0.75, None, None)
        """
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class FactCell:
    """Counts of a measure in one area, class and customer manager; 0 where there is none, or nobody knows."""

    area_id: int
    class_id: int
    manager_id: int
    fact: Fact


def columns(
    area_id: Any = None, class_id: Any = None, manager_id: Any = None, *, n: Any = 1, of: Any = None
) -> tuple[Label[Any], ...]:
    """Return the columns of a measure's facts: to whom each belongs, how much it counts, and of how much."""
    values = {"area_id": area_id, "class_id": class_id, "manager_id": manager_id, "n": n, "of": of}
    return tuple(_expression(value).label(name) for name, value in values.items())


def cells(session: Session, measure: Measure, period: Period) -> list[FactCell]:
    """Count a measure in a period, by area, class and customer manager; in one statement."""
    facts = measure.facts(session, period).subquery().c
    groups = [func.coalesce(each, 0) for each in (facts.area_id, facts.class_id, facts.manager_id)]
    found = select(*groups, func.sum(facts.n), func.sum(facts.of)).group_by(*groups)
    rows = session.execute(found).all()
    return [FactCell(row[0], row[1], row[2], _fact(measure, row[3], row[4])) for row in rows]


def total(session: Session, measure: Measure, period: Period) -> Fact:
    """Count a measure of the whole company in a period."""
    facts = measure.facts(session, period).subquery().c
    n, of = session.execute(select(func.sum(facts.n), func.sum(facts.of))).one()
    return _fact(measure, n, of)


def _fact(measure: Measure, n: Any, of: Any) -> Fact:
    return Fact(int(n or 0), int(of or 0) if measure.of else None)


def _expression(value: Any) -> Any:
    if value is None:
        return literal(None, Integer)
    return literal(value, Integer) if isinstance(value, int) else value
