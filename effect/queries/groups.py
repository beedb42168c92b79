"""Groups of shops whose month somebody may look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from effect.models.months import FactBy
from effect.rules.groups import COMPANY, FactGroup
from people import visibility
from people.models import Area, Manager, ShopClass
from people.visibility import with_sub_areas

_TABLES: Mapping[FactBy, type[Area | ShopClass | Manager]] = {
    FactBy.AREA: Area,
    FactBy.CLASS: ShopClass,
    FactBy.MANAGER: Manager,
}
#: Choices of each kind: more are found by an area's own page, or by an address.
MOST = 300
KINDS = {FactBy.AREA: "片区", FactBy.CLASS: "客户类型", FactBy.MANAGER: "客户经理"}


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """Choice of a group: its key in an address (area-3), and what people call it."""

    key: str
    label: str


def choices(session: Session, visitor: Visitor) -> Mapping[str, Sequence[GroupChoice]]:
    """Return what a visitor can choose, by kind: areas, classes and managers whose figures they may see."""
    found = {}
    for by, table in _TABLES.items():
        seen = _seen(session, visitor, table)
        named = select(table.id, table.name).order_by(table.name, table.id).limit(MOST)
        rows = session.execute(named if seen is None else named.where(table.id.in_(sorted(seen)))).all()
        if rows:
            found[KINDS[by]] = [GroupChoice(f"{by}-{row.id}", row.name) for row in rows]
    return found


def chosen(session: Session, visitor: Visitor, key: str) -> FactGroup | None:
    """Return the group of this key (`area-3`), or a visitor's own where it is empty; None where they may not see it, or
    there is none."""
    kind, _, number = key.partition("-")
    if not key:
        return own(session, visitor)
    table = _TABLES.get(FactBy(kind)) if kind in set(FactBy) else None
    if table is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    seen = _seen(session, visitor, table)
    name = session.scalar(select(table.name).where(table.id == int(number)))
    if name is None or (seen is not None and int(number) not in seen):
        return None
    return _group(session, FactBy(kind), int(number), name)


def supervised(session: Session, manager_id: int) -> FactGroup | None:
    """Return the area a customer manager heads in which there are others, the largest of them; None for one who heads
    none of those."""
    headed = session.execute(select(Area.id, Area.name).where(Area.manager_id == manager_id).order_by(Area.id)).all()
    found = [_group(session, FactBy.AREA, row.id, row.name) for row in headed]
    largest = max(found, key=lambda each: len(each.members), default=None)
    return largest if largest is not None and len(largest.members) > 1 else None


def own(session: Session, visitor: Visitor) -> FactGroup | None:
    """Return the group a visitor sees first: the company, their area with those below it, or their own shops; None for
    somebody who sees none."""
    if visitor.is_company_wide:
        return COMPANY
    by, number = FactBy.AREA, visitor.area_id
    if visitor.role is Role.MANAGER:
        by, number = FactBy.MANAGER, visitor.manager_id
    name = session.scalar(select(_TABLES[by].name).where(_TABLES[by].id == number)) if number is not None else None
    return _group(session, by, number, name) if number is not None and name is not None else None


def _group(session: Session, by: FactBy, number: int, name: str) -> FactGroup:
    members = tuple(sorted(with_sub_areas(session, [number]))) if by is FactBy.AREA else (number,)
    return FactGroup(by, members, name)


def _seen(session: Session, visitor: Visitor, table: type[Area | ShopClass | Manager]) -> set[int] | None:
    """The ids whose figures a visitor may see; None for all. Who heads an area sees those below it, and their heads."""
    seen = visibility.groups(session, visitor, table)
    if visitor.role is not Role.MANAGER or not seen or table is ShopClass:
        return seen
    areas = with_sub_areas(session, visibility.groups(session, visitor, Area) or ())
    if table is Area:
        return areas
    heads = session.scalars(select(Area.manager_id).where(Area.id.in_(sorted(areas)), Area.manager_id.is_not(None)))
    return seen | {head for head in heads if head is not None}
