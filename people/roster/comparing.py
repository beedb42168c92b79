"""Comparison of a roster's rows with the stored shops: what is new, what changes from what to what, what stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.text import mask_phone
from people.models import Area, Manager, Retailer, RetailerTag, ShopClass, Tag
from people.roster.checking import Progress, Roster
from people.roster.headings import ADDRESS, AREA, CLASS, KEEPER, MANAGER, PHONE, SHOP, TAGS
from people.roster.row_reader import RosterRow

BATCH = 1000
NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
#: Fields of a row in the order of `KnownShop.facts`; the manager is compared by phone and told by name.
_FACTS = (SHOP, KEEPER, PHONE, AREA, CLASS, MANAGER, ADDRESS)


@dataclass(frozen=True, slots=True)
class KnownShop:
    """Shop as stored in the database: shop, keeper, phone, area, class, manager's phone, address; and its tags."""

    id: int
    facts: tuple[str, ...]
    tags: frozenset[str]

    @property
    def address(self) -> str:
        return self.facts[-1]


@dataclass
class RowCounts:
    """Numbers of rows compared, by what becomes of them; those that move to another area are among the changed."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0
    done: int = 0


class ShopChange(NamedTuple):
    """What a row does to its shop: each field with what it was and what it will be."""

    kind: str
    licence: str
    shop: str
    is_moved: bool
    fields: Sequence[tuple[str, str, str]]


#: Is told of every row what kind of change it is, and its stored shop, in the order of the file.
Watch = Callable[[str, RosterRow, KnownShop | None], None]


def batches(
    session: Session,
    roster: Roster,
    counts: RowCounts,
    progress: Progress | None,
    watch: Watch | None,
) -> Iterator[tuple[list[RosterRow], dict[str, KnownShop]]]:
    """Batches of the new or changed rows, with their stored shops; counts all rows, and tells `watch` of them."""
    rows = roster.rows()
    while batch := list(islice(rows, BATCH)):
        known = _known(session, batch, with_tags=roster.has_tags)
        wanted = []
        for row in batch:
            kind = _count(row, known.get(row.licence), counts)
            if kind != UNCHANGED:
                wanted.append(row)
            if watch:
                watch(kind, row, known.get(row.licence))
        if wanted:
            yield wanted, known
        counts.done += len(batch)
        if progress:
            progress(counts.done, roster.count)


def _count(row: RosterRow, shop: KnownShop | None, counts: RowCounts) -> str:
    if shop is None:
        counts.new += 1
        return NEW
    if _is_same(row, shop):
        counts.unchanged += 1
        return UNCHANGED
    counts.changed += 1
    counts.moved += row.area != shop.facts[3]
    return CHANGED


def change(kind: str, row: RosterRow, shop: KnownShop | None, managers: Mapping[str, str]) -> ShopChange:
    """What a row does to its shop. `managers` are the names by phone."""
    if kind == UNCHANGED:
        return ShopChange(kind, row.licence, row.shop, False, ())
    before = shop.facts if shop else ("",) * len(_FACTS)
    address = before[-1] if row.address is None else row.address
    after = (row.shop, row.keeper, row.phone, row.area, row.class_name, row.manager_phone, address)
    fields = [
        (name, *(_told(name, was, managers), _told(name, will, managers)))
        for name, was, will in zip(_FACTS, before, after, strict=True)
        if was != will
    ]
    tags = shop.tags if shop else frozenset()
    if row.tags is not None and frozenset(row.tags) != tags:
        fields.append((TAGS, "、".join(sorted(tags)), "、".join(row.tags)))
    return ShopChange(kind, row.licence, row.shop, shop is not None and before[3] != row.area, fields)


def _told(name: str, value: str, managers: Mapping[str, str]) -> str:
    """A value as it is told: a manager by name and the ends of the phone."""
    return f"{managers.get(value, '')} {mask_phone(value)}".strip() if name == MANAGER and value else value


def _known(session: Session, rows: list[RosterRow], *, with_tags: bool) -> dict[str, KnownShop]:
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
    return {row[0]: KnownShop(row[1], tuple(row[2:]), frozenset(tags.get(row[1], ()))) for row in found}


def _is_same(row: RosterRow, known: KnownShop) -> bool:
    facts = (row.shop, row.keeper, row.phone, row.area, row.class_name, row.manager_phone)
    return (
        facts == known.facts[:-1]
        and (row.address is None or row.address == known.address)
        and (row.tags is None or frozenset(row.tags) == known.tags)
    )
