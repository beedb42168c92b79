"""Which shops somebody may see in the console. What is left out by mistake is hidden, never shown."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from console.rules import Role, Visitor
from people import rules
from people.models import Area, Retailer


def scope(session: Session, visitor: Visitor, *, today: date) -> Select[int] | None:
    """The ids of the retailers this visitor may see, as a select to build on; None where it is all of them."""
    condition = within(session, visitor, today=today)
    if condition is None:
        return None
    return select(Retailer.id).join(Area, Area.id == Retailer.area_id).where(condition)


def within(session: Session, visitor: Visitor, *, today: date) -> ColumnElement[bool] | None:
    """The same as a condition, for a statement that joins `Retailer` and `Area` already.

    A customer manager sees the shops they look after, and on the days of a leave those they stand in for.
    """
    if visitor.is_company_wide:
        return None
    if visitor.role is Role.MANAGER:
        if visitor.manager_id is None:
            return false()
        is_leave = and_(
            or_(Area.deputy_from_on.is_not(None), Area.deputy_until_on.is_not(None)),
            or_(Area.deputy_from_on.is_(None), Area.deputy_from_on <= today),
            or_(Area.deputy_until_on.is_(None), Area.deputy_until_on >= today),
        )
        is_the_heads = or_(Retailer.manager_id.is_(None), Retailer.manager_id == Area.manager_id)
        return or_(
            func.coalesce(Retailer.manager_id, Area.manager_id) == visitor.manager_id,
            and_(Area.deputy_id == visitor.manager_id, is_leave, is_the_heads),
        )
    areas = area_ids(session, visitor)
    return Retailer.area_id.in_(sorted(areas)) if areas else false()


def area_ids(session: Session, visitor: Visitor) -> set[int] | None:
    """The areas this visitor may see whole; None where it is all of them. Nobody's area is no area."""
    if visitor.is_company_wide:
        return None
    if visitor.area_id is None:
        return set()
    parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
    return rules.with_sub_areas(parents, [visitor.area_id])
