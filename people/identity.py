"""Identity lookup: the shop or customer manager behind an openid, a licence or a code.

Actions, queries and pages all use it, so it imports none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from people import rules
from people.models import ERASED, IS_THERE, Area, BindTries, Manager, Retailer, ShopClass
from people.rules import Person

_own, _head, _deputy = aliased(Manager), aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class Shop:
    """Shop with its area, class and managers."""

    id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    openid: str | None
    area_id: int
    area: str
    class_id: int
    class_name: str
    own: Person | None
    head: Person | None
    deputy: Person | None
    deputy_from_on: date | None
    deputy_until_on: date | None

    @property
    def is_erased(self) -> bool:
        """Whether the shop was erased, so that only its place in the statistics is left."""
        return self.licence.startswith(ERASED)

    @property
    def salutation(self) -> str:
        return rules.salutation(self.keeper)

    @property
    def manager(self) -> Person | None:
        """The shop's manager, whether on leave or not."""
        return rules.manager_in_charge(self.own, self.head, None, None, None, date.min)

    @property
    def manager_name(self) -> str:
        return self.manager.name if self.manager else ""

    @property
    def manager_phone(self) -> str:
        return self.manager.phone if self.manager else ""

    def in_charge(self, today: date) -> Person | None:
        """The manager in charge on this day: the deputy while the area's manager is on leave."""
        return rules.manager_in_charge(
            self.own, self.head, self.deputy, self.deputy_from_on, self.deputy_until_on, today
        )


def select_shops() -> Select[Any]:
    """A select of shops with area, class and managers, in the column order of `read_shop`."""
    columns: tuple[Any, ...] = (
        Retailer.id,
        Retailer.licence,
        Retailer.shop,
        Retailer.keeper,
        Retailer.phone,
        Retailer.openid,
        Retailer.area_id,
        Area.name,
        Retailer.class_id,
        ShopClass.name,
        _own.id,
        _own.name,
        _own.phone,
        _own.disabled_at,
        _head.id,
        _head.name,
        _head.phone,
        _head.disabled_at,
        _deputy.id,
        _deputy.name,
        _deputy.phone,
        _deputy.disabled_at,
        Area.deputy_from_on,
        Area.deputy_until_on,
    )
    return (
        select(*columns)
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .outerjoin(_deputy, _deputy.id == Area.deputy_id)
    )


# Built once, because every message of a follower executes it.
_BY_OPENID = select_shops().where(Retailer.openid == bindparam("value"))
_BY_ID = select_shops().where(Retailer.id == bindparam("value"))
_BY_LICENCE = select_shops().where(Retailer.licence == bindparam("value"))
_BY_TOKEN = select_shops().where(Retailer.bind_token == bindparam("value"))


def shop_of(session: Session, openid: str) -> Shop | None:
    """The shop a follower is bound to, in one statement; None where there is none."""
    return _shop(session, _BY_OPENID, openid)


def shop(session: Session, retailer_id: int) -> Shop | None:
    """A shop by its id."""
    return _shop(session, _BY_ID, retailer_id)


def shop_by_licence(session: Session, licence: str) -> Shop | None:
    """A shop by its licence number in the form of `rules.licence`."""
    return _shop(session, _BY_LICENCE, licence)


def shop_by_token(session: Session, token: str) -> Shop | None:
    """A shop by the token of its printed QR code."""
    return _shop(session, _BY_TOKEN, token)


def bind_token(session: Session, licence: str) -> str | None:
    """The token of a shop's QR code; None where there is no such shop."""
    return session.scalar(select(Retailer.bind_token).where(Retailer.licence == licence))


def manager_of(session: Session, openid: str) -> Person | None:
    """The customer manager that a follower is bound as; None for others."""
    found = session.execute(
        select(Manager.id, Manager.name, Manager.phone, Manager.disabled_at).where(Manager.openid == openid)
    ).first()
    return _person(*found) if found else None


def shops_of_manager(session: Session, manager_id: int) -> int:
    """The number of a customer manager's shops: assigned by the roster, or by area where the roster has no manager."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Retailer)
            .join(Area, Area.id == Retailer.area_id)
            .where(func.coalesce(Retailer.manager_id, Area.manager_id) == manager_id, IS_THERE)
        )
        or 0
    )


def tries_left(session: Session, openid: str, today: date) -> int:
    """The number of wrong pairs or codes this follower may still send today."""
    count = session.scalar(select(BindTries.count).where(BindTries.openid == openid, BindTries.day_on == today))
    return max(rules.TRIES - (count or 0), 0)


def _shop(session: Session, statement: Select[Any], value: str | int) -> Shop | None:
    row = session.execute(statement, {"value": value}).first()
    return read_shop(row) if row else None


def read_shop(row: Sequence[Any]) -> Shop:
    """Make a shop from a row of `select_shops`."""
    facts: Sequence[Any] = (*row[:10], _person(*row[10:14]), _person(*row[14:18]), _person(*row[18:22]), *row[22:])
    return Shop(*facts)


def _person(key: int | None, name: str, phone: str, disabled_at: datetime | None) -> Person | None:
    return None if key is None else Person(key, name, phone, disabled_at is not None)
