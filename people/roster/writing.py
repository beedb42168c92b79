"""Writing a roster: all of it or nothing, in the caller's one transaction, a thousand shops at a time."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.text import mask_phone
from people.models import CLASSES, Area, Manager, Retailer, RetailerTag, ShopClass, Tag
from people.roster.checking import Progress, Roster, Row

BATCH = 1000
#: Tables, not classes: the ORM's own bulk insert would look at every row.
RETAILERS, AREAS, MANAGERS, TAGS, SHOP_TAGS = (
    cast(Table, each.__table__) for each in (Retailer, Area, Manager, Tag, RetailerTag)
)
#: One import at a time on PostgreSQL: two that touch the same shops in another order would wait for each other.
ONE_AT_A_TIME = 0x5EED_0001


@dataclass(frozen=True, slots=True)
class Summary:
    """What bringing in a roster does, or did."""

    new: int
    changed: int
    unchanged: int
    new_areas: tuple[str, ...]
    #: Names with masked phones.
    new_managers: tuple[str, ...]
    renamed_managers: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A shop as it stands in the database."""

    id: int
    facts: tuple[str, ...]
    tags: frozenset[str]


@dataclass
class _Count:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    done: int = 0


def foresee(session: Session, roster: Roster, progress: Progress | None = None) -> Summary:
    """What `bring_in` would do now. Only reads."""
    names = _names(session, roster)
    count = _Count()
    for _ in _batches(session, roster, count, progress):
        pass
    return _summary(roster, names, count)


