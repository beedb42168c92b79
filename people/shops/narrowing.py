"""What narrows the list of shops, and what it means as conditions on `Retailer`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, literal_column, or_
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from foundation.text import folded
from people import rules
from people.models import IS_BOUND, IS_THERE, IS_UNBOUND, Retailer
from people.visibility import looked_after, with_sub_areas, within


@dataclass(frozen=True, slots=True)
class ShopFilter:
    """What narrows the list."""

    search: str = ""
    area_id: int | None = None
    class_id: int | None = None
    is_bound: bool | None = None
    manager_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_licence(self) -> bool:
        """Whether a licence is sought, or its beginning, and no name."""
        sought = rules.plain(self.search)
        return sought.isascii() and sought.isdigit() and len(sought) > 5

    @property
    def is_search(self) -> bool:
        """Whether names are sought."""
        return bool(rules.plain(self.search)) and not self.is_licence


def conditions(session: Session, visitor: Visitor, narrowed: ShopFilter, today: date) -> list[ColumnElement[bool]]:
    """What a filter and the visitor's part of the shops mean, as conditions on `Retailer`."""
    found = without_names(session, visitor, narrowed, today)
    return [*found, sought(narrowed.search, Retailer)] if narrowed.is_search else found


def without_names(session: Session, visitor: Visitor, narrowed: ShopFilter, today: date) -> list[ColumnElement[bool]]:
    """The same without the search for names; a licence is no name."""
    mine = within(session, visitor, today=today)
    found = [IS_THERE] if mine is None else [IS_THERE, mine]
    if narrowed.area_id is not None:
        found.append(Retailer.area_id.in_(sorted(with_sub_areas(session, [narrowed.area_id]))))
    if narrowed.class_id is not None:
        found.append(Retailer.class_id == narrowed.class_id)
    if narrowed.manager_id is not None:
        found.append(looked_after(session, narrowed.manager_id))
    if narrowed.is_bound is not None:
        words = IS_BOUND if narrowed.is_bound else IS_UNBOUND
        found.append(literal_column(words.replace("openid", "retailer.openid")))
    if narrowed.is_licence:
        beginning = licences(rules.plain(narrowed.search), Retailer.licence)
        found += [] if beginning is None else [beginning]
    return found


def sought(search: str, shop: Any) -> ColumnElement[bool]:
    """A licence from its beginning, or a part of the names. Not the phone: who may not see it must not try it out."""
    text = rules.plain(search)
    beginning = licences(text, shop.licence)
    return named(text, shop) if beginning is None else or_(beginning, named(text, shop))


def named(sought: str, shop: Any) -> ColumnElement[bool]:
    """A part of the names, in any width and case."""
    return cast(ColumnElement[bool], shop.names.contains(folded(sought), autoescape=True))


def licences(sought: str, licence: Any) -> ColumnElement[bool] | None:
    """A licence from its beginning; None where no licence can begin so."""
    start = sought.upper()
    if not (start.isascii() and start.isalnum()):
        return None
    # A range, because LIKE takes no index; Z sorts behind whatever a licence may hold.
    return and_(licence >= start, licence <= start.ljust(33, "Z"))
