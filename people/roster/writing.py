"""Roster import writer: finds the new and changed rows, and writes them in small parts."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from console.actions import accounts
from foundation.database import upsert
from foundation.dialects import returning_many, table_of
from foundation.text import mask_phone
from people.models import CLASSES, Area, Manager, ManagerChange, Retailer, RetailerTag, ShopClass, Tag
from people.roster.checking import Progress, Roster
from people.roster.comparing import KnownShop, RowCounts, Watch, batches
from people.roster.row_reader import RosterRow
from people.roster.twins import KnownNames, same

#: Rows of a part; they take some hundredths of a second to write.
PART = 100
#: Number of tags that take as long to write as a row.
ROW = 5
#: Tables and not model classes: the ORM's bulk insert would process every row.
RETAILERS, AREAS, MANAGERS, TAGS, SHOP_TAGS, CLASSES_TABLE, CHANGES = (
    table_of(each) for each in (Retailer, Area, Manager, Tag, RetailerTag, ShopClass, ManagerChange)
)


@dataclass(frozen=True, slots=True)
class Summary:
    """Import summary: what a roster import changes, or has changed."""

    new: int
    changed: int
    unchanged: int
    #: Shops among the changed that move to another area.
    moved: int
    new_areas: tuple[str, ...]
    new_classes: tuple[str, ...]
    #: Names of new managers with masked phones.
    new_managers: tuple[str, ...]
    renamed_managers: tuple[str, ...]
    notices: tuple[str, ...]
    #: Names nobody has said anything of that may be meant for ones we know.
    twins: tuple["Twin", ...]


@dataclass(frozen=True, slots=True)
class Twin:
    """Name in a roster that we do not know, and the one we know that it may be meant for."""

    #: Field of `Means` that an answer belongs to: areas, classes, managers.
    kind: str
    #: The name, or of a manager the phone, as the roster has it, and of the one that is likely meant.
    said: str
    like: str
    shown: str
    like_shown: str
    #: Rows with it; 0 where they are not counted.
    rows: int


#: Part of an import: managers, areas, tags and rows to be written together, as JSON values.
Part = dict[str, Any]


class RosterPlan:
    """Import plan: what a roster would change now, first managers, areas and tags, then shops in batches. Only reads.

    Writing a part cannot fail: every row was checked, and managers, areas or tags deleted meanwhile are created again.
    """

    def __init__(
        self, session: Session, roster: Roster, progress: Progress | None = None, watch: Watch | None = None
    ) -> None:
        self._session, self._roster, self._progress, self._watch = session, roster, progress, watch
        self._names, self._counts = _names(session, roster), RowCounts()

    def parts(self) -> Iterator[Part]:
        """The parts in the order of writing. `progress(done, total)` counts shops."""
        names = self._names
        # An area keeps its manager: the roster sets managers of shops, staff set those of areas.
        areas = [[area, phone] for area, phone in self._roster.areas.items() if phone or area in names.new_areas]
        for key, values in (
            ("managers", [*names.new_managers.items(), *names.renamed.items()]),
            ("areas", areas),
            ("tags", sorted(self._roster.tags)),
        ):
            for some in _some(values):
                yield {key: some}
        for rows, known in batches(self._session, self._roster, self._counts, self._progress, self._watch):
            for part in _light([_packed(row, known.get(row.licence)) for row in rows]):
                yield {"rows": part}

    def summary(self) -> Summary:
        """The summary, complete after all parts were read."""
        return _summary(self._roster, self._names, self._counts)


def foresee(session: Session, roster: Roster, progress: Progress | None = None, watch: Watch | None = None) -> Summary:
    """The summary of what a roster import would change now; `watch` is told every change. Only reads."""
    plan = RosterPlan(session, roster, progress, watch)
    for _ in plan.parts():
        pass
    return plan.summary()


def write(session: Session, part: Part, *, now: datetime) -> None:
    """Write one part: create or update shops by their licence, with its areas, managers and tags.

    A shop keeps its binding and QR code; shops missing from the roster are not changed. Where the roster has a 标签
    column, a shop's tags are replaced by those of its row.
    """
    if managers := part.get("managers"):
        statement = upsert(session, MANAGERS)
        statement = statement.on_conflict_do_update(index_elements=["phone"], set_={"name": statement.excluded.name})
        session.execute(statement, [{"phone": phone, "name": name} for phone, name in managers])
        named = _pairs(session, Manager.id, Manager.name, Manager.phone.in_([phone for phone, _ in managers]))
        accounts.name_managers(session, dict(named))
    if areas := part.get("areas"):
        _write_areas(session, areas, now)
    if tags := part.get("tags"):
        session.execute(upsert(session, TAGS).on_conflict_do_nothing(), [{"name": name} for name in tags])
    if rows := part.get("rows"):
        _write_rows(session, [RosterRow(*row) for row in rows], now)


def ensure_classes(session: Session) -> None:
    """Insert the default shop classes into a new database. A table with rows is left unchanged."""
    if not session.scalar(select(exists().where(ShopClass.id.is_not(None)))):
        rows = [{"name": name} for name in CLASSES]
        # Two first imports may run at the same time.
        session.execute(upsert(session, ShopClass).values(rows).on_conflict_do_nothing())


def _packed(row: RosterRow, known: KnownShop | None) -> RosterRow:
    """A row as stored in a part, without tags where they do not change."""
    is_same = row.tags is not None and frozenset(row.tags) == (known.tags if known else frozenset())
    return row._replace(tags=None) if is_same else row


def _write_rows(session: Session, rows: list[RosterRow], now: datetime) -> None:
    areas = _made(session, AREAS, {row.area for row in rows})
    classes = _made(session, CLASSES_TABLE, {row.class_name for row in rows})
    phones = {row.manager_phone for row in rows}
    managers = dict(_pairs(session, Manager.phone, Manager.id, Manager.phone.in_(phones)))
    values = [
        {
            "licence": row.licence,
            "shop": row.shop,
            "keeper": row.keeper,
            "phone": row.phone,
            "address": row.address or "",
            "area_id": areas[row.area],
            "class_id": classes[row.class_name],
            "manager_id": managers.get(row.manager_phone),
            "bind_token": secrets.token_urlsafe(12),
            "updated_at": now,
        }
        for row in rows
    ]
    before = _in_charge(session, [row.licence for row in rows])
    session.execute(_statement(session, with_address=rows[0].address is not None), values)
    _note_changes(session, before, _in_charge(session, before), now)
    tagged = {row.licence: row.tags for row in rows if row.tags is not None}
    if tagged:
        _write_shop_tags(session, tagged)


def _in_charge(session: Session, licences: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """The ids of shops, each with that of its manager."""
    manager_id = func.coalesce(Retailer.manager_id, Area.manager_id)
    found = select(Retailer.licence, Retailer.id, manager_id).join(Area, Area.id == Retailer.area_id)
    rows = session.execute(found.where(Retailer.licence.in_(list(licences))))
    return {licence: (shop, manager) for licence, shop, manager in rows}


def _note_changes(
    session: Session,
    before: dict[str, tuple[int, int | None]],
    after: dict[str, tuple[int, int | None]],
    now: datetime,
) -> None:
    changes = [
        {"at": now, "retailer_id": shop, "from_id": was, "to_id": after[licence][1]}
        for licence, (shop, was) in before.items()
        if after[licence][1] != was
    ]
    if changes:
        session.execute(insert(CHANGES), changes)


def _made(session: Session, table: Table, names: set[str]) -> dict[str, int]:
    """The ids of rows with these names, which are created where missing."""
    found = dict(_pairs(session, table.c.name, table.c.id, table.c.name.in_(names)))
    if missing := names - found.keys():
        session.execute(upsert(session, table).on_conflict_do_nothing(), [{"name": name} for name in sorted(missing)])
        found = dict(_pairs(session, table.c.name, table.c.id, table.c.name.in_(names)))
    return found


def _statement(session: Session, *, with_address: bool) -> Any:
    # On conflict the shop keeps its openid, its binding and its printed code.
    statement = upsert(session, RETAILERS)
    kept = ["shop", "keeper", "phone", "area_id", "class_id", "manager_id", "updated_at", "grams", "names"]
    kept += ["address"] if with_address else []
    statement = statement.on_conflict_do_update(
        index_elements=["licence"], set_={column: statement.excluded[column] for column in kept}
    )
    # With RETURNING, SQLAlchemy inserts many rows in one statement, so that the triggers for area counts run once.
    return returning_many(session, statement, RETAILERS.c.id)


@dataclass(frozen=True, slots=True)
class _Names:
    """Managers, areas and tags of a roster that are new or have changed."""

    new_areas: tuple[str, ...]
    new_managers: dict[str, str]
    renamed: dict[str, str]
    old_names: dict[str, str]
    twins: tuple[Twin, ...]


def _names(session: Session, roster: Roster) -> _Names:
    areas = set(session.scalars(select(Area.name)))
    managers = dict(_pairs(session, Manager.phone, Manager.name))
    return _Names(
        twins=(*_area_twins(roster, areas), *_class_twins(roster), *_manager_twins(roster, managers)),
        new_areas=tuple(area for area in roster.areas if area not in areas),
        new_managers={phone: name for phone, name in roster.managers.items() if phone not in managers},
        renamed={
            phone: name for phone, name in roster.managers.items() if phone in managers and managers[phone] != name
        },
        old_names=managers,
    )


def _area_twins(roster: Roster, areas: set[str]) -> Iterator[Twin]:
    """The new areas that may be one we know, or one of the roster that more of its rows have."""
    known = KnownNames(areas)
    for area, rows in sorted(roster.area_rows.items(), key=lambda each: -each[1]):
        if area in areas:
            continue
        if area not in roster.met.areas and (like := known.twin(area)):
            yield Twin("areas", area, like, area, like, rows)
        known.add(area)


def _class_twins(roster: Roster) -> Iterator[Twin]:
    for said, (like, rows) in roster.unsure_classes.items():
        yield Twin("classes", said, like, said, like, rows)


def _manager_twins(roster: Roster, managers: dict[str, str]) -> Iterator[Twin]:
    """The new managers with the name of one we know, whose phone is another one."""
    known = {same(name): phone for phone, name in managers.items()}
    for phone, name in roster.managers.items():
        if phone in managers or phone in roster.met.managers or (like := known.get(same(name))) is None:
            continue
        yield Twin("managers", phone, like, f"{name} {phone}", f"{managers[like]} {like}", 0)


def _write_areas(session: Session, areas: list[list[str]], now: datetime) -> None:
    known = _made(session, AREAS, {area for area, _ in areas})
    phones = {phone for _, phone in areas if phone}
    managers = dict(_pairs(session, Manager.phone, Manager.id, Manager.phone.in_(phones)))
    chosen = [{"area": area, "head": managers[phone]} for area, phone in areas if phone in managers]
    if chosen:
        names = [each["area"] for each in chosen]
        without = set(session.scalars(select(Area.name).where(Area.name.in_(names), Area.manager_id.is_(None))))
        heads = [each for each in chosen if each["area"] in without]
        changes = [{"at": now, "area_id": known[each["area"]], "to_id": each["head"]} for each in heads]
        if changes:
            session.execute(insert(CHANGES), changes)
        session.execute(
            update(AREAS)
            .where(AREAS.c.name == bindparam("area"), AREAS.c.manager_id.is_(None))
            .values(manager_id=bindparam("head")),
            chosen,
        )


def _write_shop_tags(session: Session, tagged: dict[str, Sequence[str]]) -> None:
    tags = _made(session, TAGS, {tag for each in tagged.values() for tag in each})
    shops = dict(_pairs(session, Retailer.licence, Retailer.id, Retailer.licence.in_(tagged)))
    session.execute(delete(RetailerTag).where(RetailerTag.retailer_id.in_(shops.values())))
    values = [{"tag_id": tags[tag], "retailer_id": shops[shop]} for shop, each in tagged.items() for tag in each]
    if values:
        session.execute(insert(SHOP_TAGS), values)


def _some(values: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(values[at : at + PART]) for at in range(0, len(values), PART))


def _light(rows: list[RosterRow]) -> Iterator[list[RosterRow]]:
    """Rows split into parts; a part with many tags has fewer rows, so that it takes equally long."""
    part, weight = list[RosterRow](), 0
    for row in rows:
        more = ROW + len(row.tags or ())
        if part and weight + more > PART * ROW:
            yield part
            part, weight = [], 0
        part.append(row)
        weight += more
    if part:
        yield part


def _pairs(session: Session, first: Any, second: Any, *conditions: Any) -> Iterator[tuple[Any, Any]]:
    return ((row[0], row[1]) for row in session.execute(select(first, second).where(*conditions)))


def _summary(roster: Roster, names: _Names, counts: RowCounts) -> Summary:
    return Summary(
        counts.new,
        counts.changed,
        counts.unchanged,
        counts.moved,
        names.new_areas,
        tuple(said for said, meant in roster.met.classes.items() if not meant),
        tuple(f"{name} {mask_phone(phone)}" for phone, name in names.new_managers.items()),
        tuple(f"{names.old_names[phone]} → {name} {mask_phone(phone)}" for phone, name in names.renamed.items()),
        roster.notices,
        names.twins,
    )