def bring_in(session: Session, roster: Roster, *, now: datetime, progress: Progress | None = None) -> Summary:
    """Make or change the shops of a roster by their licence, with the areas and managers it names.

    A shop keeps its binding and its code, whatever else changes; shops the roster does not name stay as they are.
    Where the roster has a 标签 column, a shop's tags become those of its row. `progress(done, total)` counts shops.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    ensure_classes(session)
    names = _names(session, roster)
    managers = _write_managers(session, roster, names)
    areas = _write_areas(session, roster, names, managers)
    classes = _ids(session, ShopClass.name, ShopClass.id)
    tags = _write_tags(session, roster)
    statement = _statement(session)
    count = _Count()
    for rows, known in _batches(session, roster, count, progress):
        values = [
            {
                "licence": row.licence,
                "shop": row.shop,
                "keeper": row.keeper,
                "phone": row.phone,
                "address": row.address if row.address is not None else _address(known.get(row.licence)),
                "area_id": areas[row.area],
                "class_id": classes[row.class_name],
                "manager_id": managers.get(row.manager_phone),
                "bind_token": secrets.token_urlsafe(12),
                "updated_at": now,
            }
            for row in rows
        ]
        session.execute(statement, values)
        if roster.has_tags:
            _write_shop_tags(session, rows, known, tags)
    return _summary(roster, names, count)


def ensure_classes(session: Session) -> None:
    """Give a fresh database the classes the company begins with. A table that was edited is left as it is."""
    if not session.scalar(select(exists().where(ShopClass.id.is_not(None)))):
        rows = [{"name": name} for name in CLASSES]
        # Two imports may be the first at once.
        session.execute(upsert(session, ShopClass).values(rows).on_conflict_do_nothing())


def _batches(
    session: Session, roster: Roster, count: _Count, progress: Progress | None
) -> Iterator[tuple[list[Row], dict[str, _Known]]]:
    """The rows that are new or changed, a batch at a time, with what is known of their shops; counts them all."""
    rows = roster.rows()
    while batch := list(islice(rows, BATCH)):
        known = _known(session, batch, with_tags=roster.has_tags)
        wanted = []
        for row in batch:
            shop = known.get(row.licence)
            if shop is None:
                count.new += 1
            elif _is_same(row, shop):
                count.unchanged += 1
                continue
            else:
                count.changed += 1
            wanted.append(row)
        if wanted:
            yield wanted, known
        count.done += len(batch)
        if progress:
            progress(count.done, roster.count)


def _known(session: Session, rows: list[Row], *, with_tags: bool) -> dict[str, _Known]:
    found = session.execute(
        select(
            Retailer.licence,
            Retailer.id,
            Retailer.shop,
            Retailer.keeper,
            Retailer.phone,
            Area.name,
            ShopClass.name,
            func.coalesce(Manager.phone, ""),
            Retailer.address,
        )
        .join(Area, Area.id == Retailer.area_id)
        .join(ShopClass)
        .outerjoin(Manager, Manager.id == Retailer.manager_id)
        .where(Retailer.licence.in_([row.licence for row in rows]))
    ).all()
    tags: dict[int, set[str]] = {}
    if with_tags and found:
        ids = [row[1] for row in found]
        for shop, tag in session.execute(
            select(RetailerTag.retailer_id, Tag.name)
            .join(Tag, Tag.id == RetailerTag.tag_id)
            .where(RetailerTag.retailer_id.in_(ids))
        ):
            tags.setdefault(shop, set()).add(tag)
    return {row[0]: _Known(row[1], tuple(row[2:]), frozenset(tags.get(row[1], ()))) for row in found}


def _is_same(row: Row, known: _Known) -> bool:
    facts = (row.shop, row.keeper, row.phone, row.area, row.class_name, row.manager_phone)
    return (
        facts == known.facts[:-1]
        and (row.address is None or row.address == _address(known))
        and (row.tags is None or frozenset(row.tags) == known.tags)
    )


def _address(known: _Known | None) -> str:
    return known.facts[-1] if known else ""


def _statement(session: Session) -> Any:
    # On a conflict the shop keeps its openid, its binding and the code that is printed already.
    statement = upsert(session, RETAILERS)
    kept = ("shop", "keeper", "phone", "address", "area_id", "class_id", "manager_id", "updated_at", "grams", "names")
    statement = statement.on_conflict_do_update(
        index_elements=["licence"], set_={column: statement.excluded[column] for column in kept}
    )
    # With RETURNING SQLAlchemy writes many rows in one statement, and PostgreSQL counts areas once for all of them.
    return statement.returning(RETAILERS.c.id) if session.get_bind().dialect.name == "postgresql" else statement


@dataclass(frozen=True, slots=True)
class _Names:
    """What a roster names that the database does not know, or knows otherwise."""

    new_areas: tuple[str, ...]
    new_managers: dict[str, str]
    renamed: dict[str, str]
    old_names: dict[str, str]


def _names(session: Session, roster: Roster) -> _Names:
    areas = set(session.scalars(select(Area.name)))
    managers = dict(_pairs(session, Manager.phone, Manager.name))
    return _Names(
        new_areas=tuple(area for area in roster.areas if area not in areas),
        new_managers={phone: name for phone, name in roster.managers.items() if phone not in managers},
        renamed={
            phone: name for phone, name in roster.managers.items() if phone in managers and managers[phone] != name
        },
        old_names=managers,
    )


def _write_managers(session: Session, roster: Roster, names: _Names) -> dict[str, int]:
    if names.new_managers:
        values = [{"phone": phone, "name": name} for phone, name in names.new_managers.items()]
        session.execute(upsert(session, MANAGERS).on_conflict_do_nothing(), values)
    for phone, name in names.renamed.items():
        session.execute(update(MANAGERS).where(MANAGERS.c.phone == phone).values(name=name))
    return _ids(session, Manager.phone, Manager.id)


def _write_areas(session: Session, roster: Roster, names: _Names, managers: dict[str, int]) -> dict[str, int]:
    if names.new_areas:
        values = [{"name": name} for name in names.new_areas]
        session.execute(upsert(session, AREAS).on_conflict_do_nothing(), values)
    # An area that has a manager keeps it: the roster names shops' managers, staff name areas'.
    chosen = [{"area": area, "head": managers[phone]} for area, phone in roster.areas.items() if phone]
    if chosen:
        session.execute(
            update(AREAS)
            .where(AREAS.c.name == bindparam("area"), AREAS.c.manager_id.is_(None))
            .values(manager_id=bindparam("head")),
            chosen,
        )
    return _ids(session, Area.name, Area.id)


def _write_tags(session: Session, roster: Roster) -> dict[str, int]:
    if roster.tags:
        values = [{"name": name} for name in sorted(roster.tags)]
        session.execute(upsert(session, TAGS).on_conflict_do_nothing(), values)
    return _ids(session, Tag.name, Tag.id)


def _write_shop_tags(session: Session, rows: list[Row], known: dict[str, _Known], tags: dict[str, int]) -> None:
    rows = [
        row
        for row in rows
        if frozenset(row.tags or ()) != (known[row.licence].tags if row.licence in known else frozenset())
    ]
    if not rows:
        return
    changed = Retailer.licence.in_([row.licence for row in rows])
    shops = dict(_pairs(session, Retailer.licence, Retailer.id, changed))
    session.execute(delete(RetailerTag).where(RetailerTag.retailer_id.in_(shops.values())))
    values = [{"tag_id": tags[tag], "retailer_id": shops[row.licence]} for row in rows for tag in row.tags or ()]
    if values:
        session.execute(insert(SHOP_TAGS), values)


def _ids(session: Session, name: Any, key: Any) -> dict[str, int]:
    return dict(_pairs(session, name, key))


def _pairs(session: Session, first: Any, second: Any, *conditions: Any) -> Iterator[tuple[Any, Any]]:
    return ((row[0], row[1]) for row in session.execute(select(first, second).where(*conditions)))


def _summary(roster: Roster, names: _Names, count: _Count) -> Summary:
    return Summary(
        count.new,
        count.changed,
        count.unchanged,
        names.new_areas,
        tuple(f"{name} {mask_phone(phone)}" for phone, name in names.new_managers.items()),
        tuple(f"{names.old_names[phone]} → {name} {mask_phone(phone)}" for phone, name in names.renamed.items()),
        roster.notices,
    )
