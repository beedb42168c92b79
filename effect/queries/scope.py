"""Scope of a visitor in effect: the moves, shops and recipients of campaigns whose figures they may see."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from people import visibility
from people.models import Area, ShopClass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a visitor sees: areas, or the shops of one manager; both None for the whole company."""

    areas: frozenset[int] | None = None
    manager_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole company."""
        return self.areas is None and self.manager_id is None

    def among(self, table: Any) -> list[ColumnElement[bool]]:
        """The conditions on a table that keeps area and manager with what happened."""
        if self.manager_id is not None:
            return [table.manager_id == self.manager_id]
        return [] if self.areas is None else [table.area_id.in_(sorted(self.areas)) if self.areas else false()]


def of(session: Session, visitor: Visitor) -> Scope:
    """Return the scope of a visitor; somebody without an area sees nothing."""
    if visitor.is_company_wide:
        return Scope()
    if visitor.role is Role.MANAGER:
        return Scope(manager_id=visitor.manager_id or 0)
    return Scope(areas=frozenset(visibility.area_ids(session, visitor) or ()))


def groups(session: Session, visitor: Visitor, of: type[Area | ShopClass]) -> Collection[int] | None:
    """Return the areas or classes whose facts a visitor may see, all of them; None for all. A manager's part of an area
    is not kept."""
    return set() if visitor.role is Role.MANAGER else visibility.groups(session, visitor, of)
