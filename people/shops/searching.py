"""Shop search: the next shops of the list whose names or licence match."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation import search_index
from foundation.text import keys
from people import rules
from people.models import SHOP_SEARCH, Retailer
from people.shops.filtering import ShopFilter, licences, named, sought, without_names


def find(
    session: Session,
    visitor: Visitor,
    narrowed: ShopFilter,
    today: date,
    beyond: list[ColumnElement[bool]],
    order: Any,
    limit: int,
) -> tuple[list[int], int]:
    """The ids of the next matching shops, and the number of matches known."""
    base = select(Retailer.id).where(*without_names(session, visitor, narrowed, today), *beyond)
    if visitor.role is Role.MANAGER:
        # A manager's own shops are few, but no index has them in order: find them all, then sort.
        mine = base.cte("mine").prefix_with("MATERIALIZED")
        base = select(Retailer.id).join(mine, mine.c.id == Retailer.id)
    if not narrowed.is_search:
        met = list(session.scalars(base.order_by(order).limit(limit)))
        return met, len(met)
    is_down = isinstance(order, UnaryExpression)

    def look_up(rest: Any, most: int) -> list[Any]:
        behind = base.where(Retailer.licence <= rest.licence if is_down else Retailer.licence >= rest.licence)
        found = {
            (row.licence, row.id)
            for each in _looked_up(session, narrowed.search, behind)
            for row in session.execute(
                each.with_only_columns(Retailer.licence, Retailer.id).order_by(order).limit(most)
            )
        }
        return [(key, licence) for licence, key in sorted(found, reverse=is_down)[:most]]

    rows: Any = base.with_only_columns(Retailer.id, Retailer.licence, Retailer.names).order_by(order)
    found, known = search_index.find(
        session,
        rows,
        ["-licence" if is_down else "licence"],
        lambda shop: sought(narrowed.search, shop),
        look_up,
        limit,
    )
    return [row[0] for row in found], known


def rare(session: Session, search: str, most: int) -> list[int] | None:
    """The ids of all shops that match by name or licence, visible or not; None where they are more than `most`.

    For lists of other things than shops: common matches are soon met by reading such a list, rare ones are found here.
    """
    found: set[int] = set()
    for each in _looked_up(session, search, select(Retailer.id)):
        found.update(session.scalars(each.limit(most + 1)))
    return sorted(found) if len(found) <= most else None


def _looked_up(session: Session, search: str, base: Select[Any]) -> Iterator[Select[Any]]:
    """The matching shops found by indexes: on the beginning of the licence, and on the names."""
    plain = rules.plain(search)
    beginning = licences(plain, Retailer.licence)
    if beginning is not None:
        yield base.where(beginning)
    words = keys(plain)
    if not words:  # only punctuation, which is not indexed
        yield base.where(named(plain, Retailer))
        return
    hits = SHOP_SEARCH.holding(session, words).cte("known").prefix_with("MATERIALIZED")
    yield base.join(hits, hits.c.id == Retailer.id).where(named(plain, Retailer))
