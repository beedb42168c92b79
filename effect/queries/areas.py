"""Areas of a month: the facts of each area within a group of shops."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from effect.models.months import FactBy, MonthFact
from effect.rules import months
from effect.rules.groups import COMPANY, FactGroup
from people.models import Area
from wechat_bot.measure import Fact, Measure


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """Facts of areas in a month and in the month before, by area and measure."""

    names: Mapping[int, str]
    now: Mapping[tuple[int, str], Fact]
    before: Mapping[tuple[int, str], Fact]
    #: The measures that were counted at all, in the month and in the month before.
    counted: tuple[frozenset[str], frozenset[str]]

    def of(self, area_id: int, measure: Measure) -> tuple[Fact | None, Fact | None]:
        """What a measure was in an area, and in the month before; None where it was not counted."""
        nothing, key = Fact(0, 0 if measure.of else None), (area_id, measure.name)
        return (
            self.now.get(key, nothing) if measure.name in self.counted[0] else None,
            self.before.get(key, nothing) if measure.name in self.counted[1] else None,
        )


def names(session: Session, group: FactGroup) -> Mapping[int, str]:
    """Return the areas of a group by name: all of the company, or an area with those below it; none of other groups."""
    if group.by is not FactBy.AREA and group != COMPANY:
        return {}
    named = select(Area.id, Area.name).order_by(Area.name, Area.id)
    rows = session.execute(named if group == COMPANY else named.where(Area.id.in_(group.members)))
    return {row.id: row.name for row in rows}


def facts(session: Session, month: int, group: FactGroup) -> AreaFacts:
    """Return the facts of each area of a group in a month, and in the month before."""
    known, last = names(session, group), months.before(month)
    found: dict[int, dict[tuple[int, str], Fact]] = {month: {}, last: {}}
    counted: dict[int, set[str]] = {month: set(), last: set()}
    among = [] if group == COMPANY else [MonthFact.member_id.in_(group.members)]
    rows = session.execute(
        select(MonthFact.month, MonthFact.by, MonthFact.member_id, MonthFact.measure, MonthFact.n, MonthFact.of).where(
            or_(MonthFact.by == FactBy.WHOLE, and_(MonthFact.by == FactBy.AREA, *among)),
            MonthFact.month.in_((month, last)),
        )
    )
    for row in rows:
        if row.by == FactBy.WHOLE:
            counted[row.month].add(row.measure)
        elif row.member_id in known:
            found[row.month][row.member_id, row.measure] = Fact(row.n, row.of)
    return AreaFacts(known, found[month], found[last], (frozenset(counted[month]), frozenset(counted[last])))
