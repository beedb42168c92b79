"""Visibility of shops: which shops a visitor of the console may see. By default a shop is hidden."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from people import rules
from people.models import IS_THERE, Area, Manager, Retailer, ShopClass


def scope(session: Session, visitor: Visitor, *, today: date) -> Select[int] | None:
    """The ids of the retailers this visitor may see, as a select to build on; None where it is all of them."""
    condition = within(session, visitor, today=today)
    if condition is None:
        return None
    return select(Retailer.id).where(condition)


def within(session: Session, visitor: Visitor, *, today: date) -> ColumnElement[bool] | None:
    """The shops this visitor may see, as a condition on `Retailer`.

    A customer manager sees the shops they look after, and on the days of a leave those they stand in for.
    """
    if visitor.is_company_wide:
        return None
    if visitor.role is Role.MANAGER:
        return false() if visitor.manager_id is None else looked_after(session, visitor.manager_id, today)
    areas = area_ids(session, visitor)
    return Retailer.area_id.in_(sorted(areas)) if areas else false()


def part(session: Session, visitor: Visitor, today: date) -> list[str] | None:
    """The names of the parts this visitor sees: areas, or a manager and the areas they answer for; None for all."""
    if visitor.is_company_wide:
        return None
    if visitor.role is not Role.MANAGER:
        return [f"area:{area_id}" for area_id in sorted(area_ids(session, visitor) or ())]
    if visitor.manager_id is None:
        return []
    answers_for = _answers_for(session, visitor.manager_id, today)
    return [f"manager:{visitor.manager_id}", *(f"area:{area_id}" for area_id, _ in answers_for)]


def looked_after(session: Session, manager_id: int, today: date | None = None) -> ColumnElement[bool]:
    """The shops of a customer manager, as a condition on `Retailer`; with a day also those they are deputy for then."""
    # The few areas are read first: with their ids in the condition, each part of it can use an index.
    parts: list[ColumnElement[bool]] = [Retailer.manager_id == manager_id]
    for area_id, head_id in _answers_for(session, manager_id, today):
        parts.append(and_(Retailer.area_id == area_id, Retailer.manager_id.is_(None)))
        if head_id not in (None, manager_id):
            parts.append(and_(Retailer.area_id == area_id, Retailer.manager_id == head_id))
    return and_(or_(*parts), IS_THERE)


def _answers_for(session: Session, manager_id: int, today: date | None) -> list[tuple[int, int | None]]:
    """The areas of a customer manager, with a day also those they are deputy for then; each with its manager."""
    stands_in: ColumnElement[bool] = false()
    if today is not None:
        is_leave = and_(
            or_(Area.deputy_from_on.is_not(None), Area.deputy_until_on.is_not(None)),
            or_(Area.deputy_from_on.is_(None), Area.deputy_from_on <= today),
            or_(Area.deputy_until_on.is_(None), Area.deputy_until_on >= today),
        )
        stands_in = and_(Area.deputy_id == manager_id, is_leave)
    theirs = or_(Area.manager_id == manager_id, stands_in)
    rows = session.execute(select(Area.id, Area.manager_id).where(theirs).order_by(Area.id))
    return [(row[0], row[1]) for row in rows]


def area_ids(session: Session, visitor: Visitor) -> set[int] | None:
    """The ids of the areas this visitor may see entirely; None for all. Without an area it is none."""
    if visitor.is_company_wide:
        return None
    if visitor.area_id is None:
        return set()
    return with_sub_areas(session, [visitor.area_id])


def groups(session: Session, visitor: Visitor, of: type[Area | Manager | ShopClass]) -> set[int] | None:
    """The ids of the areas, managers or classes whose figures this visitor may see; None for all. Classes are
    company-wide, and only for a visitor who sees everything."""
    if visitor.is_company_wide:
        return None
    if of is ShopClass:
        return set()
    if visitor.role is Role.MANAGER:
        if visitor.manager_id is None:
            return set()
        if of is Manager:
            return {visitor.manager_id}
        return set(session.scalars(select(Area.id).where(Area.manager_id == visitor.manager_id)))
    areas = area_ids(session, visitor) or set()
    if of is Area:
        return areas
    heads = session.scalars(select(Area.manager_id).where(Area.id.in_(areas), Area.manager_id.is_not(None)))
    return {head for head in heads if head is not None}


def with_sub_areas(session: Session, wanted: Iterable[int]) -> set[int]:
    """The ids of these areas and all areas below them."""
    parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
    return rules.with_sub_areas(parents, wanted)
