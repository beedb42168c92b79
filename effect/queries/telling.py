"""Telling: what changed most in a month, for the better and for the worse, among a group of shops and its areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from effect.models.months import FactBy
from effect.queries import areas
from effect.queries.month import MeasureMonth
from effect.rules import changes
from effect.rules.groups import COMPANY, FactGroup
from wechat_bot.measure import Fact, Measure

#: Areas that are compared; of a group with more, only the whole is.
MOST_AREAS = 300


@dataclass(frozen=True, slots=True)
class Told:
    """Change worth telling: of a measure, in an area or in the whole group that is looked at (`area` is empty)."""

    measure: Measure
    fact: Fact
    before: Fact
    clearness: float
    area: str = ""
    area_id: int = 0

    @property
    def is_better(self) -> bool:
        """Whether it changed for the better."""
        return self.clearness > 0


def told(session: Session, month: int, group: FactGroup, found: Sequence[MeasureMonth]) -> list[Told]:
    """Return the clearest change for the worse and the clearest one for the better, the worse first; those that may be
    chance are left out."""
    compared = {each.measure.name: each.measure for each in found if each.fact and each.compared}
    all_of_them = [
        Told(each.measure, each.fact, each.compared, changes.clearness(each.measure, each.fact, each.compared))
        for each in found
        if each.fact and each.compared
    ]
    all_of_them += _of_areas(session, month, group, compared)
    clear = sorted((each for each in all_of_them if abs(each.clearness) >= changes.CLEAR), key=lambda it: it.clearness)
    if not clear:
        return []
    ends = [clear[0]] if not clear[0].is_better else []
    return ends + ([clear[-1]] if clear[-1].is_better else [])


def _of_areas(session: Session, month: int, group: FactGroup, compared: Mapping[str, Measure]) -> list[Told]:
    if group.by is not FactBy.AREA and group != COMPANY:
        return []
    found = areas.facts(session, month, group)
    if not 1 < len(found.names) <= MOST_AREAS:
        return []
    return [
        Told(measure, fact, before, changes.clearness(measure, fact, before), name, area_id)
        for area_id, name in found.names.items()
        for measure in compared.values()
        for fact, before in (found.compared(area_id, measure),)
    ]
