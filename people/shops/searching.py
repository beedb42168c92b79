"""Finding the next shops of the list: what is common is soon met on the way, what is rare the index knows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, UnaryExpression, cast, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from console.rules import Role, Visitor
from foundation.text import grams
from people import rules, upkeep
from people.models import Retailer
from people.shops.narrowing import Filter, licences, named, sought, without_names

#: A search looks through so many shops in their order; what it has not found by then is rare, and the index knows it.
WALKED = 5000


def find(
    session: Session,
    visitor: Visitor,
    narrowed: Filter,
    today: date,
    beyond: list[ColumnElement[bool]],
    order: Any,
    limit: int,
) -> tuple[list[int], int]:
    """The ids of the next shops, and how many are known. What is common is soon met, what is rare is looked up."""
    base = select(Retailer.id).where(*without_names(session, visitor, narrowed, today), *beyond)
    if visitor.role is Role.MANAGER:
        # Somebody's own shops are few, but no index has them in order: found first, put in order then.
        mine = base.cte("mine").prefix_with("MATERIALIZED")
        base = select(Retailer.id).join(mine, mine.c.id == Retailer.id)
    if not narrowed.is_search:
        keys = list(session.scalars(base.order_by(order).limit(limit)))
        return keys, len(keys)
    columns = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper)
    walked = base.with_only_columns(*columns).order_by(order).limit(WALKED).subquery()
    way = walked.c.licence.desc() if _is_down(order) else walked.c.licence
    matches = sought(narrowed.search, walked.c)
    rows = session.execute(select(walked.c.id, func.count().over()).where(matches).order_by(way).limit(limit)).all()
    met, number = [row[0] for row in rows], rows[0][1] if rows else 0
    # The first behind all that were walked: whether there is more, and from where.
    rest = session.scalar(base.with_only_columns(Retailer.licence).order_by(order).offset(WALKED).limit(1))
    if len(met) == limit or rest is None:
        return met, number
    behind = base.where(Retailer.licence <= rest if _is_down(order) else Retailer.licence >= rest)
    found = [
        (row.licence, row.id)
        for each in _looked_up(session, narrowed.search, behind)
        for row in session.execute(each.with_only_columns(Retailer.licence, Retailer.id).order_by(order).limit(limit))
    ]
    met += [key for _, key in sorted(set(found), reverse=_is_down(order))[: limit - len(met)]]
    return met, len(met)


def _looked_up(session: Session, search: str, base: Select[Any]) -> Iterator[Select[Any]]:
    """The same shops by way of an index: by the licence's beginning, and by the names."""
    plain = rules.plain(search)
    beginning = licences(plain, Retailer.licence)
    if beginning is not None:
        yield base.where(beginning)
    words = grams(plain)
    # A pair says more than its letters.
    words = [word for word in words if len(word) > 1] or words
    if words:
        hits = _known(session, words).cte("known").prefix_with("MATERIALIZED")
        yield base.join(hits, hits.c.id == Retailer.id).where(named(plain, Retailer))


def _known(session: Session, words: list[str]) -> Select[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return select(Retailer.id).where(cast(Retailer.grams, ARRAY(Text)).contains(words))
    phrase = " ".join(f'"{word}"' for word in words)
    return (
        select(literal_column("rowid", Integer).label("id"))
        .select_from(text(upkeep.SEARCH))
        .where(literal_column(upkeep.SEARCH).op("MATCH")(phrase))
    )


def _is_down(order: Any) -> bool:
    return isinstance(order, UnaryExpression)
