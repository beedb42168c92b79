"""Organisation chart: areas with their heads and deputies, read once and asked often."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from people.models import Area, Manager
from people.rules import Person
from visits.models.owners import AssignmentReason
from visits.rules import complaints
from visits.rules.routing import Level, OwnerChoice, choose


@dataclass(frozen=True, slots=True)
class OrgChart:
    """Organisation chart: all areas, their parents, and the managers."""

    levels: dict[int, Level]
    parents: dict[int, int | None]
    managers: dict[int, Person]
    away: frozenset[int]
    today: date

    def up(self, area_id: int | None) -> list[Level]:
        """Return an area and those above it. A circle among the parents ends where it closes."""
        found: dict[int, Level] = {}
        while area_id is not None and area_id in self.levels and area_id not in found:
            found[area_id] = self.levels[area_id]
            area_id = self.parents[area_id]
        return list(found.values())

    def choose(self, own_id: int | None, area_id: int | None) -> OwnerChoice:
        """Return who answers for a shop with this manager of its own, in this area."""
        return choose(self.managers.get(own_id or 0), self.up(area_id), self.away, self.today)

    def choose_above(self, area_id: int | None, kept: Collection[int]) -> OwnerChoice:
        """Return who answers for a complaint from this area: never one of the managers it is hidden from."""
        person = complaints.above(self.supervisors(area_id), kept)
        if person is None:
            return OwnerChoice(None, AssignmentReason.POOL, "投诉，上级里没有可以负责的人，等待办公室分派")
        return OwnerChoice(person, AssignmentReason.SUPERVISOR, f"投诉，由上级{person.name}负责")

    def near(self, own_id: int | None, area_id: int | None) -> set[int]:
        """Return whom a shop deals with: its own manager, its area's, and whoever stands in for them today."""
        found = {own_id} if own_id else set()
        for level in self.up(area_id)[:1]:
            found |= {level.head.id} if level.head else set()
            found |= {level.deputy.id} if level.deputy and level.is_on_leave(self.today) else set()
        return found

    def supervisors(self, area_id: int | None, below_id: int | None = None) -> list[Person]:
        """Return who stands above an area today, the nearest first; never `below_id`, nor anybody twice."""
        found: dict[int, Person] = {}
        for level in self.up(area_id)[1:]:
            person = choose(None, [level], self.away, self.today).manager
            if person is not None and person.id != below_id:
                found[person.id] = person
        return list(found.values())

    def tops(self) -> list[Person]:
        """Return who stands above areas and below nobody: they are notified of requests without an owner."""
        above = {parent for parent in self.parents.values() if parent is not None}
        tops = [self.levels[area] for area in sorted(above) if self.parents.get(area) is None]
        people = [choose(None, [level], self.away, self.today).manager for level in tops]
        return list({person.id: person for person in people if person is not None}.values())

    @property
    def absent(self) -> frozenset[int]:
        """The managers who get nothing new today: disabled, or on leave."""
        return self.away | {key for key, person in self.managers.items() if person.is_disabled}


def read(session: Session, today: date) -> OrgChart:
    """Read the organisation chart of today, in two statements. There are some dozens of areas."""
    managers = {
        key: Person(key, name, phone, disabled_at is not None)
        for key, name, phone, disabled_at in session.execute(
            select(Manager.id, Manager.name, Manager.phone, Manager.disabled_at)
        )
    }
    rows = session.execute(
        select(
            Area.id,
            Area.parent_id,
            Area.name,
            Area.manager_id,
            Area.deputy_id,
            Area.deputy_from_on,
            Area.deputy_until_on,
        )
    ).all()
    levels = {
        row.id: Level(
            row.name,
            managers.get(row.manager_id or 0),
            managers.get(row.deputy_id or 0),
            row.deputy_from_on,
            row.deputy_until_on,
        )
        for row in rows
    }
    heads: Sequence[Level] = list(levels.values())
    away = frozenset(level.head.id for level in heads if level.head and level.is_on_leave(today))
    return OrgChart(levels, {row.id: row.parent_id for row in rows}, managers, away, today)
