"""Shop list filter, and its conditions on `Retailer`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, literal_column, or_, select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from foundation.dialects import among
from foundation.text import folded, phone_number
from people import rules
from people.models import IS_BOUND, IS_THERE, IS_UNBOUND, Retailer
from people.permissions import PEOPLE_PHONES
from people.visibility import looked_after, with_sub_areas, within

#: Shops that are found by one phone: a chain gives the same one for several.
MOST_OF_A_PHONE = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The last microsecond that a moment can have.
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
#: Digits of such a number.
LONGEST_MOMENT = 18


@dataclass(frozen=True, slots=True)
class ShopFilter:
    """Filter of the shop list."""

    search: str = ""
    area_id: int | None = None
    class_id: int | None = None
    is_bound: bool | None = None
    manager_id: int | None = None
    #: Moment of a roster import, in microseconds: the shops it brought or changed last.
    brought: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_licence(self) -> bool:
        """Whether the search is for a licence or its beginning, and not for a name."""
        sought = rules.plain(self.search)
        return sought.isascii() and sought.isdigit() and len(sought) > 5

    @property
    def is_search(self) -> bool:
        """Whether the search is for names."""
        return bool(rules.plain(self.search)) and not self.is_licence


def conditions(session: Session, visitor: Visitor, narrowed: ShopFilter, today: date) -> list[ColumnElement[bool]]:
    """The conditions on `Retailer` of a filter and of what the visitor may see."""
    found = without_names(session, visitor, narrowed, today)
    return [*found, sought(narrowed.search, Retailer)] if narrowed.is_search else found


def without_names(session: Session, visitor: Visitor, narrowed: ShopFilter, today: date) -> list[ColumnElement[bool]]:
    """The conditions without the search for names; a search for a licence is included."""
    mine = within(session, visitor, today=today)
    found = [IS_THERE] if mine is None else [IS_THERE, mine]
    if narrowed.area_id is not None:
        found.append(Retailer.area_id.in_(sorted(with_sub_areas(session, [narrowed.area_id]))))
    if narrowed.class_id is not None:
        found.append(Retailer.class_id == narrowed.class_id)
    if narrowed.manager_id is not None:
        found.append(looked_after(session, narrowed.manager_id))
    if narrowed.brought is not None:
        found.append(Retailer.updated_at == moment(narrowed.brought))
    if narrowed.is_bound is not None:
        words = IS_BOUND if narrowed.is_bound else IS_UNBOUND
        found.append(literal_column(words.replace("openid", "retailer.openid")))
    if narrowed.is_licence:
        number = rules.plain(narrowed.search)
        theirs = _of_phone(session, visitor, number)
        beginning = among(session, Retailer.id, theirs) if theirs else licences(number, Retailer.licence)
        found += [] if beginning is None else [beginning]
    return found


def _of_phone(session: Session, visitor: Visitor, number: str) -> Sequence[int]:
    """The ids of the shops with exactly this phone, for a visitor who may see phones; nobody else finds out by it.

    Read first and not joined: a planner would look for either a licence or a phone by reading all shops.
    """
    if not visitor.may(PEOPLE_PHONES) or phone_number(number) is None:
        return []
    return session.scalars(select(Retailer.id).where(Retailer.phone == number).limit(MOST_OF_A_PHONE)).all()


def moment(microseconds: int) -> datetime:
    """The moment of an import, from its number in an address."""
    return _EPOCH + timedelta(microseconds=min(microseconds, _LATEST))


def number_of(at: datetime) -> int:
    """The number of a moment, as addresses have it.

    >>> moment(number_of(datetime(2026, 11, 30, 6, 5, 4, 321, UTC)))
    datetime.datetime(2026, 11, 30, 6, 5, 4, 321, tzinfo=datetime.timezone.utc)
    """
    return (at - _EPOCH) // timedelta(microseconds=1)


def sought(search: str, shop: Any) -> ColumnElement[bool]:
    """Condition on the beginning of the licence or a part of the names. Never on a part of the phone, which could be
    found out digit by digit; a whole one is looked up by who may see it (`_of_phone`)."""
    text = rules.plain(search)
    beginning = licences(text, shop.licence)
    return named(text, shop) if beginning is None else or_(beginning, named(text, shop))


def named(sought: str, shop: Any) -> ColumnElement[bool]:
    """Condition on a part of the names, ignoring width and case."""
    return cast(ColumnElement[bool], shop.names.contains(folded(sought), autoescape=True))


def licences(sought: str, licence: Any) -> ColumnElement[bool] | None:
    """Condition on the beginning of the licence; None where no licence can begin like this."""
    start = sought.upper()
    if not (start.isascii() and start.isalnum()):
        return None
    # A range, because LIKE would not use the index; Z sorts after every character of a licence.
    return and_(licence >= start, licence <= start.ljust(33, "Z"))
