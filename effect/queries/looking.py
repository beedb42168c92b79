"""Looking at a month: whose it is, as far as the visitor may see it, its state and its measures by service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.collected import Extensions
from console.menu import MenuGroup
from console.rules.visitors import Visitor
from effect.queries import groups
from effect.queries import month as queries
from effect.queries.month import MeasureMonth, MonthState
from effect.rules import changes, figures, months
from effect.rules.changes import MeasureChange
from effect.rules.groups import FactGroup
from effect.rules.sections import ServiceSection, sections
from effect.texts import month as texts
from effect.texts import sentences
from foundation.errors import Refused
from wechat_bot.feature import Feature
from wechat_bot.measure import Measure
from wechat_bot.services import Services

#: Months of a line.
BACK = 12


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Row of a month's table: a measure as people read it, and its line of twelve months."""

    found: MeasureMonth
    change: MeasureChange
    line: tuple[list[str], tuple[float, float] | None]

    @property
    def measure(self) -> Measure:
        """The measure of this row."""
        return self.found.measure


@dataclass(frozen=True, slots=True)
class MonthSection:
    """Section of a month's table: a service, and its measures."""

    service: ServiceSection
    rows: Sequence[MonthRow]

    @property
    def group(self) -> MenuGroup:
        """The service's name and icon."""
        return self.service.group


@dataclass(frozen=True, slots=True)
class MonthView:
    """Month as it is looked at: whose, in which state, and what was measured."""

    month: int
    group: FactGroup
    #: Key of the group in an address; empty for the visitor's own.
    key: str
    state: MonthState
    found: Sequence[MeasureMonth]
    sections: Sequence[MonthSection]
    is_running: bool

    @property
    def steps(self) -> list[MeasureMonth]:
        """The steps from the shop to the certificate that were counted, in order."""
        known = [each for each in self.found if each.measure.step and each.fact]
        return sorted(known, key=lambda each: each.measure.step)


def view(
    session: Session,
    services: Services,
    extensions: Extensions,
    visitor: Visitor,
    given: Mapping[str, str],
    *,
    now: datetime,
) -> MonthView | None:
    """Return the month an address asks for: `month` (2026-10), `of` (area-3). None for a group that is not there, or
    that the visitor may not see. Raises Refused for what is no month, or has not begun."""
    group = groups.chosen(session, visitor, given.get("of", ""))
    if group is None:
        return None
    wanted = month_of(given, services, now=now)
    return of_group(session, services, extensions.features, wanted, group, given.get("of", ""), now=now)


def month_of(given: Mapping[str, str], services: Services, *, now: datetime) -> int:
    """Return the month an address asks for, or the one that runs. Raises Refused where it has not begun."""
    current = months.current(now, services.zone)
    wanted = months.read(given["month"]) if given.get("month") else current
    if wanted > current:
        raise Refused(sentences.NOT_YET.format(texts.month(wanted)))
    return wanted


def of_group(
    session: Session,
    services: Services,
    features: Sequence[Feature],
    month: int,
    group: FactGroup,
    key: str,
    *,
    now: datetime,
) -> MonthView:
    """Return the month of a group of shops."""
    parts = sections(features)
    found = queries.measured(session, month, group, [each for one in parts for each in one.measures], back=BACK)
    by_name = {each.measure.name: each for each in found}
    return MonthView(
        month=month,
        group=group,
        key=key,
        state=queries.state(session, month),
        found=found,
        sections=[
            MonthSection(one, [row(by_name[each.name]) for each in one.measures if not each.is_money]) for one in parts
        ],
        is_running=month == months.current(now, services.zone),
    )


def row(found: MeasureMonth) -> MonthRow:
    """Return the row of a measure."""
    values = [figures.value(found.measure, each) for each in reversed((found.fact, *found.earlier[: BACK - 1]))]
    return MonthRow(found, changes.change(found.measure, found.fact, found.compared), figures.line(values))
